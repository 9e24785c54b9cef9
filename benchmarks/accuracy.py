"""How far an approximate run ends from the exact one, on the sample household, its set, and the measured households.

A milestone reached in one of the two runs only has no distance; it is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

import ef_engine
from benchmarks.households import one_year, ten_years
from benchmarks.rows import Row
from ef_engine.evaluation.result import Result
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import UNIT
from ef_engine.report.balances import account_columns

SAMPLE = Path(ef_engine.__file__).with_name("sample")


@dataclass(frozen=True, slots=True)
class Distance:
    """How far one household's approximate run is from its exact one.

    `net_worth` and `balance` (that of the account that is farthest off) are at the end, in currency units, `days` by
    how many days each milestone moves that both runs reach, `one_sided` the milestones that only one of them reaches.
    """

    net_worth: float
    balance: float
    days: tuple[int, ...]
    one_sided: tuple[str, ...]


def distance(forecast: Forecast) -> Distance:
    """Both runs of a forecast, compared."""
    coarse = replace(forecast, options=replace(forecast.options, approximate=True))
    exact, approximate = ef_engine.evaluate(forecast), ef_engine.evaluate(coarse)
    ours, theirs = _ends(exact), _ends(approximate)
    reached, coarsely = _days(exact), _days(approximate)
    return Distance(
        net_worth=abs(theirs.pop("Net Worth") - ours.pop("Net Worth")),
        balance=max(abs(theirs[name] - ours[name]) for name in ours),
        days=tuple(abs((day - there).days) for name, day in reached.items() if day and (there := coarsely[name])),
        one_sided=tuple(name for name, day in reached.items() if bool(day) != bool(coarsely[name])),
    )


def rows(_runs: int) -> Iterator[Row]:
    """Three rows a household (of several the farthest off), two where no milestone is reached in both runs.

    Nothing is timed, so one run is enough.
    """
    for what, forecasts in _households().items():
        found = [distance(forecast) for forecast in forecasts]
        days = [day for each in found for day in each.days]
        one_sided = sum(len(each.one_sided) for each in found)
        yield Row(what=f"{what}: net worth at the end", value=max(each.net_worth for each in found), unit="money")
        yield Row(what=f"{what}: balance of an account", value=max(each.balance for each in found), unit="money")
        if days:
            note = f"at most {max(days)} days; {len(days)} reached in both runs, {one_sided} in one of them only"
            yield Row(what=f"{what}: milestones, median", value=median(days), unit="days", note=note)


def _households() -> Mapping[str, list[Forecast]]:
    return {
        "sample, 2 years": [ef_engine.load(SAMPLE / "household.json")],
        "its 6 scenarios": [*ef_engine.scenarios(SAMPLE / "household-set.json").values()],
        "9 accounts, 10 years": [ten_years()],
        "3 accounts, 1 year": [one_year()],
    }


def _ends(result: Result) -> dict[str, float]:
    """What stands on every account at the end, a debt as a whole, and the net worth."""
    columns = account_columns(result.table) | {"Net Worth": result.table.amounts["Net Worth"]}
    return {name: values[-1] / UNIT for name, values in columns.items()}


def _days(result: Result) -> dict[str, date | None]:
    """The day of every milestone by name; the kinds of milestones do not share names here."""
    found = ef_engine.milestones(result)
    account = {name: reached.held_since for name, reached in found.account.items()}
    return {**account, **found.memo, **found.composite}

"""Everything a page about a forecast set shows: every metric of every scenario, and net worth by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ef_engine.errors import CommandError
from ef_engine.model.money import CENT, Micros
from ef_engine.report.cells import money
from ef_engine.report.columns_json import is_safe
from ef_engine.report.figures import KeyFigure
from ef_engine.report.scenarios import Scenarios, Value, is_less_better
from ef_engine.report.scenarios_report import scenarios_report
from ef_engine.report.values import Cell, Grid, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPage:
    """A set as it stands. `worth` holds by id the days and net worths at the ends of months, of what has a result.

    `pages` holds by id where the report of a scenario lies, relative to that of the set; only of those that are made.
    """

    id: str
    label: str
    dates: tuple[str, str]
    metric: str
    found: Scenarios
    worth: Mapping[str, Sequence[tuple[date, Micros]]]
    pages: Mapping[str, str]

    @property
    def title(self) -> str:
        """Its label, or its id."""
        return self.label or f"Forecast set {self.id}"

    @property
    def report(self) -> Report:
        """The report as sentences and tables, of a large set in part."""
        title = f"Forecast set {self.id}" + (f": {self.label}" if self.label else "")
        return scenarios_report(title, self.dates, self.found, self.metric)


def set_figures(page: SetPage) -> Iterator[KeyFigure]:
    """How many scenarios there are, which is the best and which the worst."""
    found = page.found
    states = [each.state for each in found.scenarios]
    infeasible = states.count("infeasible")
    choices = f"{len(found.choices)} choice{'' if len(found.choices) == 1 else 's'}"
    note = f"{infeasible} of them infeasible" if infeasible else f"from {choices}"
    yield KeyFigure("Scenarios with a result", f"{found.done:,} of {len(states):,}", note)
    ranked = [each for each in found.ranking(page.metric) if each.rank is not None]
    if ranked:
        for title, each in (("Best", ranked[0]), ("Worst", ranked[-1])):
            yield KeyFigure(f"{title} by {page.metric}", _text(each.value), each.scenario.name)


def _text(value: Value) -> str:
    return money(value) if isinstance(value, Decimal) else str(value)


def ranking_grid(page: SetPage) -> Grid:
    """Every scenario by its rank."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (each.rank, each.scenario.name, each.scenario.state, each.value, each.behind)
        for each in page.found.ranking(page.metric)
    )
    return Grid(f"Ranking by {page.metric}", ("Rank", "Scenario", "State", page.metric, "Behind"), rows)


def value_grid(page: SetPage) -> Grid:
    """Every metric of every scenario, in the order of the set."""
    metrics = page.found.metrics
    rows = tuple(
        (each.name, each.id, each.state, *(each.values.get(name) for name in metrics)) for each in page.found.scenarios
    )
    return Grid("Scenarios", ("Scenario", "ID", "State", *metrics), rows)


def set_data(page: SetPage) -> dict[str, Any]:
    """What the scripts of the page work on."""
    found = page.found
    return {
        "metric": page.metric,
        "choices": [{"name": choice.name, "options": choice.options} for choice in found.choices],
        "scenarios": [
            {
                "id": each.id, "name": each.name, "state": each.state, "page": page.pages.get(each.id),
                "options": [choice.options.index(o) for choice, o in zip(found.choices, each.options, strict=True)],
            }
            for each in found.scenarios
        ],
        "metrics": [_metric_data(found, name) for name in found.metrics],
        "worth": {key: _line_data(points) for key, points in page.worth.items()},
    }  # fmt: skip


def _metric_data(found: Scenarios, name: str) -> dict[str, Any]:
    values = [each.values.get(name) for each in found.scenarios]
    kind = "day" if name in found.milestones else "amount"
    amounts = [int(value.scaleb(2)) for value in values if isinstance(value, Decimal)]
    if not is_safe(amounts):
        raise CommandError(
            f"{name} is too large for a browser to show it to the cent", "use --format text, csv or json"
        )
    sent = [int(value.scaleb(2)) if isinstance(value, Decimal) else value and str(value) for value in values]
    return {"name": name, "kind": kind, "isLessBetter": is_less_better(name, values), "values": sent}


def _line_data(points: Sequence[tuple[date, Micros]]) -> dict[str, Any]:
    return {"days": [str(day) for day, _ in points], "cents": [amount // CENT for _, amount in points]}

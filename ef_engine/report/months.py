"""What is gained, lost and owed in interest, by month (by year in a long forecast): bars that can be told apart."""

from __future__ import annotations

from dataclasses import dataclass

from ef_engine.model.money import Micros
from ef_engine.report.balances import MOST_MONTHS
from ef_engine.report.series import ForecastSeries


@dataclass(frozen=True, slots=True)
class Periods:
    """Sums in micro-units, one a period; a period is named `2026-03` or `2026`."""

    names: tuple[str, ...]
    gain: tuple[Micros, ...]
    loss: tuple[Micros, ...]
    interest: tuple[Micros, ...]


def periods(series: ForecastSeries) -> Periods:
    """The sums of the columns Net Gain, Net Loss and Marginal Interest; those net within a day, not within a month."""
    is_long = len({(day.year, day.month) for day in series.dates}) > MOST_MONTHS
    sums: dict[str, list[Micros]] = {}
    for day, *amounts in zip(series.dates, series.gain, series.loss, series.interest, strict=True):
        name = f"{day.year:04}" if is_long else f"{day.year:04}-{day.month:02}"
        before = sums.get(name, [0, 0, 0])
        sums[name] = [a + b for a, b in zip(before, amounts, strict=True)]
    gain, loss, interest = zip(*sums.values(), strict=True)
    return Periods(tuple(sums), gain, loss, interest)

"""Any report as sheets: its sentences on the first, then every table on a sheet of its own, charts of what can be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import wrap

from ef_engine.model.money import Micros, to_cents_decimal
from ef_engine.report.comparison import Comparison
from ef_engine.report.comparison_report import LETTERS, comparison_report
from ef_engine.report.scenarios import Scenarios
from ef_engine.report.values import Cell, Grid, Report, Sentences
from ef_engine.report.workbook import Drawing, Sheet, SheetChart

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_MOST_BARS = 40


def report_sheets(report: Report, charts: tuple[SheetChart, ...] = (), more: Iterable[Sheet] = ()) -> tuple[Sheet, ...]:
    """The sheets of a report; `more` follow its own."""
    sentences = tuple(block for block in report.blocks if isinstance(block, Sentences))
    grids = [block for block in report.blocks if isinstance(block, Grid)]
    names = _names([grid.heading for grid in grids])
    own = (Sheet(name, (grid,)) for name, grid in zip(names, grids, strict=True))
    return (Sheet("Summary", sentences, charts), *own, *more)


def comparison_sheets(comparison: Comparison) -> tuple[Sheet, ...]:
    """The report of a comparison, and net worth of every forecast day by day."""
    lines = _worth_grid(comparison)
    chart = SheetChart("Net worth", Drawing.LINES, "Net worth", lines.columns[1:])
    return report_sheets(comparison_report(comparison), (chart,), (Sheet("Net worth", (lines,)),))


def set_sheets(report: Report, found: Scenarios, ranking: Grid, values: Grid) -> tuple[Sheet, ...]:
    """What a report says of a set, every scenario by its rank, and every value of every scenario."""
    matrix = [block for block in report.blocks if isinstance(block, Grid)][:1] if len(found.scenarios) > 1 else []
    said = Report(report.title, tuple(block for block in report.blocks if isinstance(block, Sentences)))
    chart = SheetChart(ranking.heading, Drawing.BARS, "Ranking", (ranking.columns[-2],))
    is_drawable = len(ranking.rows) <= _MOST_BARS
    tables = (Sheet("By choices", tuple(matrix)),) if matrix else ()
    more = (*tables, Sheet("Ranking", (ranking,)), Sheet("Scenarios", (values,)))
    return report_sheets(said, (chart,) if is_drawable else (), more)


def _worth_grid(comparison: Comparison) -> Grid:
    by_day: list[dict[object, Micros]] = [
        dict(zip(series.dates, series.net_worth, strict=True)) for series in comparison.series
    ]
    days = sorted({day for series in comparison.series for day in series.dates})
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (day, *(to_cents_decimal(values[day]) if day in values else None for values in by_day)) for day in days
    )
    return Grid("Net worth", ("Date", *LETTERS[: len(by_day)]), rows)


def _names(headings: Iterable[str]) -> list[str]:
    """A name for each sheet, of whole words where Excel takes no longer ones."""
    names: list[str] = []
    for heading in headings:
        lines = wrap(_NOT_IN_NAMES.sub(" ", heading), _LONGEST_NAME) or [""]
        name = lines[0].strip("', ") or "Table"
        while name.lower() in (each.lower() for each in names):
            name = f"{name[: _LONGEST_NAME - 2]} {len(names) + 1}"
        names.append(name)
    return names

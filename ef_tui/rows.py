"""Rows as the panes show them: columns, and the cells of each. Pure; what a cell says follows from the row alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ef_engine.report.cells import money
from ef_engine.report.durations import duration_text
from ef_engine.service.in_progress import COLUMNS as IN_PROGRESS_COLUMNS
from ef_engine.service.in_progress import InProgress
from ef_engine.service.listing import Row
from ef_tui.best_scenarios import SET
from ef_tui.glyphs import Glyphs
from ef_tui.widgets.columns import Cell, Column

TONES = {
    "running": "accent", "paused": "muted", "queued": "muted", "lost": "bad", "stuck": "warn", "frozen": "warn",
    "evaluated": "good", "infeasible": "warn", "incomplete": "warn", "failed": "bad", "crashed": "bad",
    "killed": "warn", "timed_out": "bad", "upstream_failed": "bad", "unreadable": "bad", "invalid": "bad",
    "active": "accent", "success": "good", "failure": "bad", "done": "good",
}  # fmt: skip

STAGED_COLUMNS = (
    Column("ID", 13, field="id"),
    Column("Label", 8, grow=3, field="label"),
    Column("Start", 10, spare=2, field="start"),
    Column("End", 10, spare=1, field="end"),
    Column("Kind", 4, spare=3, field="kind"),
)
IN_PROGRESS_SHOWN = (
    Column("State", 9, field="state"),
    Column("Label", 6, grow=2, field="label", wish=11),
    Column("Done", 10, spare=1, field="progress"),
    Column("ETA", 6, is_right=True, spare=2, field="eta"),
    Column("Time", 6, is_right=True, spare=4, field="elapsed"),
    Column("Rate", 8, is_right=True, spare=5, field="rate"),
    Column("Beat", 5, is_right=True, spare=3, field="heartbeat"),
    Column("Phase", 9, grow=1, spare=6, field="phase"),
    Column("ID", 13, spare=7, field="id"),
)
WORKER = Column("Worker", 21, grow=2, spare=1, field="process")
"""Of what runs on a cluster; anything else runs here, which nobody has to be told."""

EVALUATED_COLUMNS = (
    Column("State", 12, field="state"),
    Column("Label", 6, grow=3, field="label", wish=20),
    Column("Reached", 7, is_right=True, spare=1, tight=5, short="Met"),
    Column("Net worth", 12, is_right=True, field="net_worth", tight=7, short="Worth"),
    Column("Trend", 8, spare=2, tight=5),
    Column("End", 10, spare=5, field="end"),
    Column("ID", 13, spare=6, field="id"),
)

BAR, FEWEST_STEPS = 5, 5
_MANY = 10
"""Steps a second from which fractions of them interest nobody."""


def staged_cells(row: Row, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of something staged, in the order of `STAGED_COLUMNS`."""
    return (
        Cell(row.id, "accent"),
        Cell(_name(row)),
        Cell(row.start or "", "muted"),
        Cell(row.end or "", "muted"),
        Cell("set" if row.kind == "forecastset" else "", "muted"),
    )


def in_progress_cells(row: InProgress, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of something in progress, in the order of `IN_PROGRESS_SHOWN` and `WORKER`."""
    values = dict(zip(IN_PROGRESS_COLUMNS, row.cells, strict=True))
    word = standing(row)
    return (
        Cell(glyphs.state(word), TONES.get(word, "")),
        Cell(row.record.label or row.record.id),
        Cell(_bar(row, glyphs)),
        Cell(_duration(values["ETA"]), "muted"),
        Cell(_duration(values["Elapsed"]), "muted"),
        Cell(_rate(values["Rate"]), "muted"),
        Cell(_beat(row), "muted"),
        Cell(str(values["Phase"] or ""), "muted"),
        Cell(row.record.id, "muted"),
        Cell(row.worker, "muted"),
    )


def in_progress_columns(rows: Sequence[InProgress]) -> tuple[Column, ...]:
    """The columns of what is in progress; on which worker, where one of the rows runs on a cluster."""
    return (*IN_PROGRESS_SHOWN, WORKER) if any(row.worker for row in rows) else IN_PROGRESS_SHOWN


def evaluated_cells(row: Row, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of something finished, in the order of `EVALUATED_COLUMNS`."""
    return (
        Cell(glyphs.state(row.state), TONES.get(row.state, "")),
        Cell(_name(row)),
        Cell(f"{row.reached}/{row.goals}" if row.goals else "", "good" if row.reached == row.goals else ""),
        _worth(row),
        _course(row, glyphs),
        Cell(row.end or "", "muted"),
        Cell(row.id, "muted"),
    )


def _worth(row: Row) -> Cell:
    """What it ends with; of a set the most that any of its scenarios ends with."""
    if row.net_worth is None:
        return Cell("")
    amount = Decimal(row.net_worth)
    prefix = "to " if row.kind == SET else ""
    text, *shorter = (prefix + each for each in _amounts(amount))
    return Cell(text, "bad" if amount < 0 else "", tuple(shorter))


def _amounts(amount: Decimal) -> Sequence[str]:
    """The amount, without cents, in thousands and in millions: no digit may be cut off."""
    return money(amount), f"{amount:,.0f}", f"{amount / 1000:,.0f}k", f"{amount / 1_000_000:,.1f}M"


def _course(row: Row, glyphs: Glyphs) -> Cell:
    """From the first day to the last; where there is little room, in fewer steps between them."""
    levels = [glyphs.levels[int(digit)] for digit in row.trend]
    steps = [round(step * (len(levels) - 1) / (FEWEST_STEPS - 1)) for step in range(FEWEST_STEPS if levels else 0)]
    return Cell("".join(levels), "accent", ("".join(levels[step] for step in steps),))


def _name(row: Row) -> str:
    """What people call it; of a scenario only what tells it from the others of its set."""
    is_member = row.tracking not in (None, row.id) and ": " in row.label
    return row.label.partition(": ")[2].removeprefix("Core | ") if is_member else row.label or row.id


def standing(row: InProgress) -> str:
    """Its word: `stuck` and `frozen` go before `running`."""
    flag = row.flags[0].partition(" ")[0] if row.flags else ""
    return flag if flag in ("stuck", "frozen", "lost") else row.word


def _bar(row: InProgress, glyphs: Glyphs) -> str:
    progress = row.progress
    if not progress.total:
        return ""
    return f"{glyphs.bar_text(progress.done, progress.total, BAR)} {progress.share:>4}"


def _duration(seconds: float | None) -> str:
    return "" if seconds is None else duration_text(seconds)


def _rate(rate: float | None) -> str:
    if rate is None:
        return ""
    return f"{rate:,.0f}/s" if rate >= _MANY else f"{rate:.2g}/s"


def _beat(row: InProgress) -> str:
    from ef_engine.service.in_progress import heartbeat_age

    age = heartbeat_age(row)
    return "" if age is None else duration_text(age)

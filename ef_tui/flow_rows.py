"""Flows, their steps and schedules as the dashboard shows them: columns, and the cells of each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ef_engine.report.durations import duration_text
from ef_tui.glyphs import Glyphs
from ef_tui.rows import TONES
from ef_tui.subjects import FLOW, FLOWS, SCHEDULE, STEP, Subject
from ef_tui.widgets.columns import Cell, Column

if TYPE_CHECKING:
    from ef_engine.service.flow_tree_rows import FlowRow, TreeRow
    from ef_engine.service.schedule_rows import ScheduleRow

FLOW_COLUMNS = (
    Column("Flow", 8, grow=2),
    Column("State", 12),
    Column("Steps", 7, is_right=True),
    Column("Started (UTC)", 13, spare=1),
    Column("Time", 6, is_right=True, spare=4),
    Column("Run", 13, spare=2),
    Column("Recovers", 13, spare=5),
    Column("Owner", 6, spare=6),
)
STEP_COLUMNS = (
    Column("Step", 22, grow=1),
    Column("Sequence", 8, spare=2, tight=5, short="Seq."),
    Column("State", 17),
    Column("Time", 6, is_right=True),
    Column("Tries", 5, is_right=True, spare=4),
    Column("Message", 10, grow=3, spare=1, wish=24),
    Column("ID", 17, spare=5),
)
SCHEDULE_COLUMNS = (
    Column("Schedule", 10, grow=1),
    Column("Next due (UTC)", 16),
    Column("Last", 10),
    Column("Last due (UTC)", 16, spare=3),
    Column("When", 12, grow=1, spare=2, wish=16),
    Column("Command", 12, grow=2, spare=1),
)
_LONGEST_VALUE = 24

FLOW_FIELDS = ("label", "status", "id", "owner", "started", "finished", "note")
STEP_FIELDS = ("label", "status", "id", "note")
SCHEDULE_FIELDS = ("label", "status", "owner", "note")
"""What rows may be filtered by."""

_CALLED = {
    "FlowRow": {"label": "name", "status": "state", "note": "message"},
    "TreeRow": {"label": "name", "id": "record_id", "note": "message"},
    "ScheduleRow": {"label": "name", "status": "word"},
}
"""What the rows themselves call these fields, where it is something else."""


def value_of(row: object, field: str) -> object:
    """What a row holds in one of the fields it may be filtered by."""
    return getattr(row, _CALLED[type(row).__name__].get(field, field))


def key_of(row: FlowRow | TreeRow | ScheduleRow) -> str:
    """What names a row for ever: of a schedule its name."""
    return getattr(row, "key", "") or row.name


def flow_cells(row: FlowRow, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of a run, in the order of `FLOW_COLUMNS`."""
    return (
        Cell(row.name or "?", "strong"),
        Cell(glyphs.state(row.state), TONES.get(row.state, "muted")),
        Cell(f"{row.done}/{row.total}" if row.total else "", "good" if row.done == row.total else ""),
        Cell(moment_text(row.started)[5:], "muted"),
        Cell("" if row.seconds is None else duration_text(row.seconds), "muted"),
        Cell(row.id, "accent"),
        Cell(row.recovers, "muted"),
        Cell(row.owner, "muted"),
    )


def step_cells(row: TreeRow, glyphs: Glyphs, folded: bool) -> Sequence[Cell]:
    """The cells of a branch, in the order of `STEP_COLUMNS`; of a folded one, how much of it went well."""
    branch = row.branch
    count = f" {branch.done}/{branch.total}" if branch.has_branches and (folded or not branch.last) else ""
    fold = f" {glyphs.ellipsis}" if folded else ""
    return (
        Cell(f"{guides(branch.last, glyphs)}{title(row)}{count}{fold}", "strong" if branch.has_branches else ""),
        Cell(row.sequence, "muted"),
        Cell(glyphs.state(row.status), TONES.get(row.status, "muted")),
        Cell("" if row.seconds is None else duration_text(row.seconds), "muted"),
        Cell(str(row.attempts) if row.attempts > 1 else "", "warn"),
        Cell(row.message, "bad" if TONES.get(row.status) == "bad" else "muted"),
        Cell(row.record_id, "muted"),
    )


def unfolded(rows: Sequence[TreeRow], folded: Collection[str]) -> list[TreeRow]:
    """The rows without what hangs on a folded one."""
    shown: list[TreeRow] = []
    depth: int | None = None
    for row in rows:
        if depth is None or len(row.branch.last) <= depth:
            depth = len(row.branch.last) if row.key in folded else None
            shown.append(row)
    return shown


def title(row: TreeRow) -> str:
    """What a branch is called: of a pass its number too, and its value where that is short."""
    branch = row.branch
    if branch.value is None:
        return row.name
    value = str(branch.value)
    return f"{row.name} = {value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + '~'}"


def guides(last: Sequence[bool], glyphs: Glyphs) -> str:
    """The lines that lead to a branch; nothing for the flow itself."""
    if not last:
        return ""
    through, end, tee = ("|", "`", "+") if glyphs.is_ascii else ("│", "└", "├")
    before = "".join("  " if is_last else f"{through} " for is_last in last[:-1])
    return f"{before}{end if last[-1] else tee} "


def schedule_cells(row: ScheduleRow, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of a schedule, in the order of `SCHEDULE_COLUMNS`."""
    return (
        Cell(row.name, "strong"),
        Cell(moment_text(row.next_due) or "never"),
        Cell(glyphs.state(row.word) if row.word else "", TONES.get(row.word, "muted")),
        Cell(moment_text(row.due), "muted"),
        Cell(row.when, "muted"),
        Cell(row.command, "accent"),
    )


def moment_text(moment: str) -> str:
    """A moment of a file, to the minute."""
    return moment[:16].replace("T", " ")


def flow_subject(row: FlowRow, is_busy: bool) -> Subject:
    """What an action on a run is about."""
    return Subject(row.id, row.state, FLOWS, False, row.name, of=FLOW, flow=row.name, is_busy=is_busy)


def schedule_subject(row: ScheduleRow) -> Subject:
    """A schedule, to which none of the actions on flows can be done."""
    return Subject(row.name, row.word, FLOWS, False, row.name, of=SCHEDULE)


def step_subject(row: TreeRow, flow: FlowRow, is_busy: bool) -> Subject:
    """What an action on a branch is about: its step, or where it is none, nothing but its flow's run."""
    is_step = bool(row.record_id) and bool(row.branch.last)
    if not is_step:
        return flow_subject(flow, is_busy)
    name = f"{row.branch.key[0].lstrip('.')}@{row.sequence}"
    return Subject(row.record_id, row.status, FLOWS, False, name, of=STEP, flow=flow.name, is_busy=is_busy)

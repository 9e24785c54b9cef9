"""The first line of the dashboard: whose workspace this is, what is under way in it, and what is unusual."""

from __future__ import annotations

from collections import Counter

from ef_tui.rows import standing
from ef_tui.session import Session
from ef_tui.snapshot import Snapshot
from ef_tui.widgets.lines import Part


def top_line(session: Session, snapshot: Snapshot, width: int) -> tuple[Part, ...]:
    """Exactly `width` columns: the place on the left, what is under way on the right."""
    right = "  ".join(_states(snapshot))
    if snapshot.is_queue_paused:
        right = f"queue paused  {right}".rstrip()
    if session.workspace.engine != "local":
        right = f"on {session.workspace.scheduler or 'a Dask cluster'}  {right}".rstrip()
    if session.is_read_only:
        right = f"read-only  {right}".rstrip()
    left = _shortened(session.place_shown, width - len(right) - 6, session.glyphs.ellipsis)
    blanks = " " * max(1, width - len(left) - len(right) - 5)
    return Part(" ef ", "bold $primary"), Part(left, "bold"), Part(blanks), Part(f"{right} ")


def _shortened(text: str, width: int, ellipsis: str) -> str:
    return text if len(text) <= width else ellipsis + text[-max(1, width - 1) :]


def _states(snapshot: Snapshot) -> list[str]:
    counts = Counter(standing(each) for each in snapshot.in_progress)
    order = ("running", "stuck", "frozen", "paused", "queued", "lost")
    return [f"{counts[word]:,} {word}" for word in order if counts[word]]

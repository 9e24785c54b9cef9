"""What is due is run while the dashboard is open: a thread of its own asks once a second, at the cost of one look at a
directory where nothing is.

Any number of dashboards and `schedule serve` may do so: a due time is claimed before its command begins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ef_engine.errors import EfError
from ef_engine.service.rights import Right
from ef_engine.service.workspace import Workspace
from ef_tui.session import Session

if TYPE_CHECKING:
    from ef_engine.service.schedules import Begun

LOOK_SECONDS = 1.0


def why_not_run(session: Session) -> str:
    """Why this dashboard runs nothing that is due; empty if it does."""
    if session.is_read_only:
        return "not run from here: --read_only"
    if not session.preferences.schedules:
        return "not run from here: dashboard.schedules = false"
    if Right.SCHEDULE not in session.workspace.rights:
        return "not run from here: no right to SCHEDULE"
    return ""


def run_what_is_due(
    workspace: Workspace,
    is_over: threading.Event,
    begun: Callable[[Sequence[Begun]], object],
    failed: Callable[[Exception], object],
) -> None:
    """Until it `is_over`; tells what begun, and what went wrong, though not the same again and again."""
    told = ""
    watch = None
    while not is_over.wait(LOOK_SECONDS):
        # Imported after the first paint, which has more urgent things to wait for.
        from ef_engine.service.due_watch import DueWatch
        from ef_engine.service.schedules import now

        watch = watch or DueWatch(workspace.places)
        try:
            if found := watch.look(now()):
                begun(found)
        except (EfError, OSError) as error:
            if str(error) != told:
                told = str(error)
                failed(error)

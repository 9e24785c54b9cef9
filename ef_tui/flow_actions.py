"""What can be done to a flow or one of its steps, by key; as `ef_tui.actions`, for the screen of flows."""

from __future__ import annotations

from collections.abc import Sequence

from ef_tui import flow_verbs, verbs
from ef_tui.actions import Action
from ef_tui.subjects import SCHEDULE, STEP, Subject

UNDER_WAY = frozenset({"running", "paused", "active", "lost"})
HELD = frozenset({"running", "active", "paused"})


def _run_words(subject: Subject) -> Sequence[str]:
    return "run", "flow", subject.flow, "--detach"


def _recover_words(subject: Subject) -> Sequence[str]:
    return "run", "flow", subject.flow, "--recover", flow_verbs.run_of(subject), "--detach"


FLOW_ACTIONS: tuple[Action, ...] = (
    Action(
        id="flow_run", key="x", title="run anew", about="all of the flow, as its file is now; earlier runs stay",
        fits=lambda subject: bool(subject.flow) and not subject.is_busy,
        otherwise="only a flow of which no run is under way can be run",
        words=_run_words, writes=True, most=1,
    ),
    Action(
        id="flow_recover", key="t", title="recover", about="go on with this run; what went well is not repeated",
        fits=lambda subject: bool(subject.flow and subject.id) and not subject.is_busy,
        otherwise="only a flow that ran, and does not run now, can be recovered",
        words=_recover_words, writes=True, most=1,
    ),
    Action(
        id="flow_kill", key="K", title="kill", about="stop the run, or the step under the cursor",
        fits=lambda subject: bool(subject.flow) and subject.state in UNDER_WAY,
        otherwise="only a run or step that is under way can be killed",
        words=lambda subject: ("kill", "flow", subject.id), verb=verbs.kill, writes=True, question="Kill",
    ),
    Action(
        id="flow_pause", key="p", title="pause", about="hold a step, or of a run what has not begun; or let it go on",
        fits=lambda subject: bool(subject.flow) and subject.state in HELD,
        otherwise="only a run or step that is under way can be paused",
        words=lambda subject: ("resume" if subject.state == "paused" else "pause", subject.id), verb=verbs.pause,
        writes=True, titles={"paused": "resume"},
    ),
    Action(
        id="flow_log", key="o", title="log", about="what the step logged in its latest attempt",
        fits=lambda subject: subject.of == STEP, otherwise="only a step that ran has a log",
        words=lambda subject: ("log", subject.id), verb=verbs.log, shows_text=True, most=1,
    ),
    Action(
        id="flow_stack", key="S", title="stack", about="what a running step is doing",
        fits=lambda subject: subject.of == STEP and subject.state in HELD,
        otherwise="only a step that runs has a stack",
        words=lambda subject: ("stack", subject.id), verb=verbs.stack, shows_text=True, most=1,
    ),
    Action(
        id="flow_show", key="i", title="info", about="everything known about it",
        fits=lambda subject: bool(subject.flow and subject.id), otherwise="only what ran is known",
        words=lambda subject: ("show", subject.id), verb=verbs.show, shows_text=True, most=1,
    ),
    Action(
        id="flow_unschedule", key="d,delete", title="remove", about="the schedule; what runs of it goes on",
        fits=lambda subject: subject.of == SCHEDULE, otherwise="only a schedule can be removed here",
        words=lambda subject: ("schedule", "remove", subject.id), verb=flow_verbs.unschedule, writes=True,
        question="Remove", most=1,
    ),
)  # fmt: skip

FLOWS_BY_ID = {action.id: action for action in FLOW_ACTIONS}

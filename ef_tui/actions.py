"""What can be done to a row: which key, on which states, by which command, and by which verb of the service.

Every action names the `ef_cli` command that does the same, because that is how people learn to script what they did.
The verbs run in threads, so they import what they need when they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ef_engine.service.workspace import Workspace
from ef_tui import verbs
from ef_tui.subjects import IN_PROGRESS, LOADED, STAGED, Subject

Verb: TypeAlias = Callable[[Workspace, Sequence[Subject], int], str]
"""Does it and returns what to show: a sentence, or of what `shows_text` a whole text for so many columns."""

Fits: TypeAlias = Callable[[Subject], bool]

UNDER_WAY = frozenset({"queued", "running", "paused"})
WITH_RESULT = frozenset({"evaluated", "infeasible"})
ENDED_BADLY = frozenset({"failed", "killed", "crashed", "timed_out", "upstream_failed", "incomplete", "skipped"})

READ_ONLY = "this dashboard only looks (--read_only)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`id` is that of its binding. It is for subjects that `fits` accepts; `otherwise` says why not the others.

    `words` are those of the command for one subject, of which `takes_many` for all together; `verb` is None where a
    screen of its own takes over. What `writes` is refused where nothing may be changed; what has a `question` is asked
    about first; `least` and `most` say how many it takes; `titles` are by state, where it is called something else.
    """

    id: str
    key: str
    title: str
    about: str
    fits: Fits
    otherwise: str
    words: Callable[[Subject], Sequence[str]]
    verb: Verb | None = None
    writes: bool = False
    question: str = ""
    shows_text: bool = False
    takes_many: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    least: int = 1
    most: int | None = None

    def fitting(self, subjects: Sequence[Subject]) -> list[Subject]:
        """Those of the subjects it can be done to."""
        return [subject for subject in subjects if self.fits(subject)]

    def why_not(self, subjects: Sequence[Subject], is_read_only: bool) -> str:
        """Why it cannot be done to any of them, in half a sentence; nothing if it can."""
        if self.writes and is_read_only:
            return READ_ONLY
        if not subjects:
            return "there is nothing under the cursor"
        fitting = self.fitting(subjects)
        if len(fitting) < self.least:
            return self.otherwise
        if self.most is not None and len(fitting) > self.most:
            return f"it takes {self.most} at a time" if self.most > 1 else "it takes one at a time"
        return ""

    def title_for(self, subjects: Sequence[Subject]) -> str:
        """What it is called where it is about these."""
        return self.titles.get(subjects[0].state, self.title) if subjects else self.title

    def commands(self, subjects: Sequence[Subject]) -> list[list[str]]:
        """The commands that do the same."""
        if self.takes_many and subjects:
            verb, first, *more = self.words(subjects[0])
            others = [self.words(subject)[1] for subject in subjects[1:]]
            return [[verb, first, *others, *more]]
        return [list(self.words(subject)) for subject in subjects]


def _is_forecast_with_result(subject: Subject) -> bool:
    return subject.state in WITH_RESULT and not subject.is_set


ACTIONS: tuple[Action, ...] = (
    Action(
        id="run", key="x", title="run", about="queue it; a supervisor simulates it",
        fits=lambda subject: subject.group == STAGED or subject.state in ENDED_BADLY,
        otherwise="only what is staged, or ended without a result, can be run",
        words=lambda subject: ("run", subject.kind, subject.id, "--detach"), verb=verbs.run, writes=True,
    ),
    Action(
        id="kill", key="K", title="kill", about="stop it wherever it runs, or take it out of the queue",
        fits=lambda subject: subject.group == IN_PROGRESS, otherwise="it neither runs nor waits",
        words=lambda subject: ("kill", subject.kind, subject.id), verb=verbs.kill, writes=True, question="Kill",
    ),
    Action(
        id="pause", key="p", title="pause", about="hold it where it is, or let it go on",
        fits=lambda subject: subject.state in ("running", "paused") and not subject.is_set,
        otherwise="only a forecast that runs can be paused",
        words=lambda subject: ("resume" if subject.state == "paused" else "pause", subject.id), verb=verbs.pause,
        writes=True, titles={"paused": "resume"},
    ),
    Action(
        id="restart", key="t", title="restart", about="try again what failed, was stopped or got lost",
        fits=lambda subject: subject.state in (*ENDED_BADLY, "lost") and not subject.of,
        otherwise="only a forecast or set that failed, was stopped or got lost can be restarted",
        words=lambda subject: ("restart", subject.id, "--detach"), verb=verbs.restart, writes=True, takes_many=True,
    ),
    Action(
        id="report", key="r", title="report", about="make its page and open it, or say where it lies",
        fits=lambda subject: subject.state in (*WITH_RESULT, "incomplete"), otherwise="it has no result yet",
        words=lambda subject: ("report", subject.kind, subject.id, "--format", "html", "--open"), verb=verbs.report,
        writes=True,
    ),
    Action(
        id="read", key="R", title="read", about="what happens, as text",
        fits=lambda subject: subject.state in (*WITH_RESULT, "incomplete"), otherwise="it has no result yet",
        words=lambda subject: ("report", subject.kind, subject.id), verb=verbs.read, shows_text=True,
    ),
    Action(
        id="compare", key="c", title="compare", about="two to four forecasts side by side",
        fits=_is_forecast_with_result, otherwise="select two to four evaluated forecasts with space first",
        words=lambda subject: ("compare", subject.id), takes_many=True, least=2, most=4,
    ),
    Action(
        id="explain", key="e", title="explain", about="why items were skipped, reduced or deferred",
        fits=_is_forecast_with_result, otherwise="only an evaluated forecast can be explained",
        words=lambda subject: ("explain", subject.id), verb=verbs.explain, shows_text=True, most=1,
    ),
    Action(
        id="log", key="o", title="log", about="what its latest attempt logged",
        fits=lambda subject: subject.group not in (LOADED, STAGED) and not subject.is_set,
        otherwise="only a forecast that ran has a log",
        words=lambda subject: ("log", subject.id), verb=verbs.log, shows_text=True, most=1,
    ),
    Action(
        id="stack", key="S", title="stack", about="what a stuck one is doing",
        fits=lambda subject: subject.state in ("running", "paused") and not subject.is_set,
        otherwise="only a forecast that runs has a stack",
        words=lambda subject: ("stack", subject.id), verb=verbs.stack, shows_text=True, most=1,
    ),
    Action(
        id="restage", key="n", title="new dates", about="the same with other dates, as a new forecast",
        fits=lambda subject: subject.group != LOADED and subject.state != "unreadable" and not subject.of,
        otherwise="only a forecast or set that is known can be restaged",
        words=lambda subject: ("restage", subject.kind, subject.id), writes=True,
    ),
    Action(
        id="show", key="i", title="info", about="everything known about it",
        fits=lambda subject: subject.group != LOADED, otherwise="a file has to be staged first",
        words=lambda subject: ("show", subject.id), verb=verbs.show, shows_text=True, most=1,
    ),
    Action(
        id="remove", key="d,delete", title="delete", about="unstage it, or delete it with its results",
        fits=lambda subject: subject.group not in (LOADED, IN_PROGRESS),
        otherwise="what runs or waits stays, and so do files of yours",
        words=lambda subject: ("rm", subject.id, "--yes"), verb=verbs.remove, writes=True, question="Delete",
        takes_many=True, titles={"staged": "unstage"},
    ),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}

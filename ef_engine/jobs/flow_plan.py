"""What an earlier run left, and what a new one makes of it; the same for a dry run and for the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError, InputError, NotFoundError, Problem
from ef_engine.flows.checks import with_references
from ef_engine.flows.course import Course
from ef_engine.flows.document import read_flow
from ef_engine.flows.outline import Key, Outline, outline_of, sequence_of
from ef_engine.flows.recovery import Decision, Earlier, plan
from ef_engine.jobs.flow_inputs import inputs_of
from ef_engine.sources.loaded import problems
from ef_engine.store import flow_runs, forecasts
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Queued, Staged

INTERRUPTED = "interrupted"
"""In the summary of a step that was closed because the owner of its flow had died."""

OUTCOMES = {
    "success": Outcome.EVALUATED,
    "failure": Outcome.FAILED,
    "incomplete": Outcome.INCOMPLETE,
    "killed": Outcome.KILLED,
}
"""What is written of a run by how its flow ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A flow that somebody wants to run: its document, where it is at home, and how.

    `recover` is None to start anew, the id of the run to recover, or an empty text for the latest. `engine` is where
    its calls and the forecasts of its commands run, `scheduler` the address of a cluster. `environment` has variables
    that its steps are given besides.
    """

    flow: Mapping[str, Any]
    directory: str
    path: tuple[str, ...] = ()
    source: str | None = None
    owner: str = ""
    keep_going: bool = False
    jobs: int | None = None
    engine: str = "local"
    scheduler: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    recover: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done; `earlier` is what it was found from, `recovers` the run that is. Its text has a line each."""

    outline: Outline
    decisions: tuple[Decision, ...]
    earlier: Mapping[Key, Earlier]
    recovers: Record | None

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """For every step what is done (`run`, `skip`, `maybe`), its name, and why."""
        return [
            (each.action, each.key[0] if each.action == "maybe" else self.outline.label(each.key), each.reason)
            for each in self.decisions
        ]

    def __str__(self) -> str:
        return "\n".join(f"{action:<5} {step}: {reason}" for action, step, reason in self.rows)


def read_outline(document: Mapping[str, Any], name: str) -> Outline:
    """The outline of a flow's document; raises InputError with everything that is wrong with it."""
    flow = read_flow(document)
    if isinstance(flow, list):
        raise InputError(problems(name, flow))
    return outline_of(with_references(flow))


def make_plan(places: Places, request: Request) -> Plan:
    """Raises InputError, and NotFoundError or CommandError for a run that cannot be recovered."""
    outline = read_outline(request.flow, request.source or "flow")
    missing = _missing_files(outline, Path(request.directory))
    if missing:
        raise InputError(missing)
    recovers = None if request.recover is None else find_run(places, outline.flow.name, request.recover)
    earlier = earlier_of(places, recovers.id) if recovers else {}

    @cache
    def result_of(key: Key) -> Any:
        return flow_runs.read_result(places, earlier[key].id) if key in earlier else None

    known: dict[Key, dict[str, str]] = {}

    def inputs(key: Key, course: Course) -> dict[str, str]:
        if key not in known:
            known[key] = inputs_of(outline, key, course.values, result_of, Path(request.directory))
        return known[key]

    return Plan(outline, plan(outline, earlier, inputs), earlier, recovers)


def _missing_files(outline: Outline, directory: Path) -> list[Problem]:
    """Declared inputs that nobody could read: those of steps that wait for no other, which might write them."""
    return [
        Problem(f"step {name}", f"its input {file} is not there", "check the name, which starts from the flow's folder")
        for name, node in outline.nodes.items()
        if node.depth == 1 and node.step.inputs and not list(_waits(outline, name))
        for file in node.step.inputs
        if not (directory / file).exists()
    ]


def _waits(outline: Outline, name: str) -> list[str]:
    from ef_engine.flows.outline import requirement

    return [on.step for on in requirement(outline.nodes[name].step)]


def find_run(places: Places, name: str, text: str) -> Record:
    """The run of a flow to recover: the one whose id begins so, or for an empty text the latest."""
    found = [each for each in flow_runs.runs(places, name) if each.id.startswith(text)]
    if not found:
        what = f"no run {text!r}" if text else "no run"
        raise NotFoundError(f"flow {name} has {what} to recover", f"`ef_cli run flow {name}` starts it anew")
    if text and len(found) > 1:
        raise CommandError(f"{text!r} fits {len(found)} runs of {name}", "give more of its digits")
    return found[0]


def earlier_of(places: Places, run_id: str) -> dict[Key, Earlier]:
    """What became of every step in a run; what it kept of runs before it counts, even if it died before it said so."""
    found = {}
    for label, step_id in _kept(places, run_id).items():
        record = forecasts.read_run(places, step_id)
        if isinstance(record, Record):
            found[key_of(label)] = earlier_from(places, record)
    for record in flow_runs.steps(places, run_id):
        found[record.label, sequence_of(record.sequence)] = earlier_from(places, record)
    return found


def _kept(places: Places, run_id: str) -> Mapping[str, str]:
    try:
        return flow_runs.read_run(places, run_id).kept
    except FileNotFoundError:
        return {}


def key_of(label: str) -> Key:
    """The key of a text such as `p1@1.2.1`."""
    name, _, sequence = label.rpartition("@")
    return name, sequence_of(sequence)


def key_text(key: Key) -> str:
    """The text of a key."""
    return f"{key[0]}@{'.'.join(map(str, key[1]))}"


def earlier_from(places: Places, record: Record) -> Earlier:
    """What a record says of one time of a step."""
    inputs, status = record.summary.get("inputs") or {}, status_word(record)
    if not record.label.endswith(".repeats") or status != "success":
        return Earlier(record.id, status, inputs)
    values = flow_runs.read_result(places, record.id)
    return (
        Earlier(record.id, status, inputs, tuple(values)) if isinstance(values, list) else Earlier(record.id, "active")
    )


def status_word(record: Record) -> str:
    """The status of a step in the words of flows; what was kept counts as a success."""
    state = record.state
    if not isinstance(state, Finished):
        return "ready" if isinstance(state, Queued | Staged) else "active"
    match state.outcome:
        case Outcome.EVALUATED:
            return "success"
        case Outcome.SKIPPED:
            return "success" if record.recovers else "skipped"
        case Outcome.UPSTREAM_FAILED:
            return "upstream_failed"
    return "active" if record.summary.get(INTERRUPTED) else "failure"

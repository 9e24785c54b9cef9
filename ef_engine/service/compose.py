"""`compose`: makes what a set-up declares, or stops it. Building what is there already changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ef_engine.errors import CommandError, EfError, InputError, NotFoundError, Problem
from ef_engine.service import database, flows, schedules
from ef_engine.service.compose_document import Composition, Input
from ef_engine.service.compose_sources import TableSource
from ef_engine.service.inputs import id_of_content
from ef_engine.service.stop import kill
from ef_engine.service.workspace import Workspace
from ef_engine.store import declared_flows, flow_runs, forecasts
from ef_engine.store import schedules as stored_schedules
from ef_engine.store.places import Places, make_directory
from ef_engine.store.records import Record

COLUMNS = ("Action", "Kind", "Name", "ID")
UNCHANGED = "unchanged"
EMPTY = "empty"
"""The action on a forecast whose input tables hold no rows yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, or would be, about one thing; `action` is `unchanged` for nothing."""

    action: str
    kind: str
    name: str
    id: str = ""

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The values in the order of `COLUMNS`."""
        return self.action, self.kind, self.name, self.id


def plan(workspace: Workspace, composition: Composition) -> list[Step]:
    """What building would do, in its order; raises InputError with everything that is wrong with the inputs."""
    places = workspace.places
    steps = [_directory_step(directory) for directory in _directories(places)]
    problems: list[Problem] = []
    for name, source in composition.databases.items():
        try:
            steps.append(_database_step(workspace, name, source))
        except CommandError as error:
            problems.append(Problem(f"source {name}", error.problem, error.remedy))
    labels: dict[str, tuple[Input, str]] = {}
    for each in composition.inputs:
        try:
            steps.append(_input_step(workspace, each, labels))
        except InputError as error:
            problems += error.problems
        except EfError as error:
            problems.append(_problem(each, error))
    for name, path in composition.flows.items():
        try:
            steps.append(_flow_step(places, name, path))
        except InputError as error:
            problems += error.problems
        except CommandError as error:
            problems.append(Problem(f"flow {name}", error.problem, error.remedy))
    if problems:
        raise InputError(problems)
    return [*steps, *(_schedule_step(places, each) for each in composition.schedules)]


def _problem(each: Input, error: EfError) -> Problem:
    text, remedy = getattr(error, "problem", str(error)), getattr(error, "remedy", "correct it")
    return Problem(f"{each.kind} {each.name}", text, remedy)


def _directories(places: Places) -> list[Path]:
    return [places.stage, places.data, places.lock, places.log]


def _directory_step(directory: Path) -> Step:
    return Step(UNCHANGED if directory.is_dir() else "create", "directory", str(directory))


def _database_step(workspace: Workspace, name: str, source: TableSource) -> Step:
    return Step(UNCHANGED if database.has_tables(source.target(workspace)) else "init", "database", name)


def _input_step(workspace: Workspace, each: Input, labels: dict[str, tuple[Input, str]]) -> Step:
    """What is to be done about an input; `labels` holds who gave which label to which id, and gains this one."""
    places = workspace.places
    read = each.source.read(workspace, each.changes, each.kind)
    if read is None:
        return Step(EMPTY, each.kind, each.name)
    record_id = id_of_content(read.value)
    other, label = labels.setdefault(record_id, (each, read.value.label))
    if label != read.value.label:
        text = f"it is the same as {other.kind} {other.name}, under another label"
        raise CommandError(text, "give both one label, or leave one out")
    record = forecasts.read_record(places, record_id)
    if not isinstance(record, Record) or forecasts.read_document(places, record_id) is None:
        return Step("stage", each.kind, each.name, record_id)
    gone = {member.id for member in record.members} - forecasts.known_ids(places)
    is_labelled = read.value.label in ("", record.label)
    return Step("stage" if gone else UNCHANGED if is_labelled else "label", each.kind, each.name, record_id)


def _flow_step(places: Places, name: str, path: Path) -> Step:
    request = flows.request_of_file(path)
    flows.dry_run(places, request)  # which finds what is wrong with it
    if request.flow["name"] != name:
        raise CommandError(f"{path} holds the flow {request.flow['name']!r}", "declare it under its own name")
    return Step(UNCHANGED if declared_flows.source_of(places, name) == path else "declare", "flow", name)


def _schedule_step(places: Places, schedule: stored_schedules.Schedule) -> Step:
    known = stored_schedules.read(places, schedule.name)
    action = "add" if known is None else UNCHANGED if known.is_same(schedule) else "replace"
    return Step(action, "schedule", schedule.name)


def build(workspace: Workspace, composition: Composition, moment: datetime) -> Iterator[Step]:
    """Does what `plan` says, and yields each step as it is done; schedules are due from `moment` on.

    Nothing is begun while any input has a mistake.
    """
    steps = plan(workspace, composition)
    inputs: dict[tuple[str, str], Input] = {(each.kind, each.name): each for each in composition.inputs}
    declared = {each.name: each for each in composition.schedules}
    for step in steps:
        if step.kind == "directory":
            make_directory(Path(step.name))
        elif step.action != UNCHANGED and step.kind == "database":
            database.init(composition.databases[step.name].target(workspace))
        elif step.action != UNCHANGED and step.kind == "flow":
            declared_flows.declare(workspace.places, step.name, composition.flows[step.name])
        elif step.action != UNCHANGED and step.kind == "schedule":
            schedules.add(workspace.places, declared[step.name], moment, force=True)
        elif step.action not in (UNCHANGED, EMPTY):
            each = inputs[step.kind, step.name]
            each.source.stage(workspace, each.changes, each.kind)
        yield step


def down(workspace: Workspace, composition: Composition) -> Iterator[Step]:
    """Stops what the set-up declares and what it started: schedules are removed, then runs are killed.

    What is staged, and every result, stays. Yields what was stopped.
    """
    places = workspace.places
    for schedule in composition.schedules:
        try:
            schedules.remove(places, schedule.name)
        except NotFoundError:
            continue
        yield Step("remove", "schedule", schedule.name)
    for name in composition.flows:
        yield from _flow_down(workspace, name)
    for each in sorted(composition.inputs, key=lambda each: isinstance(each.source, TableSource)):
        yield from _input_down(workspace, each)


def _input_down(workspace: Workspace, each: Input) -> Iterator[Step]:
    """Kills what runs or waits of a forecast or set; nothing where its input tables are empty by now."""
    read = each.source.read(workspace, each.changes, each.kind)
    record_id = id_of_content(read.value) if read else None
    if record_id is None or forecasts.read_record(workspace.places, record_id) is None:
        return
    with suppress(NotFoundError):
        kill(workspace.places, record_id, workspace.owner)
        yield Step("kill", each.kind, each.name, record_id)


def _flow_down(workspace: Workspace, name: str) -> Iterator[Step]:
    """Kills what runs of a flow and takes its declaration back."""
    places = workspace.places
    for run in flow_runs.runs(places, name):
        if flows.is_running(places, run.id):
            kill(places, run.id, workspace.owner)
            yield Step("kill", "flow", name, run.id)
    if declared_flows.source_of(places, name):
        declared_flows.forget(places, name)
        yield Step("remove", "flow", name)


def in_its_places(workspace: Workspace, composition: Composition) -> Workspace:
    """The workspace a set-up is about: the one it declares, or else the given one."""
    return replace(workspace, places=composition.places or workspace.places)

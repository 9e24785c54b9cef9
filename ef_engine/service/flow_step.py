"""One time of a step, as text: what it was given, how it ended, and what it logged, its traceback included."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from ef_engine.errors import EfError, NotFoundError
from ef_engine.flows.arguments import resolved
from ef_engine.flows.model import Command
from ef_engine.flows.outline import Key, Outline
from ef_engine.jobs.flow_inputs import lookup_for
from ef_engine.jobs.flow_plan import read_outline
from ef_engine.jobs.plain_values import shown
from ef_engine.report.facts import fact_lines
from ef_engine.service.attempt_log import read_log
from ef_engine.service.flow_tree_rows import record_key, step_word
from ef_engine.store import flow_runs, forecasts
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished

PROGRAM = "ef_cli"


def step_lines(places: Places, record_id: str) -> list[str]:
    """All that is known of a step; NotFoundError if there is none."""
    record = forecasts.known(places, record_id)
    lines = fact_lines(dict(_facts(record)))
    for title, part in (
        ("Parameters", _parameters(places, record)),
        ("Inputs", _inputs(record)),
        ("Result", _result(places, record)),
        ("Log", _log(places, record)),
    ):
        if part:
            lines += ["", title, *(f"  {line}" for line in part)]
    return lines


def _facts(record: Record) -> Iterator[tuple[str, Any]]:
    """Names and values in reading order."""
    word = step_word(record)
    yield "Step", f"{record.label}@{record.sequence}"
    yield "ID", record.id
    yield "Status", "skipped" if word == "kept" else str(word)
    if isinstance(record.state, Finished) and record.state.message:
        yield "Message", record.state.message
    if reason := record.summary.get("reason"):
        yield "Why it ran", str(reason)
    yield "Attempts", record.attempt
    yield "Started", getattr(record.state, "started", None)
    yield "Finished", getattr(record.state, "finished", None)
    yield "Stands for", record.recovers


def _parameters(places: Places, record: Record) -> list[str]:
    """What it was given, the results of other steps filled in; nothing where that cannot be told any more."""
    try:
        run = flow_runs.read_run(places, record.tracking or "")
        outline = read_outline(run.flow, run.name)
        return _words(places, record, run, outline)
    except (EfError, OSError, LookupError, AssertionError):
        return []


def _words(places: Places, record: Record, run: FlowRun, outline: Outline) -> list[str]:
    key = record_key(run, record)
    ids = {record_key(run, step): step.id for step in flow_runs.steps(places, run.id)}

    def result_of(other: Key) -> Any:
        return flow_runs.read_result(places, ids[other]) if other in ids else None

    values = {
        (name.removesuffix(".repeats"), sequence): tuple(result_of((name, sequence)) or ())
        for name, sequence in ids
        if name.endswith(".repeats")
    }
    work = resolved(outline.work_of(key), lookup_for(outline, key, values, result_of))
    around = [(f"value of {name}", value) for name, value in outline.values_around(key, values)]
    if isinstance(work, Command):
        return [shlex.join((PROGRAM, *work.words)), *_listed(around)]
    arguments = [(str(number), value) for number, value in enumerate(work.args, 1)]
    return [work.target, *_listed([*arguments, *work.kwargs.items(), *around])]


def _listed(values: Iterable[tuple[str, Any]]) -> list[str]:
    return [f"{name} = {_text(value)}" for name, value in values]


def _text(value: Any) -> str:
    value = shown(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _inputs(record: Record) -> list[str]:
    """The digests of what decides its result; a changed one makes a recovery run it again."""
    return _listed((record.summary.get("inputs") or {}).items())


def _result(places: Places, record: Record) -> list[str]:
    result = flow_runs.read_result(places, record.id)
    return [] if result is None else _text(result).splitlines()


def _log(places: Places, record: Record) -> list[str]:
    try:
        return read_log(places, record.id).decode(errors="replace").splitlines()
    except NotFoundError:
        return []

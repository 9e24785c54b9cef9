"""Runs of flows on disk: `data/Flow_<id>/`, with what was asked for, a record, and a directory for each step.

`run.json` is written once, before anything runs, and holds all that is needed to go on in another process: the flow,
where it is at home, and what of an earlier run need not be repeated. Everything is text.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError
from ef_engine.store import documents, forecasts
from ef_engine.store.atomic import write_bytes
from ef_engine.store.places import Places, id_of, is_flow_id, make_directory
from ef_engine.store.records import Record

SCHEMA = "ef/flow-run/1"
RESULT_SCHEMA = "ef/step-result/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun:
    """One run of a flow as it was asked for.

    `flow` is its document. Relative names in it start from `directory`; `path` is where modules are looked for besides.
    `source` is the file it came from, None for one written in Python. `recovery` counts the recoveries before and with
    this one. `kept` says by step (`p1@1.2.1`) the id of its earlier time that stands in for it.
    """

    id: str
    name: str
    flow: Mapping[str, Any]
    directory: str
    path: tuple[str, ...] = ()
    source: str | None = None
    owner: str = ""
    keep_going: bool = False
    jobs: int | None = None
    recovers: str | None = None
    recovery: int = 0
    kept: Mapping[str, str] = field(default_factory=dict)


def new_id() -> str:
    """The id of a new run."""
    return f"F{secrets.token_hex(6)}"


def step_id(run_id: str, number: int) -> str:
    """The id of a step, counted in the order they were begun."""
    return f"{run_id}.{number}"


def owner_lock(places: Places, name: str) -> Path:
    """Held by whoever runs a flow of this name."""
    return places.lock / f"flow-{hashlib.sha256(name.encode()).hexdigest()[:16]}.lock"


def write_run(places: Places, run: FlowRun) -> None:
    """Keeps what was asked for; the first thing that is written of a run."""
    document = {"schema": SCHEMA} | {key: getattr(run, key) for key in FlowRun.__slots__}
    directory = make_directory(places.run(run.id))
    write_bytes(directory / "run.json", documents.dump(document))


def read_run(places: Places, run_id: str) -> FlowRun:
    """What was asked for; raises FileNotFoundError, or CommandError for a file that is damaged."""
    path = places.run(run_id) / "run.json"
    document = documents.load(path, SCHEMA)
    try:
        known = {key: document[key] for key in FlowRun.__slots__ if key in document}
        return FlowRun(**known | {"path": tuple(document.get("path") or ())})
    except TypeError as error:
        raise documents.damaged(path, str(error)) from error


def run_ids(places: Places) -> list[str]:
    """The ids of all runs of flows, in no order."""
    with suppress(FileNotFoundError):
        return [run_id for entry in os.listdir(places.data) if (run_id := id_of(entry)) and is_flow_id(run_id)]
    return []


def runs(places: Places, name: str | None = None) -> list[Record]:
    """The records of all runs of flows, or of those of one name, the newest first."""
    records = [found for each in run_ids(places) if isinstance(found := forecasts.read_run(places, each), Record)]
    chosen = [each for each in records if name in (None, each.label)]
    return sorted(chosen, key=lambda record: record.received, reverse=True)


def step_ids(places: Places, run_id: str) -> list[str]:
    """The ids of the steps of a run, in the order they were begun."""
    with suppress(FileNotFoundError):
        numbers = sorted(
            int(number)
            for entry in os.listdir(places.run(run_id))
            if (number := entry.removeprefix("step-")) != entry and number.isdecimal()
        )
        return [step_id(run_id, number) for number in numbers]
    return []


def steps(places: Places, run_id: str, skipped: Container[str] = ()) -> list[Record]:
    """The records of the steps of a run, in the order they were begun, without those of these ids."""
    found = (forecasts.read_run(places, each) for each in step_ids(places, run_id) if each not in skipped)
    return [each for each in found if isinstance(each, Record)]


def write_result(places: Places, record_id: str, result: Any) -> None:
    """Keeps what a step returned or printed, as a plain value."""
    document = {"schema": RESULT_SCHEMA, "id": record_id, "result": result}
    write_bytes(make_directory(places.run(record_id)) / "result.json", documents.dump(document))


def read_result(places: Places, record_id: str) -> Any:
    """What a step returned or printed, None for nothing."""
    with suppress(FileNotFoundError, CommandError):
        return documents.load(places.run(record_id) / "result.json", RESULT_SCHEMA).get("result")
    return None


def unfinished(places: Places, name: str) -> Iterator[Record]:
    """The runs of a name that did not come to their end."""
    from ef_engine.store.states import Finished

    return (record for record in runs(places, name) if not isinstance(record.state, Finished))

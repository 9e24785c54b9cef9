"""What the steps of flows had run: `called.txt` beside the record of a step, a line `ID ATTEMPT` for each attempt.

Written by the process of the step that asks, before the attempt begins. Of an attempt that never came to be, nothing
follows; and a later one was somebody else's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ef_engine.store.places import FILE_MODE, Places
from ef_engine.store.records import Record

STEP_ID = "EF_STEP_ID"
"""The environment variable that names the step of a flow a process belongs to."""


def note(places: Places, records: Iterable[Record]) -> None:
    """Notes that the next attempt at these is asked for by the step this process belongs to, if it belongs to one."""
    step = os.environ.get(STEP_ID, "")
    lines = "".join(f"{record.id} {record.attempt + 1}\n" for record in records)
    with suppress(OSError):  # of another workspace, or no room for it, which is no reason not to run something
        if step and lines:
            descriptor = os.open(_path(places, step), os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
            try:
                os.write(descriptor, lines.encode())
            finally:
                os.close(descriptor)


def without_step(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that works for others too, and so belongs to no step."""
    return {name: value for name, value in environment.items() if not name.startswith("EF_STEP_")}


def callers(places: Places, run_ids: Iterable[str]) -> dict[tuple[str, int], str]:
    """The step that asked for an attempt, by the id of what was run and the number of its attempt."""
    from ef_engine.store import flow_runs

    steps = (step for run_id in run_ids for step in flow_runs.step_ids(places, run_id))
    return {call: step for step in steps for call in _calls(_path(places, step))}


def _calls(path: Path) -> Iterator[tuple[str, int]]:
    with suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            record_id, _, attempt = line.partition(" ")
            if attempt.isdecimal():
                yield record_id, int(attempt)


def _path(places: Places, step_id: str) -> Path:
    return places.run(step_id) / "called.txt"

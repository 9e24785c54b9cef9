"""Many processes at one workspace: nothing is lost, torn, or run twice at once."""

from __future__ import annotations

import json
import random
import re
import subprocess
import time
from pathlib import Path

import pytest

from ef_engine.store import active, forecasts, stage_index, tickets
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Staged
from tests.jobs.conftest import Shop, until

HAMMERS = 8


def actions(files: list[Path], ids: list[str]) -> list[tuple[str, ...]]:
    """What a hammer may do."""
    file, record_id = str(random.choice(files)), random.choice(ids)
    return [
        ("stage", file),
        ("run", "--detach", "--force", file),
        ("run", "--in_process", record_id),
        ("run", "--jobs", "2", record_id),
        ("kill", record_id),
        ("list", "--format", "json"),
        ("ps", "--format", "json"),
    ]


def hammer(shop: Shop, seconds: float) -> list[tuple[tuple[str, ...], int, str]]:
    """Every command that was run, how it ended and what it said."""
    files = sorted(shop.home.glob("plan*.json"))
    ids = [json.loads(file.read_text())["forecast_id"] for file in files]
    running: list[tuple[tuple[str, ...], subprocess.Popen[str]]] = []
    ended = []
    deadline = time.monotonic() + seconds
    while running or time.monotonic() < deadline:
        while len(running) < HAMMERS and time.monotonic() < deadline:
            words = random.choice(actions(files, ids))
            running.append((words, shop.start(*words)))
        for words, process in list(running):
            if process.poll() is not None:
                ended.append((words, process.returncode, process.communicate()[1]))
                running.remove((words, process))
        time.sleep(0.01)
        assert time.monotonic() < deadline + 60
    return ended


@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_eight_processes_lose_no_forecast_and_corrupt_no_file(shop: Shop, seconds: float) -> None:
    ids = {shop.stage(years, f"plan{years}", items=20) for years in (1, 2, 3, 4)}

    ended = hammer(shop, seconds)

    assert [each for each in ended if each[1] not in (0, 1, 3, 4) or "Traceback" in each[2]] == []
    until(lambda: not tickets.all_tickets(shop.places) and not active.markers(shop.places))
    assert forecasts.known_ids(shop.places) >= ids
    for record_id in ids:
        record = shop.record(record_id)
        assert isinstance(record.state, Finished | Staged)
        assert began_in_order(shop, record)
    for file in [*shop.home.rglob("*.json"), *shop.home.rglob("*.jsonl")]:
        for text in file.read_text().splitlines() if file.suffix == ".jsonl" else [file.read_text()]:
            json.loads(text)
    assert stage_index.read(shop.places).keys() <= ids


def began_in_order(shop: Shop, record: Record) -> bool:
    """Whether each attempt of a forecast ended before the next began: their logs are in the order of their numbers."""
    logs = [shop.places.run(record.id) / f"attempt-{number}.log" for number in range(1, record.attempt + 1)]
    texts = [log.read_text() for log in logs]
    times = [re.findall(r"^(\d{4}-\S+Z) ", text, re.MULTILINE) for text in texts]
    flat = [moment for each in times for moment in each]
    return all(times) and flat == sorted(flat) and all(text.count(f" of {record.id} by ") == 1 for text in texts)

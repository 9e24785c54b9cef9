"""What looks must be quick: nothing heavy is imported, however many forecasts there are."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome
from tests.cli.processes import ef_cli, python

HEAVY = (
    "pandas", "numpy", "textual", "rich", "openpyxl", "pydantic", "sqlalchemy", "filelock", "shtab", "asyncio",
    "multiprocessing", "logging", "importlib.metadata", "ef_engine.model.forecast", "ef_engine.sources",
    "ef_engine.simulation.engine",
)  # fmt: skip
SCRIPT = """
import sys
from ef_engine.cli import main
try:
    main()
finally:
    print("\\n" + " ".join(sys.modules))
"""


def make_forecasts(home: Path, count: int) -> None:
    """Evaluated forecasts, as far as a list looks at them."""
    state = Finished(Outcome.EVALUATED, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z")
    for number in range(count):
        record = Record(id=f"{number:012x}", kind="forecast", state=state, summary={"net_worth": "1.00"})
        directory = home / "data" / f"Forecast_{record.id}"
        directory.mkdir(parents=True)
        (directory / "state.json").write_text(json.dumps(record.to_json()))


@pytest.mark.parametrize(
    "command",
    [["--help"], ["--version"], ["ps"], ["list"], ["list", "--format", "json"], ["wait", "0"], ["kill", "0"],
     ["log", "0"], ["show", "0"]],
    ids=" ".join,
)  # fmt: skip
def test_what_looks_imports_nothing_heavy(home: Path, command: list[str]) -> None:
    make_forecasts(home, 3)
    loaded = python(SCRIPT, *command).stdout.splitlines()[-1].split()
    assert "ef_engine.cli.main" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_staging_and_running_do_without_what_they_do_not_need(tmp_path: Path) -> None:
    from tests.service.documents import SMALL, write

    write(tmp_path / "small.json", SMALL)
    loaded = python(SCRIPT, "run", "small.json").stdout.splitlines()[-1].split()
    assert [name for name in ("pandas", "textual", "rich", "openpyxl", "sqlalchemy") if name in loaded] == []


@pytest.mark.benchmark
@pytest.mark.parametrize("command", ["--help", "ps", "list"])
def test_a_look_at_five_hundred_forecasts_takes_less_than_a_tenth_of_a_second(home: Path, command: str) -> None:
    make_forecasts(home, 500)
    assert min(_seconds(command) for _ in range(10)) < 0.1


@pytest.mark.benchmark
def test_a_look_at_ten_thousand_forecasts_takes_less_than_a_second(home: Path) -> None:
    make_forecasts(home, 10_000)
    assert min(_seconds("list") for _ in range(5)) < 1


def _seconds(command: str) -> float:
    begin = time.perf_counter()
    assert ef_cli(command).returncode == 0
    return time.perf_counter() - begin

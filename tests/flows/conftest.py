"""A workspace, and scripts of steps that write down when they ran."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ef_engine.store import active, flow_runs, process
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from tests.cli.processes import BRIEF, EF_CLI, here
from tests.jobs.conftest import until as until

STEPS = '''
"""Steps that say in a file when they ran; the environment decides which of them fail, and how."""

import os, subprocess, sys, time

def note(name):
    line = f"{name}@{os.environ['EF_STEP_SEQUENCE']}"
    if line in os.environ.get("BAD", "").split():
        raise ValueError(f"{line} is bad")
    with open(os.path.join(os.path.dirname(__file__), "ran.txt"), "a") as file:
        file.write(line + "\\\\n")
    return line

def say(text):
    return note(text)

def add(one, two=0):
    note("add")
    return one + two

def give(value):
    note(f"give{value}")
    return value

def told():
    return [os.environ[f"EF_STEP_{name}"] for name in ("ID", "NAME", "SEQUENCE", "RECOVERY")]

def values():
    return [10, 20]

def endless():
    number = 0
    while True:
        yield (number := number + 1)

def leave(code=3):
    os._exit(code)

def interrupt():
    raise KeyboardInterrupt

class Odd(BaseException):
    pass

def odd():
    raise Odd("at all")

def silence():
    note("silence")
    sys.stdout.close()

def hang(seconds=600.0):
    note("hang")
    time.sleep(seconds)

def spawn():
    child = subprocess.Popen(["sleep", "600"])
    note(f"child {child.pid}")
    child.wait()

def slow(name, seconds=0.05):
    time.sleep(seconds)
    return note(name)

def gate(name):
    """Until the test opens it."""
    while not os.path.exists(os.path.join(os.path.dirname(__file__), "open")):
        time.sleep(0.02)
    return note(name)

def flaky(name, times=1):
    path = os.path.join(os.path.dirname(__file__), f"{name}.tries")
    with open(path, "a") as file:
        file.write("x")
    if os.path.getsize(path) <= times:
        raise RuntimeError("not yet")
    return note(name)
'''


@dataclass(frozen=True)
class Mill:
    """A workspace with a module `steps`, and `ef_cli` on it in real processes."""

    home: Path
    places: Places

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def flow(self, *steps: dict[str, Any], name: str = "nightly", **options: Any) -> str:
        """The file of a flow of these steps."""
        document = {"schema": "ef/flow/1", "name": name, "steps": list(steps), **options}
        return str(self.write(f"{name}.json", json.dumps(document)))

    def command(self, *words: str) -> list[str]:
        return [*EF_CLI, "--workspace", str(self.home / "work"), "--username", "ann", *words]

    def cli(self, *words: str, bad: str = "") -> subprocess.CompletedProcess[str]:
        """Runs it to its end, in this process if it makes no difference."""
        if words[0] in BRIEF:
            return here(self.command(*words))
        environment = os.environ | {"BAD": bad}
        return subprocess.run(
            self.command(*words), env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def script(self, name: str, *words: str, bad: str = "") -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"BAD": bad, "EF_HOME": str(self.home / "work")}
        return subprocess.run(
            [sys.executable, str(self.home / name), *words], env=environment, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip

    def start(self, *words: str, bad: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words), env=os.environ | {"BAD": bad}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def open(self) -> None:
        """Lets the steps through that wait at the gate."""
        (self.home / "open").touch()

    def ran(self) -> list[str]:
        """What ran since the last call, in that order."""
        path = self.home / "ran.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def latest(self) -> Record:
        return flow_runs.runs(self.places)[0]

    def ends(self) -> dict[str, str]:
        """How the steps of the latest run ended."""
        return {
            f"{each.label}@{each.sequence}": str(getattr(each.state, "outcome", "running"))
            for each in flow_runs.steps(self.places, self.latest().id)
        }


def end(mill: Mill) -> None:
    """Ends the owners of flows and their steps."""
    for marker in active.markers(mill.places):
        if liveness(marker.process) is Liveness.ALIVE and marker.process.pid != process.current().pid:
            with suppress(ProcessLookupError):
                os.kill(marker.process.pid, signal.SIGKILL)


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    """With the module of steps in it; whatever still runs is ended."""
    mill = Mill(tmp_path, places_under(tmp_path / "work"))
    mill.write("steps.py", STEPS.replace("\\\\", "\\"))
    yield mill
    end(mill)

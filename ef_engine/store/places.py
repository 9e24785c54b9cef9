"""Where a workspace keeps its files (formats.md, Places on disk).

A `Places` only names paths: nothing is created until something is written, so looking never leaves traces.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
PARTS = ("stage", "data", "lock", "log")


@dataclass(frozen=True, slots=True)
class Places:
    """The four directories of a workspace."""

    stage: Path
    data: Path
    lock: Path
    log: Path

    @property
    def directories(self) -> list[str]:
        """The four, absolute, as the arguments of a process that makes a `Places` of them again."""
        return [str(each.absolute()) for each in (self.stage, self.data, self.lock, self.log)]

    def staged(self, record_id: str) -> Path:
        """The document of something staged: `stage/Forecast_<id>.json` or `stage/ForecastSet_<id>.json`."""
        return self.stage / f"{stem(record_id)}.json"

    def run(self, record_id: str) -> Path:
        """The directory of something in progress or evaluated; that of a step lies in its flow's."""
        owner, _, step = record_id.partition(".")
        return self.data / stem(owner) / f"step-{step}" if step else self.data / stem(record_id)

    def claim(self, record_id: str) -> Path:
        """The lock file that stands for the right to run it; its existence means nothing. A flow runs its steps."""
        return self.lock / f"{stem(record_id.partition('.')[0])}.lock"

    @property
    def active(self) -> Path:
        """One marker for each attempt that runs."""
        return self.data / "active"

    @property
    def queue(self) -> Path:
        """One ticket for each thing somebody asked to be run."""
        return self.data / "queue"

    @property
    def errands(self) -> Path:
        """One record for each report that was made, and for each time something came in or went out."""
        return self.data / "errands"

    @property
    def requests(self) -> Path:
        """What is asked of runs."""
        return self.data / "requests"

    @property
    def arriving(self) -> Path:
        """One directory for each import whose forecasts are about to be seen."""
        return self.data / "arriving"

    @property
    def arrivals_lock(self) -> Path:
        """Held by an import from the moment it is sure to happen until it has."""
        return self.lock / "arrivals.lock"

    @property
    def notes(self) -> Path:
        """Remarks on records."""
        return self.data / "notes"

    @property
    def protections(self) -> Path:
        """Who keeps which record from being changed."""
        return self.data / "locked"

    @property
    def schedules(self) -> Path:
        """What is to be run at its times."""
        return self.data / "schedules"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the supervisor of the workspace for as long as it lives."""
        return self.lock / "supervisor.lock"

    @property
    def index(self) -> Path:
        """The index of everything staged and not yet run."""
        return self.stage / "ForecastSet.json"

    @property
    def index_lock(self) -> Path:
        """Guards read-modify-write of the index."""
        return self.lock / "ForecastSet.json.lock"


def in_order(record_id: str) -> tuple[str, int]:
    """What ids are sorted by: the steps of a flow in the order they were begun, the tenth behind the ninth."""
    owner, _, step = record_id.partition(".")
    return owner, int(step) if step.isdecimal() else 0


def stem(record_id: str) -> str:
    """The name files and directories of an id bear; ids of sets begin with `S`, of flows and their steps with `F`."""
    if is_flow_id(record_id):
        return f"Flow_{record_id}"
    if is_errand_id(record_id):
        return f"Errand_{record_id}"
    return f"ForecastSet_{record_id}" if is_set_id(record_id) else f"Forecast_{record_id}"


def is_set_id(record_id: str) -> bool:
    """Whether the id names a forecast set."""
    return record_id.startswith("S")


def is_flow_id(record_id: str) -> bool:
    """Whether the id names a run of a flow, or a step of one (`F0a1b2c3d4e5f.7`)."""
    return record_id.startswith("F")


def is_errand_id(record_id: str) -> bool:
    """Whether the id names a report (`R0a1b2c3d4e5f`) or what came in or went out (`I0a1b2c3d4e5f`)."""
    return record_id.startswith(("R", "I"))


def id_of(name: str) -> str | None:
    """The id in a file's or directory's name without suffix, or None where it names nothing of ours."""
    for prefix in ("ForecastSet_", "Forecast_", "Flow_", "Errand_"):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return None


def places_under(home: Path, parts: Mapping[str, str | None] | None = None) -> Places:
    """The places of the workspace `home`; `parts` moves single directories (`stage`, `data`, `lock`, `log`)."""
    given = parts or {}
    moved = {part: Path(value).expanduser() for part in PARTS if (value := given.get(part))}
    return Places(**{part: moved.get(part, home / part) for part in PARTS})


def default_home(environment: Mapping[str, str] | None = None) -> Path:
    """`EF_HOME`, else `ef` in the platform's directory for a user's data."""
    variables = os.environ if environment is None else environment
    if home := variables.get("EF_HOME"):
        return Path(home).expanduser()
    return _user_data(variables) / "ef"


def _user_data(variables: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(variables.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return _absolute(variables.get("XDG_DATA_HOME")) or Path.home() / ".local" / "share"


def config_home(environment: Mapping[str, str] | None = None) -> Path:
    """`ef` in the user's directory for configuration."""
    variables = os.environ if environment is None else environment
    return (_absolute(variables.get("XDG_CONFIG_HOME")) or Path.home() / ".config") / "ef"


def _absolute(value: str | None) -> Path | None:
    """XDG paths that are not absolute are to be ignored (XDG base directory specification)."""
    return Path(value) if value and Path(value).is_absolute() else None


def make_directory(directory: Path) -> Path:
    """Creates the directory and its parents for the owner alone; one that exists keeps its mode."""
    if not directory.is_dir():
        make_directory(directory.parent)
        directory.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    return directory

"""What a set-up declares: a TOML document with directories, sources, forecasts, sets, flows and schedules.

    [directories]
    workspace = "books"

    [sources.household]
    file = "household.json"

    [forecasts.plan]
    source = "household"

    [schedules.monthly]
    cron = "0 6 1 * *"
    command = "run forecast household.json --force"

Relative names start from the document's own directory. All mistakes are found before anything is done.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from ef_engine.errors import CommandError, InputError, NotFoundError, Problem
from ef_engine.service.compose_sources import FileSource, Source, TableSource
from ef_engine.service.compose_tables import KEYS, read_table_source
from ef_engine.service.due_times import local_zone
from ef_engine.service.durations import seconds_of
from ef_engine.service.inputs import Changes
from ef_engine.service.schedules import check
from ef_engine.store.places import PARTS, Places, places_under
from ef_engine.store.schedules import POLICIES, Schedule

Kind: TypeAlias = Literal["forecast", "forecastset"]

_KINDS: Mapping[str, Kind] = {"forecasts": "forecast", "sets": "forecastset"}
_SECTIONS = ("directories", "sources", "forecasts", "sets", "flows", "schedules")
_OF_INPUT = ("file", "source", "label", "start_date", "end_date", "approximate")
_OF_SCHEDULE = ("cron", "interval", "time_zone", "missed", "command")


@dataclass(frozen=True, slots=True)
class Input:
    """A forecast or set that is to be staged, as `changes` change it."""

    name: str
    kind: Kind
    source: Source
    changes: Changes


@dataclass(frozen=True, slots=True)
class Composition:
    """A set-up. `places` is None where it declares no directories; files are those of its inputs already.

    `databases` are the sources that are tables, by name; `flows` are files by the names of their flows.
    """

    places: Places | None
    databases: Mapping[str, TableSource]
    inputs: tuple[Input, ...]
    flows: Mapping[str, Path]
    schedules: tuple[Schedule, ...]


def read_composition(
    path: Path,
    program: Callable[[list[str]], tuple[str, ...]],
    owner: str,
    settings: Mapping[str, str | None] = MappingProxyType({}),
) -> Composition:
    """The set-up in a file; raises NotFoundError, or InputError with every mistake.

    `program` turns the words of a command into those a schedule keeps; `settings` are the `--database_*` options.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {path}", "name another with -f") from error
    except ValueError as error:
        raise CommandError(f"{path}: this is no TOML ({error})", "correct it") from error
    return _Reader(path, program, owner, settings).read(document)


@dataclass(slots=True)
class _Reader:
    """Reads one document and collects what is wrong with it."""

    path: Path
    program: Callable[[list[str]], tuple[str, ...]]
    owner: str
    settings: Mapping[str, str | None]
    problems: list[Problem] = field(default_factory=list)

    def read(self, document: dict[str, Any]) -> Composition:
        self._known("", document, _SECTIONS)
        sections = {name: self._table(name, document.get(name, {})) for name in _SECTIONS}
        places = self._places(sections["directories"])
        sources = {name: self._source(name, each) for name, each in self._entries("sources", sections["sources"])}
        databases = {name: each for name, each in sources.items() if isinstance(each, TableSource)}
        inputs = [
            self._input(section, name, each, sources)
            for section in _KINDS
            for name, each in self._entries(section, sections[section])
        ]
        flows = {name: self._file(f"flows.{name}", each) for name, each in self._entries("flows", sections["flows"])}
        schedules = [self._schedule(name, each) for name, each in self._entries("schedules", sections["schedules"])]
        if self.problems:
            raise InputError(self.problems)
        found = {name: path for name, path in flows.items() if path}
        return Composition(places, databases, tuple(filter(None, inputs)), found, tuple(filter(None, schedules)))

    def _found(self, place: str, text: str, remedy: str) -> None:
        self.problems.append(Problem(f"{self.path}, {place}" if place else str(self.path), text, remedy))

    def _known(self, place: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                close = get_close_matches(key, keys, n=1)
                remedy = f"perhaps it is {close[0]!r}" if close else f"it may have {', '.join(keys)}"
                self._found(place, f"there is nothing called {key!r} here", remedy)

    def _table(self, place: str, value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self._found(place, "this is no table", f"write [{place}]")
        return {}

    def _entries(self, section: str, table: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        return [(name, self._table(f"{section}.{name}", each)) for name, each in table.items()]

    def _text(self, place: str, table: Mapping[str, Any], key: str) -> str | None:
        """A text, a date of TOML as one; None where there is none."""
        value = table.get(key)
        if value is None or isinstance(value, str):
            return value
        if hasattr(value, "isoformat"):
            return str(value.isoformat())
        self._found(f"{place}.{key}", f"{value!r} is no text", "write it in quotes")
        return None

    def _places(self, table: dict[str, Any]) -> Places | None:
        self._known("directories", table, ("workspace", *PARTS))
        given = {key: self._text("directories", table, key) for key in ("workspace", *PARTS)}
        moved = {part: str(self._here(text)) for part in PARTS if (text := given[part])}
        home = given["workspace"]
        if home is None and moved and len(moved) < len(PARTS):
            self._found("directories", "the other directories have no place", "add workspace")
        return places_under(self._here(home or "."), moved) if home or moved else None

    def _here(self, text: str) -> Path:
        return self.path.absolute().parent / Path(text).expanduser()

    def _source(self, name: str, table: dict[str, Any]) -> Source | None:
        place = f"sources.{name}"
        if not any(key.startswith("database") for key in table):
            path = self._file(place, table)
            return FileSource(path) if path else None
        try:
            found, problems = read_table_source(table, self.settings, self.path.absolute().parent)
        except CommandError as error:
            self._found(place, error.problem, error.remedy)
            return None
        for key, text, remedy in problems:
            self._found(f"{place}.{key}", text, remedy)
        self._known(place, table, KEYS)
        return found

    def _file(self, place: str, table: dict[str, Any]) -> Path | None:
        self._known(place, table, ("file",))
        text = self._text(place, table, "file")
        if text is None and "file" not in table:
            self._found(place, "it has no file", 'add file = "..."')
        return self._here(text) if text else None

    def _input(
        self, section: str, name: str, table: dict[str, Any], sources: Mapping[str, Source | None]
    ) -> Input | None:
        place = f"{section}.{name}"
        self._known(place, table, _OF_INPUT)
        source = self._source_of(place, table, sources)
        approximate = table.get("approximate", False)
        if not isinstance(approximate, bool):
            self._found(f"{place}.approximate", f"{approximate!r} is neither true nor false", "write one of them")
        changes = Changes(
            label=self._text(place, table, "label"),
            start_date=self._text(place, table, "start_date"),
            end_date=self._text(place, table, "end_date"),
            approximate=approximate is True,
        )
        return Input(name, _KINDS[section], source, changes) if source else None

    def _source_of(self, place: str, table: Mapping[str, Any], sources: Mapping[str, Source | None]) -> Source | None:
        file, source = self._text(place, table, "file"), self._text(place, table, "source")
        if ("file" in table) == ("source" in table):
            self._found(place, "it needs one file or source, and not both", 'write file = "..." or source = "..."')
        elif file:
            return FileSource(self._here(file))
        elif source and source not in sources:
            self._found(f"{place}.source", f"there is no source {source!r}", f"add [sources.{source}]")
        elif source:
            return sources[source]
        return None

    def _schedule(self, name: str, table: dict[str, Any]) -> Schedule | None:
        place = f"schedules.{name}"
        self._known(place, table, _OF_SCHEDULE)
        interval, missed = self._text(place, table, "interval"), self._text(place, table, "missed") or "run_once"
        if missed not in POLICIES:
            self._found(f"{place}.missed", f"{missed!r} is no policy", f"it is one of {', '.join(POLICIES)}")
        cron, zone = self._text(place, table, "cron"), self._text(place, table, "time_zone")
        try:
            schedule = Schedule(
                name=name,
                command=self.program(self._words(place, table.get("command"))),
                cron=cron,
                interval=None if interval is None else seconds_of(interval),
                zone=zone or (local_zone() if cron else "UTC"),
                missed="skip" if missed == "skip" else "run_once",
                owner=self.owner,
                directory=str(self.path.absolute().parent),
            )
            check(schedule)
        except ValueError as error:
            self._found(f"{place}.interval", str(error), "correct it")
        except CommandError as error:
            self._found(place, error.problem, error.remedy)
        else:
            return schedule
        return None

    def _words(self, place: str, value: object) -> list[str]:
        """The words of a command: a list of them, or a text that is split as a shell would split it."""
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return value
        if value is not None and not isinstance(value, str):
            self._found(f"{place}.command", "this is neither a text nor a list of texts", "write one of them")
        return shlex.split(value) if isinstance(value, str) else []

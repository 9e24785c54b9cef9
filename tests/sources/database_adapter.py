"""Input tables as a source that keeps the promises of all sources: see `tests.sources.contract`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from ef_engine.model import findings
from ef_engine.model.forecast import Forecast
from ef_engine.model.shapes import Field, Kind
from ef_engine.service.inputs import NO_CHANGES, Changes
from ef_engine.service.stage import Staged
from ef_engine.service.stage_database import frame_of, stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database.datasets import DATASETS, Dataset
from ef_engine.sources.database.input_rows import read_rows, row_name
from ef_engine.sources.database.inputs import look
from ef_engine.sources.database.target import Target
from tests.database.servers import common_database, content, file_database, fill
from tests.model.documents import MISSING

_users = count(1)
_OPTIONS = ("all_loans_strategy", "currency")
_LARGEST = 2**31
_LARGEST_NUMERIC = Decimal(10) ** 100


class DatabaseAdapter:
    """The input tables of one user, and what a command line says beside them."""

    def __init__(self, target: Target) -> None:
        self.target, self.username = target, f"user {next(_users)}"
        self.changes, self.options = NO_CHANGES, dict[str, object]()

    def write(self, document: Mapping[str, Any]) -> None:
        fill(self.target, document, self.username)
        options = dict(document.get("options") or {})
        self.changes = Changes(
            start_date=document["start_date"],
            end_date=document["end_date"],
            label=document.get("label"),
            approximate=options.pop("approximate", False),
        )
        self.options = options

    def read(self) -> Forecast:
        frame = frame_of(self.changes, self.options)
        value = read_rows(look(self.target, self.username), frame, "forecast", "the tables")[0].value
        assert isinstance(value, Forecast)
        return value

    def stage(self, workspace: Workspace, changes: Changes = NO_CHANGES) -> Staged:
        own = replace(workspace, owner=self.username)
        return stage_tables(own, self.target, self.changes, "forecast", options=self.options)

    def place_of(self, path: findings.Path) -> str:
        dataset = _dataset_at(path)
        if dataset is None:
            return "--forecast_label" if path == ("label",) else f"--{path[-1]}"
        place, inner = f"table {dataset.table}", path[len(dataset.path) :]
        if not inner:
            return place
        rows = look(self.target, self.username).of(dataset)
        row = row_name(rows[int(inner[0])], dataset, rows)
        return f"{place}, {row}, column {inner[1]}" if inner[1:] else f"{place}, {row}"

    def content(self) -> object:
        return content(self.target, self.username).rows

    def carried_id(self) -> str | None:
        return None


def why_not_in_file(path: findings.Path, value: object) -> str:
    """Why nobody can put the value there in a SQLite file; empty where one can."""
    return _why_not(path, value, lambda _, text: True)


def why_not_on_server(path: findings.Path, value: object) -> str:
    """The same of PostgreSQL, whose columns take only texts that are of their type."""
    return _why_not(path, value, _fits)


def _why_not(path: findings.Path, value: object, fits: Callable[[Kind, str], bool]) -> str:
    dataset = _dataset_at(path)
    if dataset is None:
        is_said = path[-1] in ("start_date", "end_date", "label", *_OPTIONS)
        is_sayable = is_said and isinstance(value, str) and _is_text(value)
        return "" if is_sayable else "it stands in no table, and the command line cannot say it either"
    match path[len(dataset.path) :]:
        case () if value == []:
            return ""
        case (int(), str(key)):
            field = next((field for field in dataset.fields if field.key == key), None)
            if field is None:
                return "there is no such column"
            is_held = value is MISSING or _holds(field, value, fits)
            return "" if is_held else "the column refuses it, or gives back something else, such as NULL for null"
        case (int(), str(), int()) if isinstance(value, str) and _is_text(value):
            return ""
    return "a table has values in columns: no rows in one piece, and no lists but of texts"


def _holds(field: Field, value: object, fits: Callable[[Kind, str], bool]) -> bool:
    """Whether a column takes a value and gives it back as it was."""
    is_list = field.kind in (Kind.TEXTS, Kind.REGEXES)
    if isinstance(value, str):
        return not is_list and _is_text(value) and fits(field.kind, value)
    if is_list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if field.kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    if field.kind is Kind.PRIORITY:
        return isinstance(value, int) and abs(value) < _LARGEST
    number = abs(Decimal(value))
    is_number = field.kind in (Kind.AMOUNT, Kind.RATE)
    return is_number and (not number or 1 / _LARGEST_NUMERIC < number < _LARGEST_NUMERIC)


def in_file(directory: Path) -> DatabaseAdapter:
    """Tables in a SQLite file of their own."""
    return DatabaseAdapter(file_database(directory))


def on_server(directory: Path) -> DatabaseAdapter:
    """Tables on a server, shared with the other tests, each a user of its own."""
    return DatabaseAdapter(common_database())


def _dataset_at(path: findings.Path) -> Dataset | None:
    found = (each for each in DATASETS if not each.of_sets and path[: len(each.path)] == each.path)
    return next(found, None)


def _is_text(value: str) -> bool:
    """Whether it is a text for databases, and one that is not taken for a list."""
    try:
        return bool(value.encode()) and "\0" not in value
    except UnicodeEncodeError:
        return False


def _fits(kind: Kind, value: str) -> bool:
    """Whether a typed column of a server takes a text as what it is."""
    if kind in (Kind.DATE, Kind.OPEN_DATE):
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    return kind in (Kind.TEXT, Kind.WORD, Kind.REGEX)

"""What every source of forecasts promises, as an adapter that a test can use: one for each, listed in `ADAPTERS`.

Adapters put documents where a user of that source has them; a test never knows what that is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from ef_engine.model import findings
from ef_engine.model.document import to_document
from ef_engine.model.forecast import Forecast
from ef_engine.service.inputs import NO_CHANGES, Changes
from ef_engine.service.stage import Staged, stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.sources import excel
from ef_engine.sources.excel_layout import CONFIG_FIELDS, column_title, layout_at
from ef_engine.sources.json_file import read_file
from ef_engine.sources.json_text import dumps, parse
from ef_engine.sources.loaded import joined
from tests.model.documents import MISSING
from tests.sources import database_adapter, workbooks


class Adapter(Protocol):
    """One source. Each test has an adapter of its own, which holds at most one forecast at a time."""

    def write(self, document: Mapping[str, Any]) -> None:
        """Puts the forecast of a document, valid or not, where a user has it; what was there before is gone."""

    def read(self) -> Forecast:
        """What is there; raises InputError with every finding."""

    def stage(self, workspace: Workspace, changes: Changes = NO_CHANGES) -> Staged:
        """Stages what is there, as the command does."""

    def place_of(self, path: findings.Path) -> str:
        """Where a user looks for the value at a path of the document that was written."""

    def content(self) -> object:
        """Everything the source holds, to be compared."""

    def carried_id(self) -> str | None:
        """The id that staging wrote into the source; None where it holds none."""


class JsonAdapter:
    """A JSON file."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "forecast.json"

    def write(self, document: Mapping[str, Any]) -> None:
        self.path.write_text(dumps(document), encoding="utf-8")

    def read(self) -> Forecast:
        value = read_file(self.path, "forecast").value
        assert isinstance(value, Forecast)
        return value

    def stage(self, workspace: Workspace, changes: Changes = NO_CHANGES) -> Staged:
        return stage_file(workspace, self.path, changes, "forecast")

    def place_of(self, path: findings.Path) -> str:
        return f"{self.path}: {joined(path)}" if path else str(self.path)

    def content(self) -> object:
        return self.path.read_bytes()

    def carried_id(self) -> str | None:
        found: str | None = json.loads(self.path.read_bytes()).get("forecast_id")
        return found


class ExcelAdapter:
    """An Excel workbook."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "forecast.xlsx"

    def write(self, document: Mapping[str, Any]) -> None:
        workbooks.write(workbooks.workbook_of(document), self.path)

    def read(self) -> Forecast:
        value = excel.read_file(self.path).value
        assert isinstance(value, Forecast)
        return value

    def stage(self, workspace: Workspace, changes: Changes = NO_CHANGES) -> Staged:
        return stage_file(workspace, self.path, changes, "forecast")

    def place_of(self, path: findings.Path) -> str:
        layout = layout_at(path)
        if layout is None:
            row = list(CONFIG_FIELDS).index(tuple(map(str, path))) + 2
            return f"{self.path}, sheet Config, row {row}, column Value"
        place = f"{self.path}, sheet {layout.title}"
        match path[len(layout.path) :]:
            case ():
                return place
            case (int(position),):
                return f"{place}, row {position + 2}"
            case (int(position), key, *_):
                return f"{place}, row {position + 2}, column {column_title(str(key))}"
        raise AssertionError(path)

    def content(self) -> object:
        return self.path.read_bytes()

    def carried_id(self) -> str | None:
        found: str | None = workbooks.config_of(self.path.read_bytes())["forecast_id"]
        return found


ADAPTERS: dict[str, Callable[[Path], Adapter]] = {
    "json": JsonAdapter,
    "excel": ExcelAdapter,
    "database sqlite": database_adapter.in_file,
    "database postgresql": database_adapter.on_server,
}
"""By the word of `--source`, with the kind of database after it; each is made with a directory of its own."""


def _why_not_in_json(_: findings.Path, value: object) -> str:
    try:
        is_held = value is MISSING or parse(dumps(value).encode(), "") == value
    except UnicodeEncodeError:
        is_held = False
    return "" if is_held else "a text in UTF-8 has no such character, or no such number"


WHY_NOT: dict[str, Callable[[findings.Path, object], str]] = {
    "json": _why_not_in_json,
    "excel": workbooks.why_not,
    "database sqlite": database_adapter.why_not_in_file,
    "database postgresql": database_adapter.why_not_on_server,
}
"""Why a user of that source cannot write a value (or `MISSING`) at a path at all; empty where one can."""


def written(forecast: Forecast) -> dict[str, Any]:
    """The document of a forecast as a user might write it: without what is null."""
    document: dict[str, Any] = _without_nulls(to_document(forecast))
    return document


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value

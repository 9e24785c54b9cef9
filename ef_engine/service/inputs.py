"""Inputs as the verbs take them: a file, standard input or a stored document, with or without changes to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.service.sources import EXCEL, JSON, file_source, source_of
from ef_engine.store import forecasts
from ef_engine.store.places import Places

if TYPE_CHECKING:
    from ef_engine.model.forecast import Forecast
    from ef_engine.model.forecast_set import ForecastSet
    from ef_engine.sources.loaded import Loaded

    Content: TypeAlias = Forecast | ForecastSet

STDIN = "-"
NOUNS = {"forecast": "a forecast", "forecastset": "a forecast set"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a command changes in an input. Dates are ISO text; None leaves what the input says.

    A label is no part of the content; everything else makes another forecast, so the user's file stays as it is.
    """

    label: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    approximate: bool = False

    @property
    def makes_copy(self) -> bool:
        """Whether the content may differ from that of the file."""
        return bool(self.start_date or self.end_date or self.approximate)


NO_CHANGES = Changes()


def read_input(path: Path, changes: Changes = NO_CHANGES, kind: str | None = None, source: str | None = None) -> Loaded:
    """The input in a file, changed; raises InputError, NotFoundError, or CommandError if it is not of `kind`.

    `source` is json or excel; None goes by the file's suffix.
    """
    found = source_of(path, source)
    _refuse_sets_in_excel(found, kind)
    return _changed(_of_kind(file_source(found).read_file(path), kind), changes)


def read_data(
    data: bytes, name: str, changes: Changes = NO_CHANGES, kind: str | None = None, source: str | None = None
) -> Loaded:
    """As `read_input`, for what was read already; `name` is what problems are reported under."""
    _refuse_sets_in_excel(source, kind)
    return _changed(_of_kind(file_source(source or JSON).read_bytes(data, name), kind), changes)


def read_stored(places: Places, record_id: str, changes: Changes = NO_CHANGES) -> Loaded:
    """The input stored under the id, changed; NotFoundError if it is gone."""
    stored = forecasts.read_document(places, record_id)
    if stored is None:
        raise NotFoundError(f"the document of {record_id} is gone", "stage its file again")
    return read_data(stored[0], str(stored[1]), changes)


def _refuse_sets_in_excel(source: str | None, kind: str | None) -> None:
    if (source, kind) == (EXCEL, "forecastset"):
        remedy = "write the set as JSON, as `ef_cli schema forecastset` describes it"
        raise CommandError("an Excel file cannot hold a forecast set", remedy)


def _of_kind(read: Loaded, kind: str | None) -> Loaded:
    if kind not in (None, read.kind):
        raise CommandError(f"{read.name} holds {NOUNS[read.kind]}", f"say `{read.kind}` in place of `{kind}`")
    return read


def _changed(read: Loaded, changes: Changes) -> Loaded:
    """The input as changed, checked anew; it keeps the bytes of the original."""
    from ef_engine.sources.json_file import read_bytes
    from ef_engine.sources.json_text import dumps

    if changes == NO_CHANGES:
        return read
    document = document_of(read.value)
    forecast = document if read.kind == "forecast" else document["base"]
    for key in ("start_date", "end_date"):
        forecast[key] = getattr(changes, key) or forecast[key]
    forecast["options"]["approximate"] |= changes.approximate
    document["label"] = document["label"] if changes.label is None else changes.label
    changed = read_bytes(dumps(document).encode(), f"{read.name}, as changed by the command line")
    return replace(changed, name=read.name, data=read.data, source=read.source)


def document_of(content: Content, record_id: str | None = None) -> dict[str, Any]:
    """The canonical document of the content, carrying the id."""
    from ef_engine.model.document import set_to_document, to_document
    from ef_engine.model.forecast import Forecast

    return to_document(content, record_id) if isinstance(content, Forecast) else set_to_document(content, record_id)


def id_of_content(content: Content) -> str:
    """The id of a forecast or a set."""
    from ef_engine.model.content_id import forecast_id, forecast_set_id
    from ef_engine.model.forecast import Forecast

    return forecast_id(content) if isinstance(content, Forecast) else forecast_set_id(content)

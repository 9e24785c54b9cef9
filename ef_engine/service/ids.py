"""Ids as people type them: any beginning that fits only one."""

from __future__ import annotations

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.store import forecasts
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.records import Record

FORECAST, FORECAST_SET = "forecast", "forecastset"
_SHOWN = 5


def find_id(places: Places, text: str, kind: str | None = None) -> str:
    """The id that begins with `text`, of one `kind` (`forecast` or `forecastset`) or of any.

    Raises NotFoundError for none and CommandError for several.
    """
    matching = matching_ids(places, text, kind)
    if text in matching:
        return text
    if not matching:
        raise NotFoundError(f"no {_noun(kind)} has an id that begins with {text!r}", "see `ef_cli list`")
    if len(matching) > 1:
        shown = ", ".join(matching[:_SHOWN]) + (", ..." if len(matching) > _SHOWN else "")
        raise CommandError(f"{text!r} fits {len(matching)} ids ({shown})", "give more of its digits")
    return matching[0]


def matching_ids(places: Places, text: str, kind: str | None = None) -> list[str]:
    """Every known id that begins with `text`, sorted; an empty text fits none."""
    known = forecasts.known_ids(places) if text else set()
    return sorted(each for each in known if each.startswith(text) and kind in (None, kind_of(each)))


def find_record(places: Places, text: str, kind: str | None = None) -> Record:
    """The record of the id that begins with `text`; CommandError if its file cannot be read."""
    record_id = find_id(places, text, kind)
    record = forecasts.read_record(places, record_id)
    if isinstance(record, forecasts.Unreadable):
        raise record.problem
    if record is None:
        raise NotFoundError(f"{record_id} is gone or was never finished", "stage its file again")
    return record


def kind_of(record_id: str) -> str:
    """The word of the command line for what the id names."""
    return FORECAST_SET if is_set_id(record_id) else FORECAST


def _noun(kind: str | None) -> str:
    return {FORECAST: "forecast", FORECAST_SET: "forecast set"}.get(kind or "", "forecast or forecast set")

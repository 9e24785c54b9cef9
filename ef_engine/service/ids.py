"""Ids as people type them: any beginning that fits only one."""

from __future__ import annotations

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.store import flow_runs, forecasts
from ef_engine.store.places import Places, is_flow_id, is_set_id
from ef_engine.store.records import Record

FORECAST, FORECAST_SET, FLOW = "forecast", "forecastset", "flow"
_SHOWN = 5


def find_id(places: Places, text: str, kind: str | None = None) -> str:
    """The id that begins with `text`, of one `kind` (`forecast` or `forecastset`) or of any.

    Raises NotFoundError for none and CommandError for several.
    """
    matching = matching_ids(places, text, kind)
    if text in matching:
        return text
    if not matching and kind is None and _find_flow_id(places, text):
        remedy = "`ef_cli show` tells of it, `ef_cli run flow` runs it or goes on with it"
        raise CommandError(f"{text} is a flow and no forecast", remedy)
    if not matching:
        raise NotFoundError(f"no {_noun(kind)} has an id that begins with {text!r}", "see `ef_cli list`")
    if len(matching) > 1:
        shown = ", ".join(matching[:_SHOWN]) + (", ..." if len(matching) > _SHOWN else "")
        raise CommandError(f"{text!r} fits {len(matching)} ids ({shown})", "give more of its digits")
    return matching[0]


def matching_ids(places: Places, text: str, kind: str | None = None) -> list[str]:
    """Every known id that begins with `text`, sorted; an empty text fits none."""
    known = forecasts.known_ids(places) if text else set()
    wanted = (FORECAST, FORECAST_SET) if kind is None else (kind,)
    return sorted(each for each in known if each.startswith(text) and kind_of(each) in wanted)


def find_any_id(places: Places, text: str, kind: str | None = None) -> str:
    """As `find_id`, with runs of flows among them, and their steps (`F0a1.7`); a flow's name is its latest run."""
    if kind in (None, FLOW) and (found := _find_flow_id(places, text)):
        return found
    return find_id(places, text, kind)


def _find_flow_id(places: Places, text: str) -> str | None:
    owner, _, step = text.partition(".")
    run_id = _find_run(places, owner)
    if run_id is None or not step:
        return run_id
    if any(each.id == f"{run_id}.{step}" for each in flow_runs.steps(places, run_id)):
        return f"{run_id}.{step}"
    raise NotFoundError(f"{run_id} has no step {step!r}", f"see `ef_cli show {run_id}`")


def _find_run(places: Places, text: str) -> str | None:
    """The run of a flow whose id begins so, or the latest of a flow of this name."""
    matching = matching_ids(places, text, FLOW) if is_flow_id(text) else []
    if len(matching) > 1 and text not in matching:
        shown = ", ".join(matching[:_SHOWN])
        raise CommandError(f"{text!r} fits {len(matching)} ids ({shown})", "give more of its digits")
    if matching:
        return text if text in matching else matching[0]
    return next((each.id for each in flow_runs.runs(places, text)), None)


def find_record(places: Places, text: str, kind: str | None = None) -> Record:
    """The record of the id that begins with `text`; CommandError if its file cannot be read."""
    return _record(places, find_id(places, text, kind))


def find_any_record(places: Places, text: str, kind: str | None = None) -> Record:
    """As `find_record`, with runs of flows and their steps among them."""
    return _record(places, find_any_id(places, text, kind))


def _record(places: Places, record_id: str) -> Record:
    record = forecasts.read_record(places, record_id)
    if isinstance(record, forecasts.Unreadable):
        raise record.problem
    if record is None:
        raise NotFoundError(f"{record_id} is gone or was never finished", "stage its file again")
    return record


def kind_of(record_id: str) -> str:
    """The word of the command line for what the id names."""
    if is_flow_id(record_id):
        return FLOW
    return FORECAST_SET if is_set_id(record_id) else FORECAST


def _noun(kind: str | None) -> str:
    return {FORECAST: "forecast", FORECAST_SET: "forecast set", FLOW: "flow"}.get(
        kind or "", "forecast or forecast set"
    )

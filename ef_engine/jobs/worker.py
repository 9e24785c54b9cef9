"""The work itself: from a stored document to the files of its result. Knows nothing of queues, claims or states."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ef_engine.errors import NotFoundError
from ef_engine.simulation.observer import Observer
from ef_engine.store import forecasts
from ef_engine.store.places import Places
from ef_engine.store.states import Outcome

if TYPE_CHECKING:
    from ef_engine.model.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it; `summary` is what a list shows."""

    outcome: Outcome
    summary: Mapping[str, Any]


def work(places: Places, record_id: str, observer: Observer) -> Answer:
    """Simulates and evaluates the forecast stored under the id, and publishes the files of its result."""
    data, path = _stored(places, record_id)
    answer, contents = computed(data, str(path), record_id, observer)
    forecasts.write_results(places, record_id, contents)
    observer.advanced(1)
    return answer


def computed(data: bytes, place: str, record_id: str, observer: Observer) -> tuple[Answer, dict[str, bytes]]:
    """The answer to a forecast's document, and the files of its result by name; nothing is read or written."""
    with _no_cycle_search():
        return _computed(data, place, record_id, observer)


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """No search for reference cycles: the many small values hold none, and the search takes 40 % of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _computed(data: bytes, place: str, record_id: str, observer: Observer) -> tuple[Answer, dict[str, bytes]]:
    from ef_engine.evaluation import evaluate, result_document
    from ef_engine.evaluation.csv_text import daily_csv, decisions_csv, postings_csv
    from ef_engine.evaluation.result_text import dump_with_decisions
    from ef_engine.evaluation.trend import trend_of
    from ef_engine.simulation import simulate

    forecast = _parsed(data, place)
    simulation = simulate(forecast, observer)
    observer.phase_begun("evaluate", 1)
    result = evaluate(forecast, simulation)
    document = result_document(replace(result, decisions=[]), record_id, forecast.label)
    observer.phase_begun("write", 1)
    contents = {
        "daily.csv": daily_csv(result.table),
        "postings.csv": postings_csv(simulation),
        "decisions.csv": decisions_csv(result.decisions),
        "result.json": dump_with_decisions(document, result.decisions),
    }
    outcome = Outcome.INFEASIBLE if simulation.failure else Outcome.EVALUATED
    summary = summary_of(document) | {"trend": trend_of(result.table.amounts.get("Net Worth", ()))}
    return Answer(outcome, summary), {name: text.encode() for name, text in contents.items()}


def load_forecast(places: Places, record_id: str) -> Forecast:
    """The forecast stored under the id, as run or as staged."""
    data, path = _stored(places, record_id)
    return _parsed(data, str(path))


def _stored(places: Places, record_id: str) -> tuple[bytes, Path]:
    stored = forecasts.read_document(places, record_id)
    if stored is None:
        raise NotFoundError(f"the document of {record_id} is gone", "stage its file again")
    return stored


def _parsed(data: bytes, place: str) -> Forecast:
    from ef_engine.model.forecast import Forecast
    from ef_engine.sources.json_file import read_bytes

    value = read_bytes(data, place, "forecast").value
    assert isinstance(value, Forecast)
    return value


def summary_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a list shows of a result document: net worth at the end, the days of the milestones, why it failed."""
    milestones = document["milestones"]
    account = {name: days["held_since"] for name, days in milestones["account"].items()}
    worth = document["summary"]["final"].get("Net Worth")
    summary = {
        "net_worth": None if worth is None else f"{worth:.2f}",
        "milestones": account | milestones["memo"] | milestones["composite"],
    }
    failure = document["failure"]
    return summary | ({"failure": f"{failure['date']}: {failure['reason']}"} if failure else {})

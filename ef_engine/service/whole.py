"""Everything there is to look at of one forecast or set, read in one go for whoever shows it page by page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ef_engine.errors import EfError, NotFoundError
from ef_engine.service.attempt_log import read_log
from ef_engine.service.contents import Contents, contents_of
from ef_engine.service.results import daily_table, result_document
from ef_engine.store.claims import observed
from ef_engine.store.forecasts import known
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.evaluation.table import Table
    from ef_engine.report.series import ForecastSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a forecast: its `ef/result/1` document, its daily table, its lines over time."""

    document: Mapping[str, Any]
    daily: Table
    series: ForecastSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One forecast; `state` is where it stands, `contents` its input (None where that is gone), `log` its latest log.

    `result` is None while there is none.
    """

    record: Record
    state: str
    contents: Contents | None
    result: Result | None
    log: tuple[str, ...]


def read_whole(places: Places, record_id: str) -> Whole:
    """Reads all of a forecast; raises NotFoundError for an unknown id, CommandError for a damaged record."""
    record = known(places, record_id)
    contents = None
    with suppress(EfError):
        contents = contents_of(places, record_id)
    log = b""
    with suppress(NotFoundError):
        log = read_log(places, record_id)
    return Whole(
        record=record,
        state=observed(places, record),
        contents=contents,
        result=_result(places, record),
        log=tuple(log.decode(errors="replace").splitlines()),
    )


def _result(places: Places, record: Record) -> Result | None:
    from ef_engine.report.series import forecast_series

    try:
        document, daily = result_document(places, record), daily_table(places, record)
    except NotFoundError:
        return None
    return Result(document=document, daily=daily, series=forecast_series(document, daily))

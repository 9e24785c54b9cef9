"""The page of a forecast, from its files on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ef_engine.service.inputs import document_of, read_stored
from ef_engine.service.results import daily_table, result_bytes, result_document
from ef_engine.service.show import show
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.report.page import ForecastPage
    from ef_engine.report.values import Cell

_FACTS = ("state", "owner", "attempt", "started", "finished", "received", "parent", "tracking", "fingerprint")


def read_page(places: Places, record: Record) -> ForecastPage:
    """Everything a report about the forecast shows; NotFoundError while it has no result."""
    from ef_engine.evaluation.csv_text import read_postings_csv
    from ef_engine.report.page import forecast_page

    return forecast_page(
        result_document(places, record),
        daily_table(places, record),
        read_postings_csv(result_bytes(places, record, "postings.csv").decode()),
        document_of(read_stored(places, record.id).value),
        _facts(places, record),
    )


def _facts(places: Places, record: Record) -> dict[str, Cell]:
    known = show(places, record)
    return {name.capitalize(): known[name] for name in _FACTS if known[name]}

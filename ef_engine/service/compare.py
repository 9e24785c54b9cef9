"""`compare`: two to four forecasts side by side, from what lies on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ef_engine.errors import CommandError
from ef_engine.service.inputs import document_of, read_stored
from ef_engine.service.results import daily_table, result_document
from ef_engine.store.forecasts import known
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.report.comparison import Comparison, Side
    from ef_engine.report.series import ForecastSeries

FORMATS = ("text", "csv", "json")
MOST = 4
SCHEMA = "ef/comparison/1"


def read_series(places: Places, record: Record) -> ForecastSeries:
    """The lines and milestones of an evaluated forecast; NotFoundError while it has no result."""
    from ef_engine.report.series import forecast_series

    return forecast_series(result_document(places, record), daily_table(places, record))


def read_comparison(places: Places, records: Sequence[Record]) -> Comparison:
    """Compares two to four evaluated forecasts, the others with the first.

    Raises NotFoundError for one without a result, CommandError for sets, or for another number of them.
    """
    from ef_engine.report.comparison import compare

    if not 2 <= len(records) <= MOST:
        raise CommandError(f"{len(records)} cannot be compared", f"name two to {MOST} forecasts")
    if sets := [record.id for record in records if record.kind == "set"]:
        raise CommandError(
            f"{sets[0]} is a forecast set", f"`ef_cli report forecastset {sets[0]}` compares its scenarios"
        )
    if len({record.id for record in records}) < len(records):
        raise CommandError("a forecast cannot be compared with itself", "name different ones")
    return compare([_side(places, record) for record in records])


def _side(places: Places, record: Record) -> Side:
    from ef_engine.report.comparison import Side

    return Side(
        id=record.id,
        label=record.label,
        document=document_of(read_stored(places, record.id).value),
        result=result_document(places, record),
        daily=daily_table(places, record),
    )


def compare_ids(places: Places, ids: Sequence[str]) -> Comparison:
    """As `read_comparison`, for full ids."""
    return read_comparison(places, [known(places, record_id) for record_id in ids])


def report_comparison(places: Places, records: Sequence[Record], form: str, width: int) -> bytes:
    """The comparison as text for people, csv (a row a fact) or json (`ef/comparison/1`)."""
    from ef_engine.report.comparison_report import comparison_report
    from ef_engine.report.comparison_rows import COLUMNS, comparison_document, comparison_rows

    comparison = read_comparison(places, records)
    if form == "json":
        return (
            json.dumps(comparison_document(comparison), ensure_ascii=False, indent=2, default=_plain) + "\n"
        ).encode()
    if form == "csv":
        from ef_engine.report.listing import render_list

        return render_list((*COLUMNS, *comparison.ids), comparison_rows(comparison), "csv").encode()
    from ef_engine.report.text import render_text

    return render_text(comparison_report(comparison), width).encode()


def _plain(value: Any) -> Any:
    """Amounts as numbers; dates as text."""
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)

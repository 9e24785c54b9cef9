"""`compare`: two to four forecasts side by side, from what lies on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ef_engine.errors import CommandError
from ef_engine.service.inputs import document_of, read_stored
from ef_engine.service.report import rendered
from ef_engine.service.report_files import report_path, write_report
from ef_engine.service.results import daily_table, result_document
from ef_engine.store.forecasts import known
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.report.comparison import Comparison, Side
    from ef_engine.report.series import ForecastSeries

FORMATS = ("text", "csv", "json", "html", "excel", "markdown")
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


def make_comparison(places: Places, records: Sequence[Record], form: str = "html") -> Path:
    """Makes a comparison as a file (html or excel), beside the reports of the first forecast."""
    data = report_comparison(places, records, form)
    return write_report(places, comparison_path(places, records, form), data, form)


def comparison_path(places: Places, records: Sequence[Record], form: str) -> Path:
    """Where a comparison is put by default: its name holds the ids of the others."""
    first, *others = (record.id for record in records)
    return report_path(places, first, form, "-".join(("compare", *others)))


def report_comparison(places: Places, records: Sequence[Record], form: str, width: int = 80) -> bytes:
    """The comparison: csv is a row a fact, json is `ef/comparison/1`."""
    comparison = read_comparison(places, records)
    match form:
        case "json":
            return _json(comparison)
        case "csv":
            return _csv(comparison)
        case "html":
            from ef_engine.report.chart_script import script_name
            from ef_engine.report.comparison_html import render_comparison

            return render_comparison(comparison, script_name()).encode()
        case "excel":
            from ef_engine.report.excel import render_workbook
            from ef_engine.report.report_workbook import comparison_sheets

            return render_workbook("Comparison of " + ", ".join(comparison.ids), comparison_sheets(comparison))
    from ef_engine.report.comparison_report import comparison_report

    return rendered(comparison_report(comparison), form, width)


def _json(comparison: Comparison) -> bytes:
    from ef_engine.report.comparison_rows import comparison_document

    document = comparison_document(comparison)
    return (json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()


def _csv(comparison: Comparison) -> bytes:
    from ef_engine.report.comparison_rows import COLUMNS, comparison_rows
    from ef_engine.report.listing import render_list

    return render_list((*COLUMNS, *comparison.ids), comparison_rows(comparison), "csv").encode()


def _plain(value: Any) -> Any:
    """Amounts as numbers; dates as text."""
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)

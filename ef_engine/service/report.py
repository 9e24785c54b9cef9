"""`report`: what a forecast or a set came to, as text for people or as the very files of the result."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ef_engine.errors import CommandError
from ef_engine.service.results import result_bytes, result_document
from ef_engine.store import forecasts
from ef_engine.store.claims import observed
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places
from ef_engine.store.record_rows import net_worth
from ef_engine.store.records import Member, Record

if TYPE_CHECKING:
    from ef_engine.report.values import Cell, Report

FORMATS = ("text", "csv", "json", "html", "excel", "markdown")
_FILES = {"csv": "daily.csv", "json": "result.json"}
_WITH_RESULT = ("evaluated", "infeasible")
_SET_COLUMNS = ("ID", "Scenario", "State", "Net Worth")


def report_forecast(places: Places, record: Record, form: str, width: int) -> bytes:
    """The report of a forecast: csv is `daily.csv`, json is `result.json`, text is as wide as `width`."""
    if form in _FILES:
        return result_bytes(places, record, _FILES[form])
    _check_form(form)
    from ef_engine.evaluation.csv_text import read_daily_csv
    from ef_engine.report.forecast import forecast_report
    from ef_engine.report.text import render_text

    daily = read_daily_csv(result_bytes(places, record, "daily.csv").decode())
    return render_text(forecast_report(result_document(places, record), daily), width).encode()


def report_set(places: Places, record: Record, form: str, width: int) -> bytes:
    """The report of a set: a line a scenario, with its state, net worth at the end and milestones."""
    columns, rows = set_table(places, record)
    if form in _FILES:
        from ef_engine.report.listing import render_list

        return render_list(columns, rows, form).encode()
    _check_form(form)
    from ef_engine.report.text import render_text

    return render_text(_set_report(record, columns, rows), width).encode()


def set_table(places: Places, record: Record) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Columns and rows, one row a scenario; after the fixed columns, one a milestone."""
    found = [(member, forecasts.read_record(places, member.id)) for member in record.members]
    milestones = list(dict.fromkeys(name for _, each in found for name in _milestones(each)))
    rows = [_set_row(places, member, each, milestones) for member, each in found]
    return (*_SET_COLUMNS, *milestones), rows


def _set_row(
    places: Places, member: Member, record: Record | Unreadable | None, milestones: list[str]
) -> tuple[Cell, ...]:
    state = "gone" if record is None else observed(places, record)
    worth = net_worth(record) if isinstance(record, Record) else None
    return (member.id, member.name, state, worth, *(_milestones(record).get(name) for name in milestones))


def _milestones(record: Record | Unreadable | None) -> dict[str, str | None]:
    return dict(record.summary.get("milestones") or {}) if isinstance(record, Record) else {}


def _set_report(record: Record, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Report:
    from ef_engine.report.values import Grid, Report, Sentences

    title = f"Forecast set {record.id}" + (f": {record.label}" if record.label else "")
    done = sum(row[2] in _WITH_RESULT for row in rows)
    sentences = (
        f"{done} of {len(rows)} scenarios have a result, from {record.start_date} to {record.end_date}.",
        *_extremes(rows),
    )
    shown = tuple(_shown(row) for row in rows)
    record_id, name, *others = columns
    return Report(
        title, (Sentences("", sentences), Grid("Scenarios", (name, record_id, *others), shown, is_split=True))
    )


def _shown(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The scenario before its id; of one with a result, a milestone without a day was not reached."""
    record_id, name, state, worth, *days = row
    missing = "not reached" if state in _WITH_RESULT else None
    return (name, record_id, state, worth, *(day or missing for day in days))


def _extremes(rows: list[tuple[Cell, ...]]) -> Iterator[str]:
    """Which scenarios end best and worst, where there is something to compare."""
    from ef_engine.report.cells import money

    ends = [(row[3], row[1]) for row in rows if isinstance(row[3], Decimal) and row[2] == "evaluated"]
    if len({worth for worth, _ in ends}) > 1:
        (most, best), (least, worst) = (pick(ends, key=lambda end: end[0]) for pick in (max, min))
        yield f"Net worth ends highest in {best}, at {money(most)}, and lowest in {worst}, at {money(least)}."


def _check_form(form: str) -> None:
    if form not in FORMATS:
        raise CommandError(f"there is no report as {form!r}", f"it is one of {', '.join(FORMATS)}")
    if form != "text":
        raise CommandError(f"reports as {form} are not available in this version", "use text, csv or json")

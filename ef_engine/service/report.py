"""`report`: what a forecast or a set came to, as text for people or as the very files of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ef_engine.errors import CommandError
from ef_engine.service.results import daily_table, result_bytes, result_document
from ef_engine.service.scenarios import read_scenarios
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.report.scenarios import Scenario
    from ef_engine.report.values import Cell

FORMATS = ("text", "csv", "json", "html", "excel", "markdown")
_FILES = {"csv": "daily.csv", "json": "result.json"}
_SET_COLUMNS = ("ID", "Scenario", "State", "Net Worth")


def report_forecast(places: Places, record: Record, form: str, width: int) -> bytes:
    """The report of a forecast: csv is `daily.csv`, json is `result.json`, text is as wide as `width`."""
    if form in _FILES:
        return result_bytes(places, record, _FILES[form])
    _check_form(form)
    from ef_engine.report.forecast import forecast_report
    from ef_engine.report.text import render_text

    report = forecast_report(result_document(places, record), daily_table(places, record))
    return render_text(report, width).encode()


def report_set(places: Places, record: Record, form: str, width: int, metric: str | None = None) -> bytes:
    """The report of a set: csv and json a row a scenario, ranked by `metric` if there is one."""
    if form in _FILES:
        from ef_engine.report.listing import render_list

        return render_list(*set_table(places, record, metric), form).encode()
    _check_form(form)
    from ef_engine.report.scenarios_report import scenarios_report
    from ef_engine.report.text import render_text

    found, name = read_scenarios(places, record, metric)
    title = f"Forecast set {record.id}" + (f": {record.label}" if record.label else "")
    return render_text(scenarios_report(title, (record.start_date, record.end_date), found, name), width).encode()


def set_table(
    places: Places, record: Record, metric: str | None = None
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Columns and rows, one row a scenario; after the fixed columns, one a milestone.

    With a metric the rows are in the order of their rank, which stands first, and the metric and how far a scenario is
    behind the best stand before the milestones.
    """
    found, name = read_scenarios(places, record, metric)
    columns = (*_SET_COLUMNS, *found.milestones)
    if metric is None:
        return columns, [_set_row(each, found.milestones) for each in found.scenarios]
    rows: list[tuple[Cell, ...]] = [
        (each.rank, *_set_row(each.scenario, ()), each.value, each.behind, *_days(each.scenario, found.milestones))
        for each in found.ranking(name)
    ]
    return ("Rank", *_SET_COLUMNS, name, "Behind", *found.milestones), rows


def _set_row(scenario: Scenario, milestones: tuple[str, ...]) -> tuple[Cell, ...]:
    worth = scenario.values.get(_SET_COLUMNS[-1])
    return (scenario.id, scenario.name, scenario.state, worth, *_days(scenario, milestones))


def _days(scenario: Scenario, milestones: tuple[str, ...]) -> tuple[Cell, ...]:
    return tuple(scenario.values.get(name) for name in milestones)


def _check_form(form: str) -> None:
    if form not in FORMATS:
        raise CommandError(f"there is no report as {form!r}", f"it is one of {', '.join(FORMATS)}")
    if form != "text":
        raise CommandError(f"reports as {form} are not available in this version", "use text, csv or json")

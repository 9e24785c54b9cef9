"""`report`: what a forecast or a set came to, in every format; as a file, made and shown.

csv and json of a forecast are the very files of its result. Nothing is simulated: reports read what lies on disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.errors import CommandError
from ef_engine.service.report_files import report_path, write_report
from ef_engine.service.results import daily_table, result_bytes, result_document
from ef_engine.service.scenarios import read_scenarios, unwatched
from ef_engine.store import forecasts
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.report.scenarios import Scenario
    from ef_engine.report.values import Cell, Report
    from ef_engine.service.set_page import Watch

FORMATS = ("text", "csv", "json", "html", "excel", "markdown")
_FILES = {"csv": "daily.csv", "json": "result.json"}
_SET_COLUMNS = ("ID", "Scenario", "State", "Net Worth")


def make_report(places: Places, record: Record, form: str = "html", watch: Watch = unwatched) -> Path:
    """Makes the report of a forecast or a set as a file, where reports lie by default (html or excel).

    Raises NotFoundError while a forecast has no result.
    """
    data = report_bytes(places, record, form, watch=watch)
    return write_report(places, report_path(places, record.id, form), data, form)


def report_bytes(
    places: Places,
    record: Record,
    form: str,
    width: int = 80,
    metric: str | None = None,
    watch: Watch = unwatched,
) -> bytes:
    """The report of a forecast or a set; `metric` ranks the scenarios of a set, `watch` is told how far it is."""
    if form not in FORMATS:
        raise CommandError(f"there is no report as {form!r}", f"it is one of {', '.join(FORMATS)}")
    if record.kind == "set":
        return _set(places, record, form, width, metric, watch)
    if metric is not None:
        raise CommandError(f"{record.id} is a forecast, and --metric ranks the scenarios of a set", "leave it out")
    return _forecast(places, record, form, width)


def make_member_pages(places: Places, record: Record, watch: Watch) -> None:
    """Makes the page of every scenario of a set that has a result."""
    ids = list(dict.fromkeys(member.id for member in record.members))
    found = forecasts.read_some(places, ids)
    for done, key in enumerate(ids, 1):
        member = found.get(key)
        if isinstance(member, Record) and forecasts.read_result(places, key) is not None:
            make_report(places, member)
        watch(done, len(ids))


def rendered(report: Report, form: str, width: int) -> bytes:
    """A report as text or Markdown."""
    from ef_engine.report.markdown import render_markdown
    from ef_engine.report.text import render_text

    return (render_text(report, width) if form == "text" else render_markdown(report)).encode()


def _forecast(places: Places, record: Record, form: str, width: int) -> bytes:
    from ef_engine.report.forecast import forecast_report

    if form in _FILES:
        return result_bytes(places, record, _FILES[form])
    if form in ("text", "markdown"):
        return rendered(forecast_report(result_document(places, record), daily_table(places, record)), form, width)
    from ef_engine.service.forecast_page import read_page

    page = read_page(places, record)
    if form == "html":
        from ef_engine.report.chart_script import script_name
        from ef_engine.report.forecast_html import render_forecast

        return render_forecast(page, script_name()).encode()
    from ef_engine.report.excel import render_workbook
    from ef_engine.report.forecast_workbook import forecast_sheets

    return render_workbook(page.label or f"Forecast {page.id}", forecast_sheets(page))


def _set(places: Places, record: Record, form: str, width: int, metric: str | None, watch: Watch) -> bytes:
    from ef_engine.report.scenarios_report import scenarios_report

    if form in _FILES:
        from ef_engine.report.listing import render_list

        return render_list(*set_table(places, record, metric), form).encode()
    if form in ("text", "markdown"):
        found, name = read_scenarios(places, record, metric)
        title = f"Forecast set {record.id}" + (f": {record.label}" if record.label else "")
        return rendered(scenarios_report(title, (record.start_date, record.end_date), found, name), form, width)
    from ef_engine.service.set_page import read_set_page

    page = read_set_page(places, record, metric, watch)
    if form == "html":
        from ef_engine.report.chart_script import script_name
        from ef_engine.report.set_html import render_set

        return render_set(page, script_name()).encode()
    from ef_engine.report.excel import render_workbook
    from ef_engine.report.report_workbook import set_sheets
    from ef_engine.report.set_page import ranking_grid, value_grid

    return render_workbook(page.title, set_sheets(page.report, page.found, ranking_grid(page), value_grid(page)))


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

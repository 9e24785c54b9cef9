"""The page of a forecast set, from the results of its scenarios on disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from ef_engine.errors import NotFoundError
from ef_engine.service.report_files import report_path
from ef_engine.service.results import result_bytes
from ef_engine.service.scenarios import read_scenarios
from ef_engine.store import forecasts
from ef_engine.store.places import Places
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.model.money import Micros
    from ef_engine.report.set_page import SetPage

Watch = Callable[[int, int], None]
"""Is told how many of how many scenarios are read."""


def read_set_page(places: Places, record: Record, metric: str | None, watch: Watch) -> SetPage:
    """Every value of every scenario; `watch` is told twice a scenario, for its values and for its days."""
    from ef_engine.report.set_page import SetPage

    count = len({member.id for member in record.members})
    found, name = read_scenarios(places, record, metric, lambda done, _: watch(done, 2 * count))
    ids = list(dict.fromkeys(each.id for each in found.scenarios if each.has_result))
    worth = {}
    for done, key in enumerate(ids, 1):
        if points := _worth(places, key):
            worth[key] = points
        watch(count + done, 2 * count)
    return SetPage(
        id=record.id,
        label=record.label,
        dates=(record.start_date, record.end_date),
        metric=name,
        found=found,
        worth=worth,
        pages={key: link for key in ids if (link := _link(places, key))},
    )


def _worth(places: Places, record_id: str) -> list[tuple[date, Micros]]:
    """Net worth on the first day and at the end of each month."""
    from ef_engine.evaluation.csv_text import read_daily_column
    from ef_engine.report.series import NET_WORTH

    try:
        days = read_daily_column(
            result_bytes(places, forecasts.known(places, record_id), "daily.csv").decode(), NET_WORTH
        )
    except NotFoundError:  # deleted since it was listed
        return []
    ends = {(day.year, day.month): (day, amount) for day, amount in days}
    return sorted({days[0], *ends.values()})


def _link(places: Places, record_id: str) -> str | None:
    """From `data/ForecastSet_ID/reports` to the page of a scenario, if it is made."""
    path = report_path(places, record_id, "html")
    return f"../../{path.relative_to(places.data).as_posix()}" if path.exists() else None

"""`ls calls`: one record for everything that ran, runs or waits, as pages of one list (records-and-flows.md 2)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.service.callers import callers_of
from ef_engine.service.listing import FIELDS, record_rows
from ef_engine.store.places import Places, in_order, is_errand_id, stem
from ef_engine.store.rows import GROUPS, Row

COLUMNS = (
    "Page", "Row", "Name", "ID", "Owner", "Last Updated", "Forecast", "Started", "Finished", "State", "Outcome",
)  # fmt: skip

ROWS = 10
"""How many rows a page has, unless somebody wants it otherwise."""

KINDS = ("forecast", "set", "flow", "step", "report", "ingest")
"""What a record may be of; the last two are errands."""

_FLOW = "F"
_UNFINISHED = frozenset({GROUPS[1], GROUPS[2]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which records: beginnings of ids (of the record, of its tracking), a state or outcome or group of them, the
    owner, the moment (UTC text) since which something changed, and the kinds. None and False choose nothing away; but
    without kinds, an errand that went well is only there for who asks for it by id or tracking: else a day of looking
    at reports would hide every run."""

    id: str | None = None
    tracking: str | None = None
    state: str | None = None
    owner: str | None = None
    since: str | None = None
    is_unfinished: bool = False
    kinds: frozenset[str] | None = None

    def fits(self, row: Row, trackings: Sequence[str]) -> bool:
        """Whether a row is chosen, as far as its state is not asked for; `trackings` are of all it is part of."""
        return (
            row.id.startswith(self.id or "")
            and (not self.tracking or any(each.startswith(self.tracking) for each in trackings))
            and self.owner in (None, row.owner)
            and (row.updated or "") >= (self.since or "")
            and (not self.is_unfinished or row.group in _UNFINISHED)
            and self._is_of_kind(row)
        )

    def _is_of_kind(self, row: Row) -> bool:
        if self.kinds is not None:
            return kind_of_record(row) in self.kinds
        return not is_errand_id(row.id) or row.state != "evaluated" or bool(self.id or self.tracking)


@dataclass(frozen=True, slots=True)
class Page:
    """The page `number` (from 1) of `pages`; `size` is how many rows a full one has, `total` how many there are."""

    rows: list[Row]
    number: int
    pages: int
    size: int
    total: int

    @property
    def cells(self) -> list[tuple[object, ...]]:
        """The values in the order of `COLUMNS`; rows are numbered from 1 on every page."""
        return [(self.number, position, *call_cells(row)) for position, row in enumerate(self.rows, start=1)]

    @property
    def footer(self) -> str:
        """Where this page stands among the others."""
        if not self.total:
            return "No records."
        return f"Page {self.number} of {self.pages} of {self.total} total records"


def call_cells(row: Row) -> tuple[object, ...]:
    """The values of a record in the order of `COLUMNS`, without page and row.

    Forecast is the forecast it simulates, of a set its name; a report has what it is about.
    """
    forecast = {"forecast": row.id, "forecastset": row.name, "report": row.parent}.get(row.kind)
    return (
        row.name, row.id, row.owner, row.updated, forecast, row.started, row.finished, row.status, row.outcome,
    )  # fmt: skip


def kind_of_record(row: Row) -> str:
    """The kind as a record has it: one of `KINDS`."""
    return "set" if row.kind == "forecastset" else row.kind


def all_rows(places: Places) -> list[Row]:
    """A row for every record: of forecasts and sets, of runs of flows and their steps, of errands, in no order."""
    rows = record_rows(places) + _errand_rows(places)
    if any(name.startswith(stem(_FLOW)) for name in _names(places)):
        from ef_engine.store import flow_runs
        from ef_engine.store.record_rows import row_of

        for run in flow_runs.runs(places):
            rows += [row_of(places, each) for each in (run, *flow_runs.steps(places, run.id))]
    return rows


def _errand_rows(places: Places) -> list[Row]:
    if not places.errands.is_dir():
        return []
    from ef_engine.store import errands
    from ef_engine.store.record_rows import row_of

    return [row_of(places, each) for each in errands.records(places)]


def _names(places: Places) -> list[str]:
    with suppress(FileNotFoundError):
        return os.listdir(places.data)
    return []


def calls(places: Places, choice: Choice, *, is_ascending: bool = False) -> list[Row]:
    """The records that are chosen, the last changed first unless `is_ascending`."""
    known = all_rows(places)
    callers = callers_of(places, known)
    rows = [callers.with_caller(row) for row in known if choice.fits(row, callers.trackings(row))]
    if choice.state:
        rows = _in_state(rows, choice.state)
    return sorted(rows, key=lambda row: (row.updated or "", in_order(row.id)), reverse=not is_ascending)


def _in_state(rows: list[Row], state: str) -> list[Row]:
    from ef_engine.service.query import Query, apply, term
    from ef_engine.service.query_fields import Sign

    return apply(Query((term("state", Sign.IS, tuple(state.split(",")), FIELDS),)), rows)


def paged(rows: Sequence[Row], number: int, size: int | None = ROWS) -> Page:
    """One page; `size` None puts all on it. NotFoundError for a page there is none of."""
    if number < 1 or (size is not None and size < 1):
        raise CommandError("--page and --rows count from 1", "give a positive number")
    size = size or max(1, len(rows))
    pages = -(-len(rows) // size)
    if pages and number > pages:
        raise NoPageError(pages)
    return Page(list(rows[(number - 1) * size : number * size]), number, pages, size, len(rows))


class NoPageError(NotFoundError):
    """There are not that many pages."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        Exception.__init__(self, "Only 1 page exists." if pages == 1 else f"Only {pages} pages exist.")

"""What `list --source database` adds: input tables that belong to no forecast, and what is stored and not here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

from ef_engine.errors import EfError
from ef_engine.service.ids import kind_of
from ef_engine.service.workspace import Workspace
from ef_engine.store import records
from ef_engine.store.rows import GROUPS, Row

if TYPE_CHECKING:
    from ef_engine.model.forecast import Forecast
    from ef_engine.model.forecast_set import ForecastSet
    from ef_engine.sources.database.input_rows import Rows
    from ef_engine.sources.database.target import Target

LOADED_ID = "input tables"
"""What the input tables are called in the column where others have an id."""

_ANY_DATES = ("2000-01-01", "2000-12-31")


def with_database(workspace: Workspace, target: Target, rows: list[Row], kind: str | None = None) -> list[Row]:
    """The rows of the workspace and those of the database, group by group."""
    known = {row.id for row in rows}
    found = [*_loaded(workspace, target, rows), *(row for row in _stored(workspace, target) if row.id not in known)]
    added = [row for row in found if kind in (None, row.kind)]
    return sorted([*rows, *added], key=lambda row: GROUPS.index(row.group))


def is_there(target: Target) -> bool:
    """Whether there is anything to look at: nobody has to make the default file before a list."""
    from ef_engine.sources.database.connect import exists

    return exists(target) or not target.is_default


def _stored(workspace: Workspace, target: Target) -> Iterator[Row]:
    from ef_engine.sources.database import schema, stored
    from ef_engine.sources.database.connect import reading
    from ef_engine.store.record_rows import row_of

    with reading(target) as connection:
        schema.check(connection, target)
        found = stored.records(connection, workspace.owner)
    for record_id, record in found:
        try:
            row = row_of(workspace.places, records.from_json(json.loads(record)))
        except (ValueError, KeyError, TypeError):
            kind, note = kind_of(record_id), str(stored.altered(record_id))
            row = Row(record_id, kind, "unreadable", owner=workspace.owner, note=note)
        yield row._replace(note=row.note or "in the database")


def _loaded(workspace: Workspace, target: Target, known: Iterable[Row]) -> Iterator[Row]:
    from ef_engine.sources.database import inputs

    rows = inputs.look(target, workspace.owner)
    if not rows.is_empty:
        yield from _loaded_row(rows, list(known), workspace.owner, str(target))


def _loaded_row(rows: Rows, known: list[Row], owner: str, name: str) -> Iterator[Row]:
    """One row for all tables of the user, unless what they hold was staged, over whatever dates."""
    from ef_engine.sources.database.input_rows import Frame, read_rows

    dates: tuple[str | None, str | None] = (None, None)
    try:
        try:
            content = read_rows(rows, Frame(), rows.kind, name)[0].value
            dates = _dates_of(content)
        except EfError:  # perhaps it is only the dates that the items do not tell
            content = read_rows(rows, Frame(start_date=_ANY_DATES[0], end_date=_ANY_DATES[1]), rows.kind, name)[0].value
    except EfError as error:
        yield Row(LOADED_ID, rows.kind, "invalid", owner=owner, note=str(error))
        return
    if not _is_staged(content, known):
        yield Row(LOADED_ID, rows.kind, "loaded", _counted(rows), *dates, owner=owner)


def _dates_of(content: Forecast | ForecastSet) -> tuple[str, str]:
    from ef_engine.model.forecast import Forecast

    base = content if isinstance(content, Forecast) else content.base
    return base.start_date.isoformat(), base.end_date.isoformat()


def _counted(rows: Rows) -> str:
    accounts, items = (len(rows.by_dataset.get(option, ())) for option in ("account_set", "budget_item_set"))
    return f"{accounts} accounts, {items} items"


def _is_staged(content: Forecast | ForecastSet, known: Iterable[Row]) -> bool:
    """Whether one of the ids is that of this content, with the dates and options it was staged with."""
    from ef_engine.service.inputs import id_of_content

    ids: dict[tuple[str, str], set[str]] = {}
    for row in known:
        if row.start and row.end:
            ids.setdefault((row.start, row.end), set()).add(row.id)
    return any(id_of_content(variant) in found for dates, found in ids.items() for variant in _variants(content, dates))


def _variants(content: Forecast | ForecastSet, dates: tuple[str, str]) -> Iterator[Forecast | ForecastSet]:
    """The content over other dates, with every option there is."""
    from ef_engine.model.forecast import Forecast, LoanStrategy

    start, end = map(date.fromisoformat, dates)
    for strategy, approximate in product(LoanStrategy, (False, True)):
        base = content if isinstance(content, Forecast) else content.base
        options = replace(base.options, all_loans_strategy=strategy, approximate=approximate)
        base = replace(base, start_date=start, end_date=end, options=options)
        yield base if isinstance(content, Forecast) else replace(content, base=base)

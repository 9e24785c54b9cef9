"""Results as the other verbs read them: only of what was evaluated, and only from disk."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.store import forecasts
from ef_engine.store.claims import observed
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished

if TYPE_CHECKING:
    from ef_engine.evaluation.table import Table


def result_bytes(places: Places, record: Record, name: str = "result.json") -> bytes:
    """One file of the result, byte for byte; raises NotFoundError while there is none."""
    has_result = isinstance(record.state, Finished) and record.state.outcome.has_result
    data = forecasts.read_result(places, record.id, name) if has_result else None
    if data is None:
        word = observed(places, record)
        raise NotFoundError(f"{record.id} has no result ({word})", f"`ef_cli run forecast {record.id}` makes one")
    return data


def result_document(places: Places, record: Record) -> dict[str, Any]:
    """`result.json` with amounts as `Decimal`."""
    document = json.loads(result_bytes(places, record), parse_float=Decimal)
    if not isinstance(document, dict):
        raise _damaged(record)
    return document


def result_outline(places: Places, record: Record) -> dict[str, Any]:
    """`result.json` without its decisions, which is quick for many."""
    from ef_engine.evaluation.outline import load_outline

    try:
        return load_outline(result_bytes(places, record).decode())
    except ValueError as error:
        raise _damaged(record) from error


def _damaged(record: Record) -> CommandError:
    return CommandError(f"result.json of {record.id} is damaged", f"`ef_cli run forecast {record.id} --force`")


def daily_table(places: Places, record: Record) -> Table:
    """`daily.csv` as a table."""
    from ef_engine.evaluation.csv_text import read_daily_csv

    return read_daily_csv(result_bytes(places, record, "daily.csv").decode())

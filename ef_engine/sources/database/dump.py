"""`db json`: all rows of one user as one JSON document `ef/database/1`, written row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from ef_engine.sources.database import schema, tables
from ef_engine.sources.json_text import dumps

SCHEMA = "ef/database/1"
_AT_ONCE = 1000


def parts(connection: Connection, username: str) -> Iterator[str]:
    """The text of the document, a piece at a time; the tables in the order they are declared, rows by their key."""
    yield f'{{\n  "schema": {json.dumps(SCHEMA)},\n  "version": {schema.VERSION},\n  "tables": {{'
    for number, table in enumerate((*tables.INPUTS.values(), *tables.STORED)):
        yield ("," if number else "") + f"\n    {json.dumps(table.name)}: ["
        query = select(table).where(table.c.username == username).order_by(*table.primary_key)
        result = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE).execute(query)
        for position, row in enumerate(result.mappings()):
            yield ("," if position else "") + "\n      " + _object(row)
        yield "\n    ]"
    yield "\n  }\n}\n"


def _object(row: Any) -> str:
    """One row on one line, amounts exactly, without the user, who is the same everywhere."""
    cells = ((key, _plain(value)) for key, value in row.items() if key != "username")
    return "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in cells) + "}"


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return dumps(value).strip() if value.is_finite() else json.dumps(str(value))
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False, default=str)

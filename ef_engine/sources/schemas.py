"""The published JSON Schemas of documents (draft 2020-12), made from the table of fields the reader follows.

A schema says what one object may hold; what must hold among objects (names that exist, one rule an item) only the
reader checks, so a document the schema accepts may still hold findings, never the other way round.
"""

from __future__ import annotations

from typing import Any

from ef_engine.errors import NotFoundError
from ef_engine.model.fields import (
    ACCOUNTS,
    COMMENT,
    FORECAST,
    FORECAST_SCHEMA,
    FORECAST_SET,
    FORECAST_SET_SCHEMA,
    REGEX_LIMIT,
)
from ef_engine.model.reading import LONGEST_LIST
from ef_engine.model.scalars import LARGEST_AMOUNT, LARGEST_PRIORITY, LARGEST_RATE
from ef_engine.model.shapes import Field, Kind, Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_DATE = "^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})$"
_CONTROLS = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"
_COMMENT = {
    "description": "ignored",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}
_DOCUMENTS = {"forecast": (FORECAST, FORECAST_SCHEMA), "forecastset": (FORECAST_SET, FORECAST_SET_SCHEMA)}
NAMES = (*_DOCUMENTS, "flow")
"""The documents that have a schema."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a document, `forecast`, `forecastset` or `flow`; `NotFoundError` for any other name."""
    if name == "flow":
        from ef_engine.sources.flow_schema import flow_schema

        return flow_schema(DIALECT)
    if name not in _DOCUMENTS:
        raise NotFoundError(f"there is no schema {name!r}", "name one of " + ", ".join(NAMES))
    shape, identifier = _DOCUMENTS[name]
    body = _object(shape, identifier)
    body["required"] = ["schema", *body["required"]]
    return {"$schema": DIALECT, "title": identifier, **body}


def _object(shape: Shape, identifier: str | None = None, **extra: Any) -> dict[str, Any]:
    properties = {**extra, **{field.key: _property(field, identifier) for field in shape.fields}, COMMENT: _COMMENT}
    required = [*extra, *(field.key for field in shape.fields if field.required)]
    return {
        "description": shape.title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(field: Field, identifier: str | None) -> dict[str, Any]:
    body = {"const": identifier or FORECAST_SCHEMA} if field.kind is Kind.SCHEMA else _body(field)
    nullable = {"anyOf": [body, {"type": "null"}]} if field.nullable and field.kind is not Kind.SCHEMA else body
    return {"description": field.about, **nullable}


def _body(field: Field) -> dict[str, Any]:
    match field.kind:
        case Kind.TEXT:
            return _text(field)
        case Kind.REGEX:
            return {"type": "string", "maxLength": REGEX_LIMIT, "format": "regex"}
        case Kind.WORD:
            return {"enum": [*field.words, *field.aliases]}
        case Kind.AMOUNT:
            low = -LARGEST_AMOUNT if field.minimum is None else field.minimum
            return _number(low, LARGEST_AMOUNT)
        case Kind.RATE:
            return _number(0, LARGEST_RATE)
        case Kind.PRIORITY:
            return _number(1, LARGEST_PRIORITY)
        case Kind.DATE | Kind.OPEN_DATE:
            return {"type": "string", "pattern": _DATE}
        case Kind.BOOLEAN:
            return {"type": "boolean"}
        case Kind.ID | Kind.SCHEMA:
            return {"type": "string"}
        case Kind.OBJECT:
            return _nested(field)
        case _:
            return {"type": "array", "maxItems": LONGEST_LIST, "items": _entry(field)}


def _entry(field: Field) -> dict[str, Any]:
    if field.kind is Kind.ACCOUNTS:
        return {"oneOf": [_object(shape, type={"const": name}) for name, shape in ACCOUNTS.items()]}
    if field.kind is Kind.OBJECTS:
        return _nested(field)
    if field.kind is Kind.REGEXES:
        return {"type": "string", "maxLength": REGEX_LIMIT, "format": "regex"}
    return _text(field)


def _nested(field: Field) -> dict[str, Any]:
    assert field.shape is not None
    return _object(field.shape)


def _text(field: Field) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "string", "pattern": f"^[^{_CONTROLS}{field.forbidden}]*$"}
    if field.limit is not None:
        body["maxLength"] = field.limit
    if not field.blank:
        body["minLength"] = 1
    return body


def _number(low: int, high: int) -> dict[str, Any]:
    return {"anyOf": [{"type": "number", "minimum": low, "maximum": high}, {"type": "string", "pattern": _NUMBER}]}

"""The published JSON Schema of flow documents, made from the table of keys their reader follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ef_engine.flows.fields import (
    CALL_FIELDS,
    FLOW_FIELDS,
    RULE_STATUSES,
    RULES,
    STEP_FIELDS,
    Field,
    Kind,
)
from ef_engine.flows.model import ENDS, SCHEMA

_COMMENT = {"description": "ignored"}
_NAME = {"type": "string", "pattern": "^[A-Za-z_\\u0080-\\uffff][\\w\\u0080-\\uffff-]{0,59}$"}
_TARGET = {"type": "string", "pattern": "^(.+\\.py|[A-Za-z_\\u0080-\\uffff][\\w.\\u0080-\\uffff]*):[^:]+$"}
_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}}

_KINDS: Mapping[Kind, dict[str, Any]] = {
    Kind.NAME: _NAME,
    Kind.WORK: {"$ref": "#/$defs/work"},
    Kind.STEPS: {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
    Kind.REPEATS: {"anyOf": [{"type": "array", "minItems": 1}, {"$ref": "#/$defs/call"}]},
    Kind.CONDITIONS: {
        "anyOf": [{"$ref": "#/$defs/condition"}, {"type": "array", "items": {"$ref": "#/$defs/condition"}}]
    },
    Kind.TEXTS: _TEXTS,
    Kind.VALUES: {"type": "array"},
    Kind.OBJECT: {"type": "object"},
    Kind.COUNT: {"type": "integer", "minimum": 0},
    Kind.POSITIVE: {"type": "integer", "minimum": 1},
    Kind.COUNTS: _COUNTS,
    Kind.SECONDS: {"type": "number", "minimum": 0},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.RULES: {
        "type": "object",
        "propertyNames": {"enum": list(RULE_STATUSES)},
        "additionalProperties": {"enum": list(RULES)},
    },
}


def flow_schema(dialect: str) -> dict[str, Any]:
    """The JSON Schema of a flow."""
    body = _object("a flow", FLOW_FIELDS, {"schema": {"const": SCHEMA}})
    return {"$schema": dialect, "title": SCHEMA, **body, "$defs": _definitions()}


def _definitions() -> dict[str, Any]:
    step = _object("a step", STEP_FIELDS)
    step["oneOf"] = [{"required": ["run"]}, {"required": ["steps"]}]
    call = _object("a call", CALL_FIELDS)
    call["properties"]["call"] = {"description": CALL_FIELDS[0].about, **_TARGET}
    return {
        "step": step,
        "work": {"anyOf": [{**_TEXTS, "minItems": 1}, {"$ref": "#/$defs/call"}]},
        "call": {"anyOf": [_TARGET, call]},
        "condition": {"anyOf": [_NAME, _pair(), _nested("any_of"), _nested("all_of")]},
    }


def _pair() -> dict[str, Any]:
    return {"type": "array", "prefixItems": [_NAME, {"enum": list(ENDS)}], "minItems": 2, "maxItems": 2, "items": False}


def _nested(word: str) -> dict[str, Any]:
    conditions = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}}
    return {"type": "object", "properties": {word: conditions}, "required": [word], "additionalProperties": False}


def _object(about: str, fields: tuple[Field, ...], extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    own = dict(extra or {})
    properties = {field.key: {"description": field.about, **_KINDS[field.kind]} for field in fields}
    return {
        "description": about,
        "type": "object",
        "properties": {**own, **properties, "comment": _COMMENT},
        "required": [*own, *(field.key for field in fields if field.is_required)],
        "additionalProperties": False,
    }

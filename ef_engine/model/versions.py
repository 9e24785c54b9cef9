"""The `schema` of a document: which kind it is, in which version, and what to say when it is not the one asked for.

A document may state its kind wrongly or not at all; what it looks like is then only a hint for the message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ef_engine.model.fields import FORECAST_SCHEMA, FORECAST_SET_SCHEMA
from ef_engine.model.findings import Finding, Path
from ef_engine.model.wording import described, quoted

_VERSIONED = re.compile(r"(ef/[a-z-]+)/([0-9]{1,9})")
_COMMANDS = {
    FORECAST_SCHEMA: ("a forecast", "use `stage forecast FILE`"),
    FORECAST_SET_SCHEMA: ("a forecast set", "use `stage forecastset FILE`"),
}


def schema_finding(document: Mapping[str, object], wanted: str, path: Path = ()) -> Finding | None:
    """What is wrong with a document's schema when `wanted` is asked for, or None."""
    given = document.get("schema")
    if given == wanted:
        return None
    place = (*path, "schema")
    if "schema" not in document:
        return Finding(place, "is missing", f'add "schema": {quoted(wanted)}')
    if isinstance(given, str) and given in _COMMANDS:
        title, command = _COMMANDS[given]
        return Finding(place, f"is that of {title}, where {_COMMANDS[wanted][0]} is expected", command)
    return _other(given, wanted, place)


def _other(given: object, wanted: str, place: Path) -> Finding:
    kind, version = wanted.rsplit("/", 1)
    found = _VERSIONED.fullmatch(given) if isinstance(given, str) else None
    if found is not None and found[1] == kind and int(found[2]) > int(version):
        return Finding(place, f"is {found[0]}, newer than this ef can read", "upgrade ef")
    shown = quoted(given) if isinstance(given, str) else described(given)
    return Finding(place, f"cannot be {shown}", f"write {quoted(wanted)}")


def is_foreign(document: Mapping[str, object]) -> bool:
    """Whether a document names a kind and version outright; if they are the wrong ones, it is not read any further."""
    given = document.get("schema")
    return isinstance(given, str) and _VERSIONED.fullmatch(given) is not None


def looks_like_a_set(document: Mapping[str, object]) -> bool:
    """Whether a document is a forecast set by its schema, or else by its keys."""
    given = document.get("schema")
    if isinstance(given, str) and given.startswith("ef/forecast"):
        return given.startswith("ef/forecast-set")
    return "base" in document or "choices" in document

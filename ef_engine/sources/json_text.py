"""JSON bytes <-> plain values, exactly: numbers as int and Decimal, repeated keys noticed, encodings named.

A number no field can hold (NaN, Infinity, thousands of digits) becomes a Decimal that is not finite, so that the reader
of the document refuses it at its place; everything else that is wrong raises `InputError` here.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ef_engine.errors import InputError, Problem
from ef_engine.model.findings import Path
from ef_engine.model.scalars import NUMBER_LENGTH
from ef_engine.model.wording import quoted
from ef_engine.sources.loaded import joined

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_COMMENTS = ("//", "/*")
_REMEDIES = {
    "Expecting property name": "write a key in double quotes there, and no comma before a closing brace",
    "Expecting ',' delimiter": "write a comma there, or close what was opened before",
    "Expecting ':' delimiter": "write a colon between key and value",
    "Expecting value": "write a value there, text in double quotes, and no comma before a closing bracket",
    "Extra data": "remove what follows the end of the document",
    "Unterminated string": "close the text with a double quote",
    "Invalid control character": "write line breaks inside text as \\n",
    "Invalid \\": "write a backslash inside text as two backslashes",
}


class _Repeated(dict[str, Any]):
    """An object some of whose keys stand in it more than once."""

    keys_repeated: tuple[str, ...] = ()


def parse(data: bytes, name: str) -> Any:
    """The value a JSON document holds; `InputError` names line and column of what is no JSON.

    Of a key that stands in an object more than once the last value counts, and `repeated_keys` tells of it.
    """
    text = decoded(data, name)
    if not text.strip():
        raise _error(name, "is empty", "write a document into it; `template json` makes one")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(name, text, error) from None
    except RecursionError:
        raise _error(name, "is nested too deeply", "remove some of its brackets") from None


def decoded(data: bytes, name: str) -> str:
    """The text of UTF-8 bytes, without a byte order mark; `InputError` names any other encoding."""
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:4]:
        encoding = "UTF-16"
    if encoding is not None:
        raise _error(name, f"is encoded as {encoding}, not UTF-8", "save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 (byte 0x{data[error.start]:02x}), perhaps Latin-1 or Windows-1252"
        raise _error(f"{name}, line {line}", problem, "save it as UTF-8") from None


def dumps(value: Any) -> str:
    """A value as JSON text with two spaces of indentation and a final newline; Decimals as exact plain numbers."""
    return _written(value, "\n") + "\n"


_encoded = json.JSONEncoder(ensure_ascii=False).encode
"""One for all values: `json.dumps` makes another each time, which takes longer than the value."""


def _written(value: Any, newline: str) -> str:
    if isinstance(value, str):
        return _encoded(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    deeper = newline + "  "
    if isinstance(value, Mapping) and value:
        parts = [f"{_encoded(key)}: {_written(each, deeper)}" for key, each in value.items()]
        return "{" + deeper + f",{deeper}".join(parts) + newline + "}"
    if isinstance(value, list | tuple) and value:
        return "[" + deeper + f",{deeper}".join([_written(each, deeper) for each in value]) + newline + "]"
    return _encoded(value)


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= NUMBER_LENGTH else Decimal("NaN")


def _fraction(text: str) -> Decimal:
    if len(text) > NUMBER_LENGTH:
        return Decimal("NaN")
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    repeated = _Repeated(values)
    repeated.keys_repeated = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return repeated


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_whole, parse_constant=lambda name: Decimal("NaN")
)


def repeated_keys(value: Any, name: str) -> list[Problem]:
    """A problem for each repeated key of a parsed value, found without recursion since a document may be deep."""
    found: list[Problem] = []
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, _Repeated):
            found += [
                Problem(f"{name}: {joined((*path, key))}", "stands there more than once", "keep one of them")
                for key in each.keys_repeated
            ]
        steps = each.items() if isinstance(each, dict) else enumerate(each) if isinstance(each, list) else ()
        waiting += [((*path, step), child) for step, child in steps if isinstance(child, dict | list)]
    return found


def _syntax_error(name: str, text: str, error: json.JSONDecodeError) -> InputError:
    place = f"{name}, line {error.lineno}, column {error.colno}"
    if not text[error.pos :].strip():
        return _error(place, "is cut off: the document ends too early", "complete it")
    if text.startswith(_COMMENTS, error.pos):
        return _error(place, "is a comment, which JSON has none of", 'write it as a "comment" key of an object')
    remedy = next((remedy for start, remedy in _REMEDIES.items() if error.msg.startswith(start)), "correct it")
    return _error(place, f"is not JSON at {quoted(text[error.pos : error.pos + 20])}", remedy)


def _error(place: str, problem: str, remedy: str) -> InputError:
    return InputError([Problem(place, problem, remedy)])

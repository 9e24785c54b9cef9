"""`{step}` in the arguments of a step: what stands for another step's result, or for the value of a loop's pass.

`{value}` is that of the innermost pass. `{{step}}` is the text `{step}` itself; other braces mean nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ef_engine.flows.model import Call, Command, Work

VALUE = "value"

TYPE = "$type"
"""The key of a plain value that says what it is where JSON has no word for it: `{"$type": "date", "value": "..."}`."""

_NAME = r"[^\W\d][\w-]*"
_REFERENCE = re.compile(r"\{\{(" + _NAME + r")\}\}|\{(" + _NAME + r")\}")


def references(work: Work | None) -> Iterator[str]:
    """The names that stand in braces."""
    if isinstance(work, Command):
        yield from _references(work.words)
    elif isinstance(work, Call):
        yield from _references([*work.args, dict(work.kwargs)])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (found[2] for found in _REFERENCE.finditer(value) if found[2])
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _references(each)


def resolved(work: Work, lookup: Callable[[str], Any]) -> Work:
    """The work with everything in braces filled in; `lookup` gives the plain value of a name."""
    if isinstance(work, Command):
        return Command(tuple(text_of(_filled(word, lookup)) for word in work.words))
    args = tuple(_filled(each, lookup) for each in work.args)
    return Call(work.target, args, {key: _filled(each, lookup) for key, each in work.kwargs.items()})


def _filled(value: Any, lookup: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole and whole[2]:
            return lookup(whole[2])
        return _REFERENCE.sub(lambda found: f"{{{found[1]}}}" if found[1] else text_of(lookup(found[2])), value)
    if isinstance(value, Mapping):
        return {key: _filled(each, lookup) for key, each in value.items()}
    return [_filled(each, lookup) for each in value] if isinstance(value, list | tuple) else value


def text_of(value: Any) -> str:
    """A plain value as a word of a command: texts, dates, decimals, paths as one writes them, anything else as JSON."""
    bare = _untyped(value)
    return bare if isinstance(bare, str) else json.dumps(bare, ensure_ascii=False)


def _untyped(value: Any) -> Any:
    """A plain value without what says of its parts what they are."""
    if isinstance(value, Mapping):
        if value.keys() >= {TYPE, "value"}:
            return _untyped(value["value"])
        return {key: _untyped(each) for key, each in value.items()}
    return list(map(_untyped, value)) if isinstance(value, list | tuple) else value

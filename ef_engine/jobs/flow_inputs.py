"""What decides the result of a step: its words or arguments, the files it reads, the passes it lies in, the version.

A forecast's document counts by its content, so that the id which staging writes into it changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ef_engine.errors import EfError
from ef_engine.flows.arguments import VALUE, resolved
from ef_engine.flows.model import Call, Command, Work
from ef_engine.flows.outline import Key, Outline
from ef_engine.version import VERSION

_OUTPUTS = ("--output",)
MISSING = "missing"


def lookup_for(
    outline: Outline, key: Key, values: Mapping[Key, tuple[Any, ...]], result_of: Callable[[Key], Any]
) -> Callable[[str], Any]:
    """What stands for a name in braces: the value of a pass, or the result of a step, as plain values."""
    around = outline.values_around(key, values)
    passes = dict(around) | ({VALUE: around[-1][1]} if around else {})

    def lookup(name: str) -> Any:
        if name in passes:
            return passes[name]
        return result_of((name, key[1][: outline.nodes[name].depth]))

    return lookup


def inputs_of(
    outline: Outline,
    key: Key,
    values: Mapping[Key, tuple[Any, ...]],
    result_of: Callable[[Key], Any],
    directory: Path,
) -> dict[str, str]:
    """The digests of everything that decides the result of a key, by name."""
    work = resolved(outline.work_of(key), lookup_for(outline, key, values, result_of))
    found = dict(_of_work(work, directory))
    step = outline.node_of(key).step
    if "." not in key[0]:
        found |= {name: file_digest(directory / name) for name in step.inputs}
    if around := outline.values_around(key, values):
        found["value of the pass"] = _digest([value for _, value in around])
    return found | {"version": VERSION}


def _of_work(work: Work, directory: Path) -> Iterator[tuple[str, str]]:
    if isinstance(work, Call):
        yield "callable", work.target
        if work.args:
            yield "args", _digest(list(work.args))
        yield from ((f"kwargs.{name}", _digest(value)) for name, value in work.kwargs.items())
        return
    yield "words", _digest(list(work.words))
    for word in _file_words(work, directory):
        yield word, file_digest(directory / word)


def _file_words(command: Command, directory: Path) -> Iterator[str]:
    """The words that name a file which is there, and which the command does not write."""
    before = ""
    for word in command.words:
        is_read = before not in _OUTPUTS and not word.startswith("-")
        if is_read and len(word) < 256 and "\0" not in word and (directory / word).is_file():
            yield word
        before = word


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def file_digest(path: Path) -> str:
    """What a file holds: of a document of ours its id, otherwise its bytes."""
    try:
        if path.suffix.lower() == ".json" and (found := _document_id(path)):
            return found
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return MISSING


def _document_id(path: Path) -> str | None:
    if b'"ef/forecast' not in path.read_bytes():
        return None
    from ef_engine.model.content_id import forecast_id, forecast_set_id
    from ef_engine.model.forecast import Forecast
    from ef_engine.sources.json_file import read_file

    try:
        value = read_file(path).value
    except EfError:
        return None
    label = hashlib.sha256(value.label.encode()).hexdigest()[:8]
    return f"{forecast_id(value) if isinstance(value, Forecast) else forecast_set_id(value)}-{label}"


def fingerprint(inputs: Mapping[str, str]) -> str:
    """One digest of all inputs."""
    return _digest(dict(inputs))

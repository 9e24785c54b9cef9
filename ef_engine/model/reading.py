"""Objects of a document -> rows of values, by the table of fields, with every problem collected as a finding.

A value that cannot be read is simply absent from its row, so the checks that follow look before they compare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ef_engine.model.fields import ACCOUNTS, COMMENT
from ef_engine.model.findings import Finding, Path
from ef_engine.model.scalars import READERS, UnreadableError, read_regex, read_text
from ef_engine.model.shapes import Field, Kind, Shape
from ef_engine.model.wording import closest, described, did_you_mean, quoted

LONGEST_LIST = 100_000
_REPORTED = 20
"""How many unknown keys of one object are reported; an object with more is of another kind altogether."""

_REPORTED_ALREADY = object()
"""In place of a value that cannot be read and whose findings stand already."""


@dataclass(frozen=True, slots=True)
class Row:
    """The readable values of one object and where it stands; `type` only of an account whose type is known."""

    path: Path
    values: Mapping[str, Any]
    type: str | None = None

    def has(self, *keys: str) -> bool:
        """Whether all these values could be read (or were filled in)."""
        return all(key in self.values for key in keys)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str) -> Any:
        """The value, or None if it could not be read."""
        return self.values.get(key)

    def rows(self, key: str) -> tuple[Row, ...]:
        """The objects of a list; empty if the list could not be read."""
        return self.values.get(key) or ()

    def finding(self, key: str | None, problem: str, remedy: str) -> Finding:
        """A finding at one value of this object, or at the object itself."""
        return Finding(self.path if key is None else (*self.path, key), problem, remedy)


def read_object(value: object, shape: Shape, path: Path, findings: list[Finding]) -> Row:
    """One object by its shape; a value that is no object yields a row without values."""
    if not isinstance(value, Mapping):
        findings.append(Finding(path, f"must be an object, not {described(value)}", f"write {shape.title} in braces"))
        return Row(path, {})
    known = [*(field.key for field in shape.fields), COMMENT]
    return _read_known(value, shape, known, path, findings)


def _read_known(value: Mapping[Any, Any], shape: Shape, known: list[str], path: Path, findings: list[Finding]) -> Row:
    """The fields of an object whose keys may be `known`; a required key is not missed where a near one is written."""
    unknown = [str(key) for key in value if key not in known]
    misspelled = {closest(key, known) for key in unknown[:_REPORTED]}
    findings += [_unknown(key, shape, known, path) for key in unknown[:_REPORTED]]
    values: dict[str, Any] = {}
    for field in shape.fields:
        if field.key in value:
            _read_field(value[field.key], field, (*path, field.key), values, findings)
        elif not field.required:
            _read_default(field, (*path, field.key), values)
        elif field.key not in misspelled:
            findings.append(Finding((*path, field.key), "is missing", _addition(field)))
    _check_comment(value.get(COMMENT, ""), (*path, COMMENT), findings)
    return Row(path, values)


def _addition(field: Field) -> str:
    return "write one of " + ", ".join(field.words) if field.words else f"add {field.about}"


def _unknown(key: str, shape: Shape, known: list[str], path: Path) -> Finding:
    hint = did_you_mean(key, known)
    return Finding((*path, key), f"{quoted(key)} is no key of {shape.title}{hint}", "rename or remove it")


def _read_default(field: Field, path: Path, values: dict[str, Any]) -> None:
    if field.kind is Kind.OBJECT and field.shape is not None:
        values[field.key] = read_object(field.default, field.shape, path, [])
    else:
        values[field.key] = field.default


def _read_field(value: object, field: Field, path: Path, values: dict[str, Any], findings: list[Finding]) -> None:
    if value is None and field.nullable:
        _read_default(field, path, values)
        return
    try:
        read = _READERS[field.kind](value, field, path, findings)
    except UnreadableError as unreadable:
        findings.append(Finding(path, unreadable.problem, unreadable.remedy))
    else:
        if read is not _REPORTED_ALREADY:
            values[field.key] = read


def _check_comment(value: object, path: Path, findings: list[Finding]) -> None:
    texts = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(text, str) for text in texts):
        findings.append(Finding(path, "must be text or a list of texts", "write the comment in quotes"))


def read_account(value: object, path: Path, findings: list[Finding]) -> Row:
    """One account by the shape its `type` names; with a wrong type only its name is kept, for the rules to refer to."""
    if not isinstance(value, Mapping):
        findings.append(Finding(path, f"must be an object, not {described(value)}", "write an account in braces"))
        return Row(path, {})
    kind = value.get("type")
    if isinstance(kind, str) and kind in ACCOUNTS:
        shape = ACCOUNTS[kind]
        known = ["type", *(field.key for field in shape.fields), COMMENT]
        return Row(path, _read_known(value, shape, known, path, findings).values, kind)
    findings.append(_type_finding(value, path))
    name = value.get("name")
    return Row(path, {"name": name} if isinstance(name, str) else {})


def _type_finding(value: Mapping[Any, Any], path: Path) -> Finding:
    kind, types = value.get("type"), tuple(ACCOUNTS)
    remedy = "write one of " + ", ".join(types)
    if "type" not in value:
        return Finding((*path, "type"), "is missing", remedy)
    given = quoted(kind) + did_you_mean(kind, types) if isinstance(kind, str) else described(kind)
    return Finding((*path, "type"), f"cannot be {given}", remedy)


def _list(value: object, field: Field) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise UnreadableError(f"must be a list, not {described(value)}", "write it in square brackets")
    if len(value) > LONGEST_LIST:
        raise UnreadableError(f"holds {len(value)} entries, more than {LONGEST_LIST}", "shorten it")
    return value


def _read_texts(value: object, field: Field, path: Path, findings: list[Finding]) -> object:
    """The texts of a list; each unreadable one is a finding of its own, and then there is no list."""
    reader = read_regex if field.kind is Kind.REGEXES else read_text
    texts = []
    for position, each in enumerate(_list(value, field)):
        try:
            texts.append(reader(each, field))
        except UnreadableError as unreadable:
            findings.append(Finding((*path, position), unreadable.problem, unreadable.remedy))
    return tuple(texts) if len(texts) == len(_list(value, field)) else _REPORTED_ALREADY


def _read_objects(value: object, field: Field, path: Path, findings: list[Finding]) -> tuple[Row, ...]:
    assert field.shape is not None
    shape = field.shape
    return tuple(
        read_object(each, shape, (*path, position), findings) for position, each in enumerate(_list(value, field))
    )


def _read_accounts(value: object, field: Field, path: Path, findings: list[Finding]) -> tuple[Row, ...]:
    return tuple(read_account(each, (*path, position), findings) for position, each in enumerate(_list(value, field)))


def _read_nested(value: object, field: Field, path: Path, findings: list[Finding]) -> Row:
    assert field.shape is not None
    return read_object(value, field.shape, path, findings)


def _read_schema(value: object, field: Field, path: Path, findings: list[Finding]) -> object:
    """Left as it stands: `versions.py` judges it."""
    return value


def _scalar(kind: Kind) -> Callable[[object, Field, Path, list[Finding]], object]:
    reader = READERS[kind]
    return lambda value, field, path, findings: reader(value, field)


_READERS: Mapping[Kind, Callable[[object, Field, Path, list[Finding]], object]] = {
    **{kind: _scalar(kind) for kind in READERS},
    Kind.TEXTS: _read_texts,
    Kind.REGEXES: _read_texts,
    Kind.OBJECT: _read_nested,
    Kind.OBJECTS: _read_objects,
    Kind.ACCOUNTS: _read_accounts,
    Kind.SCHEMA: _read_schema,
}

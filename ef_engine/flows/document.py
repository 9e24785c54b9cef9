"""Documents <-> flows: read with every problem reported at once, written so that reading gives the same flow.

Values in a document are plain: null, true, false, numbers, texts, lists, objects. Dates of a TOML document were made
plain before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ef_engine.flows.checks import check_flow
from ef_engine.flows.fields import (
    CALL_FIELDS,
    FLOW_FIELDS,
    NAME_PATTERN,
    RULE_STATUSES,
    RULES,
    STEP_FIELDS,
    TARGET_PATTERN,
    Field,
    Kind,
)
from ef_engine.flows.model import (
    ALWAYS,
    ENDS,
    SCHEMA,
    AllOf,
    AnyOf,
    Call,
    Command,
    Condition,
    Flow,
    On,
    Step,
    Work,
)
from ef_engine.model.findings import Finding, Path
from ef_engine.model.wording import closest, described, did_you_mean, quoted

_COMMENT = "comment"


def read_flow(document: object) -> Flow | list[Finding]:
    """The flow a document describes, or everything that is wrong with it."""
    reader = _Reader()
    flow = reader.flow(document)
    if reader.findings or flow is None:
        return reader.findings
    return list(check_flow(flow)) or flow


class _UnreadableError(Exception):
    """A value of no use; its finding stands already."""


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def _wrong(self, path: Path, problem: str, remedy: str) -> _UnreadableError:
        self.findings.append(Finding(path, problem, remedy))
        return _UnreadableError()

    def flow(self, document: object) -> Flow | None:
        if not isinstance(document, Mapping):
            self._wrong((), f"must hold an object, not {described(document)}", "see `ef_cli schema flow`")
            return None
        schema = document.get("schema")
        if schema != SCHEMA:
            if isinstance(schema, str) and re.fullmatch(r"ef/flow/[1-9]\d{0,8}", schema):
                self._wrong(("schema",), f"is {schema}, newer than this ef can read", "upgrade ef")
                return None
            shown = quoted(schema) if isinstance(schema, str) else described(schema)
            problem = "is missing" if "schema" not in document else f"cannot be {shown}"
            self._wrong(("schema",), problem, f"write {quoted(SCHEMA)}")
        values = self._object(document, FLOW_FIELDS, (), "a flow", ("schema",))
        return Flow(**values) if {"name", "steps"} <= values.keys() else None

    def _object(
        self, value: Mapping[Any, Any], fields: tuple[Field, ...], path: Path, title: str, other: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The readable values of an object."""
        known = [*(field.key for field in fields), *other, _COMMENT]
        unknown = [str(key) for key in value if key not in known]
        for key in unknown:
            problem = f"{quoted(key)} is no key of {title}{did_you_mean(key, known)}"
            self._wrong((*path, key), problem, "rename or remove it")
        near = {closest(key, known) for key in unknown}
        found: dict[str, Any] = {}
        for field in fields:
            if field.key in value:
                try:
                    found[field.key] = self._value(value[field.key], field.kind, (*path, field.key))
                except _UnreadableError:
                    continue
            elif field.is_required and field.key not in near:
                self._wrong((*path, field.key), "is missing", f"add {field.about}")
        return found

    def _value(self, value: object, kind: Kind, path: Path) -> Any:
        match kind:
            case Kind.NAME:
                return self._name(value, path)
            case Kind.WORK:
                return self._work(value, path)
            case Kind.STEPS:
                return self._steps(value, path)
            case Kind.REPEATS:
                return tuple(value) if isinstance(value, list) else self._call(value, path)
            case Kind.CONDITIONS:
                return self._conditions(value, path)
            case Kind.TEXTS:
                return tuple(self._text(each, (*path, k)) for k, each in enumerate(self._list(value, path)))
            case Kind.VALUES:
                return tuple(self._list(value, path))
            case Kind.OBJECT:
                return self._mapping(value, path)
            case Kind.COUNT | Kind.POSITIVE:
                return self._count(value, path, 0 if kind is Kind.COUNT else 1)
            case Kind.COUNTS:
                return {key: self._count(each, (*path, key), 1) for key, each in self._mapping(value, path).items()}
            case Kind.SECONDS:
                return self._seconds(value, path)
            case Kind.BOOLEAN:
                return self._boolean(value, path)
            case Kind.RULES:
                return self._rules(value, path)

    def _text(self, value: object, path: Path) -> str:
        if not isinstance(value, str) or not value:
            raise self._wrong(path, f"must be text, not {described(value)}", "write it in quotes")
        return value

    def _name(self, value: object, path: Path) -> str:
        text = self._text(value, path)
        if not re.fullmatch(NAME_PATTERN, text):
            remedy = "use letters, digits, - and _, a letter first, at most 60"
            raise self._wrong(path, f"cannot be {quoted(text)}", remedy)
        return text

    def _list(self, value: object, path: Path) -> list[Any]:
        if not isinstance(value, list):
            raise self._wrong(path, f"must be a list, not {described(value)}", "write it in square brackets")
        return value

    def _mapping(self, value: object, path: Path) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self._wrong(path, f"must be an object, not {described(value)}", "write it in braces")
        return {str(key): each for key, each in value.items()}

    def _count(self, value: object, path: Path, least: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._wrong(path, f"cannot be {described(value)}", f"write a whole number from {least}")
        return value

    def _seconds(self, value: object, path: Path) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value < float("inf"):  # type: ignore[operator]  # a number by now
            raise self._wrong(path, f"cannot be {_shown(value)}", "write a number of seconds")
        return float(value)  # type: ignore[arg-type]  # a number by now

    def _boolean(self, value: object, path: Path) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(path, f"must be true or false, not {_shown(value)}", "write it without quotes")
        return value

    def _rules(self, value: object, path: Path) -> dict[str, str]:
        rules = self._mapping(value, path)
        for status, rule in rules.items():
            if status not in RULE_STATUSES:
                problem = f"{quoted(status)} is no status{did_you_mean(status, RULE_STATUSES)}"
                self._wrong((*path, status), problem, f"write one of {', '.join(RULE_STATUSES)}")
            if rule not in RULES:
                self._wrong((*path, status), f"cannot be {_shown(rule)}", "write rerun or skip")
        return rules

    def _work(self, value: object, path: Path) -> Work:
        if isinstance(value, list):
            if not value:
                raise self._wrong(path, "is empty", 'write the words of a command, such as ["stage", "house.json"]')
            return Command(tuple(self._text(each, (*path, k)) for k, each in enumerate(value)))
        return self._call(value, path)

    def _call(self, value: object, path: Path) -> Call:
        if isinstance(value, Mapping):
            given = {"args", "kwargs"} & value.keys()
            arguments = self._object(value, CALL_FIELDS[1:], path, "a call", ("call",)) if given else {}
            return Call(self._target(value.get("call"), (*path, "call")), **arguments)
        return Call(self._target(value, path))

    def _target(self, value: object, path: Path) -> str:
        if not isinstance(value, str) or not re.fullmatch(TARGET_PATTERN, value):
            raise self._wrong(path, f"cannot be {_shown(value)}", "write package.module:callable, or a list of words")
        return value

    def _steps(self, value: object, path: Path) -> tuple[Step, ...]:
        steps = [self._step(each, (*path, k)) for k, each in enumerate(self._list(value, path))]
        if not steps:
            raise self._wrong(path, "is empty", "add a step")
        if None in steps:
            raise _UnreadableError
        return tuple(filter(None, steps))

    def _step(self, value: object, path: Path) -> Step | None:
        if not isinstance(value, Mapping):
            self._wrong(path, f"must be an object, not {described(value)}", "write a step in braces")
            return None
        values = self._object(value, STEP_FIELDS, path, "a step")
        if ("run" in value) == ("steps" in value):
            self._wrong(path, "needs either `run` or `steps`", "say what it does, or which steps it holds")
        args, kwargs = values.pop("args", ()), values.pop("kwargs", {})
        if args or kwargs:
            run = values.get("run")
            if isinstance(run, Call):
                values["run"] = Call(run.target, run.args + args, {**run.kwargs, **kwargs})
            elif run is not None:
                key = "args" if args else "kwargs"
                self._wrong((*path, key), "belongs to a callable", "write the words of a command into `run`")
        return Step(**values) if "name" in values else None

    def _conditions(self, value: object, path: Path) -> Condition:
        if isinstance(value, str) or (isinstance(value, list) and len(value) == 2 and value[1] in ENDS):
            return self._condition(value, path)
        found = tuple(self._condition(each, (*path, k)) for k, each in enumerate(self._list(value, path)))
        return AllOf(found) if found else ALWAYS

    def _condition(self, value: object, path: Path) -> Condition:
        """`"step"`, `["step", "failure"]`, `{"any_of": [...]}` or `{"all_of": [...]}`."""
        match value:
            case str():
                return On(self._name(value, path))
            case [str() as step, end]:
                if end not in ENDS:
                    raise self._wrong((*path, 1), f"cannot be {_shown(end)}", f"write one of {', '.join(ENDS)}")
                return On(step, end)
            case {"any_of": each, **rest} if not rest:
                return AnyOf(self._alternatives(each, (*path, "any_of")))
            case {"all_of": each, **rest} if not rest:
                return AllOf(self._alternatives(each, (*path, "all_of")))
        remedy = 'write ["step", "success"], {"any_of": [...]} or {"all_of": [...]}'
        raise self._wrong(path, f"cannot be {_shown(value)}", remedy)

    def _alternatives(self, value: object, path: Path) -> tuple[Condition, ...]:
        found = tuple(self._condition(each, (*path, k)) for k, each in enumerate(self._list(value, path)))
        if not found:
            raise self._wrong(path, "is empty", "add a condition")
        return found


def _shown(value: object) -> str:
    """As `described`, for numbers that came as floats."""
    return f"the number {value}" if isinstance(value, float) else described(value)


def to_document(flow: Flow) -> dict[str, Any]:
    """The document of a flow, without what is as by default; `read_flow(to_document(flow)) == flow`."""
    blank = Flow(name="", steps=())
    document: dict[str, Any] = {"schema": SCHEMA, "name": flow.name, "steps": [_step(each) for each in flow.steps]}
    return document | _differing(flow, blank, FLOW_FIELDS)


def _step(step: Step) -> dict[str, Any]:
    document: dict[str, Any] = {"name": step.name}
    if step.run is None:
        document["steps"] = [_step(each) for each in step.steps]
    return document | _differing(step, Step(name=""), STEP_FIELDS)


def _differing(value: Flow | Step, blank: Flow | Step, fields: tuple[Field, ...]) -> dict[str, Any]:
    keys = [field.key for field in fields if field.key not in ("name", "steps", "args", "kwargs")]
    return {key: _plain(getattr(value, key)) for key in keys if getattr(value, key) != getattr(blank, key)}


def _plain(value: Any) -> Any:
    match value:
        case Command(words):
            return list(words)
        case Call(target, args, kwargs):
            return {"call": target, **({"args": list(args)} if args else {}), **({"kwargs": kwargs} if kwargs else {})}
        case On(step, end):
            return [step, end]
        case AnyOf(conditions):
            return {"any_of": [_plain(each) for each in conditions]}
        case AllOf(conditions):
            return [_plain_nested(each) for each in conditions]
        case tuple():
            return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _plain_nested(condition: Condition) -> Any:
    if isinstance(condition, AllOf):
        return {"all_of": [_plain_nested(each) for each in condition.conditions]}
    if isinstance(condition, AnyOf):
        return {"any_of": [_plain_nested(each) for each in condition.conditions]}
    return _plain(condition)

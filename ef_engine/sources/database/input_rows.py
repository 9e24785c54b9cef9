"""Rows of datasets -> the document of a forecast or a set, and its findings back to the rows they are about.

A NULL is a key that is left out. A binary fraction counts as its shortest decimal text, since that is what somebody
wrote; where amounts matter to the last digit, a column is NUMERIC or text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from ef_engine.errors import CommandError, InputError, Problem
from ef_engine.model.document import read_forecast, read_forecast_set
from ef_engine.model.fields import FORECAST_SCHEMA, FORECAST_SET_SCHEMA
from ef_engine.model.findings import Finding, Path
from ef_engine.model.shapes import Kind
from ef_engine.model.wording import quoted
from ef_engine.sources.database.datasets import CHOICE_SET, DATASETS, POSITION, Dataset
from ef_engine.sources.loaded import DocumentKind, Loaded

_TRUTH = {"1": True, "0": False, "true": True, "false": False}
_OPEN_END = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a forecast needs and no table holds. Dates are ISO text, None for those of its items."""

    start_date: str | None = None
    end_date: str | None = None
    label: str = ""
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of every dataset in their order, by column; `titles` says what a place calls a dataset."""

    by_dataset: Mapping[str, Sequence[Mapping[str, Any]]]
    titles: Mapping[str, str]

    def of(self, dataset: Dataset) -> Sequence[Mapping[str, Any]]:
        """The rows of one dataset, in the order of their positions."""
        rows = self.by_dataset.get(dataset.option, ())
        return sorted(rows, key=_position) if dataset.is_ordered else rows

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not any(self.by_dataset.values())

    @property
    def kind(self) -> DocumentKind:
        """What the rows make: a set as soon as there is something to choose from."""
        of_sets = (dataset.option for dataset in DATASETS if dataset.of_sets)
        return "forecastset" if any(self.by_dataset.get(option) for option in of_sets) else "forecast"


def _position(row: Mapping[str, Any]) -> tuple[bool, Any]:
    found = row.get(POSITION)
    return (True, 0) if not isinstance(found, int) else (False, found)


def read_rows(rows: Rows, frame: Frame, kind: str, name: str) -> tuple[Loaded, tuple[str, ...]]:
    """The forecast or set of the rows, and sentences on what was filled in; InputError with every problem.

    `name` is what the whole of them is called.
    """
    dated, notes = _dated(rows, frame, kind)
    document = document_of(rows, dated, kind)
    value = read_forecast(document) if kind == "forecast" else read_forecast_set(document)
    if isinstance(value, list):
        raise InputError(_problems(value, rows, name))
    return Loaded(name, value, None, b"", "database"), notes


def _problems(findings: Iterable[Finding], rows: Rows, name: str) -> list[Problem]:
    """Findings at their rows; a choice and its first option are one row, so that two may be the same sentence."""
    return list(dict.fromkeys(Problem(_place(each.path, rows, name), each.problem, each.remedy) for each in findings))


def _dated(rows: Rows, frame: Frame, kind: str) -> tuple[Frame, tuple[str, ...]]:
    """The frame with the dates it lacks: the earliest start and the latest end of the items."""
    if frame.start_date and frame.end_date:
        return frame, ()
    items = [
        _values(row, dataset)
        for dataset in DATASETS
        if dataset.option.endswith("budget_item_set") and (kind == "forecastset" or not dataset.of_sets)
        for row in rows.of(dataset)
    ]
    start = frame.start_date or min(_dates(items, "start_date"), default=None)
    end = frame.end_date or max(_dates(items, "end_date"), default=None)
    if not items:
        raise CommandError("there are no items to take the dates from", "give --start_date and --end_date")
    if start is None or end is None:
        return frame, ()  # those of the items are findings soon
    if end.startswith(_OPEN_END):
        raise CommandError("some items have an open end", "give --end_date")
    taken = [f"from {start}, the earliest start of the items"] if not frame.start_date else []
    taken += [f"to {end}, the latest end of the items"] if not frame.end_date else []
    said = ", ".join(taken)
    dated = Frame(start_date=start, end_date=end, label=frame.label, options=frame.options)
    return dated, (f"{said[0].upper()}{said[1:]}.",)


def _dates(items: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    """Those that can be compared; the others are findings soon."""
    return [text for item in items if len(text := _iso(item.get(key))) == 10]


def _iso(value: object) -> str:
    text = str(value)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text


def document_of(rows: Rows, frame: Frame, kind: str = "forecast") -> dict[str, Any]:
    """The document of the rows; a frame without dates makes one without."""
    dates = {key: value for key in ("start_date", "end_date") if (value := getattr(frame, key))}
    base: dict[str, Any] = {**dates, "options": dict(frame.options), "milestones": {}}
    for dataset in DATASETS:
        if not dataset.of_sets:
            at = base if len(dataset.path) == 1 else base[dataset.path[0]]
            at[dataset.path[-1]] = [_values(row, dataset) for row in rows.of(dataset)]
    if kind == "forecast":
        return {"schema": FORECAST_SCHEMA, "label": frame.label, **base}
    (optional,) = (dataset for dataset in DATASETS if dataset.path == ("optional_budget_items",))
    return {
        "schema": FORECAST_SET_SCHEMA,
        "label": frame.label,
        "base": base,
        "optional_budget_items": [_values(row, optional) for row in rows.of(optional)],
        "choices": [
            {**_renamed(options[0], "choice_name"), "options": [_option(row) for row in options]}
            for options in _choices(rows)
        ],
    }


def _choices(rows: Rows) -> list[list[Mapping[str, Any]]]:
    """The rows of each choice, in the order in which the choices begin."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows.of(CHOICE_SET):
        found.setdefault(repr(row.get("choice_name")), []).append(row)  # even if it is no text
    return list(found.values())


def _renamed(row: Mapping[str, Any], column: str) -> dict[str, Any]:
    return {} if row.get(column) is None else {"name": row[column]}


def _option(row: Mapping[str, Any]) -> dict[str, Any]:
    values = _values(row, CHOICE_SET)
    return _renamed(row, "option_name") | {key: values[key] for key in ("memo_regexes",) if key in values}


def _values(row: Mapping[str, Any], dataset: Dataset) -> dict[str, Any]:
    """The values of a row as a document has them, without what is NULL."""
    return {
        each.key: _value(row[each.key], each.kind) for each in dataset.fields if row.get(each.key) is not None
    }  # fmt: skip


def _value(value: Any, kind: Kind) -> Any:
    if kind is Kind.BOOLEAN and isinstance(value, int | str):
        return _TRUTH.get(str(value).lower(), value)
    if kind in (Kind.TEXTS, Kind.REGEXES):
        return _listed(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return Decimal(repr(value)) if isinstance(value, float) else value


def _listed(value: Any) -> Any:
    """A list as databases have it: an array, a JSON list as text, or texts separated by semicolons."""
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, list) and all(isinstance(each, str) for each in parsed):
        return parsed
    return [part.strip() for part in value.split(";") if part.strip()]


def _place(path: Path, rows: Rows, name: str) -> str:
    """Where a user finds what a path of the document points to."""
    inner = path[1:] if path[:1] == ("base",) else path
    for dataset in DATASETS:
        depth = len(dataset.path)
        if inner[:depth] == dataset.path:
            return _place_in(dataset, inner[depth:], rows)
    if inner and inner[0] in ("start_date", "end_date", "options"):
        return f"--{inner[-1]}"
    return "--forecast_label" if inner == ("label",) else name


def _place_in(dataset: Dataset, path: Path, rows: Rows) -> str:
    title = rows.titles[dataset.option]
    if not path:
        return title
    if dataset is CHOICE_SET:
        return _place_in_choices(title, path, rows)
    found = rows.of(dataset)
    row = found[int(path[0])]
    return f"{title}, {row_name(row, dataset, found)}" + _column(path[1:2])


def _place_in_choices(title: str, path: Path, rows: Rows) -> str:
    """A choice is as many rows as it has options, and stands in the first of them."""
    options = _choices(rows)[int(path[0])]
    column = {"name": "choice_name", "options": None}.get(str(path[1])) if len(path) > 1 else None
    row = options[0]
    if path[1:2] == ("options",) and len(path) > 2:
        row = options[int(path[2])]
        column = {"name": "option_name"}.get(str(path[3]), str(path[3])) if len(path) > 3 else None
    return f"{title}, {row_name(row, CHOICE_SET, rows.of(CHOICE_SET))}" + _column((column,) if column else ())


def _column(path: Sequence[str | int]) -> str:
    return f", column {path[0]}" if path else ""


def row_name(row: Mapping[str, Any], dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> str:
    """What a user calls a row: `row memo='rent'`, by number where that is no name of one row alone."""
    names = _names(row, dataset)
    if any(each is None for each in names) or Counter(_names(each, dataset) for each in rows)[names] > 1:
        known = "" if names[0] is None else f" ({_shown(dataset.names[0], names[0])})"
        if row.get("row_id") is not None:
            return f"row row_id={row['row_id']}{known}"
        return f"row {next(at for at, each in enumerate(rows, 1) if each is row)}{known}"
    return "row " + " ".join(_shown(column, value) for column, value in zip(dataset.names, names, strict=True))


def _names(row: Mapping[str, Any], dataset: Dataset) -> tuple[object, ...]:
    return tuple(str(value) if (value := row.get(column)) is not None else None for column in dataset.names)


def _shown(column: str, value: object) -> str:
    text = quoted(str(value))[1:-1].replace("'", "''")
    return f"{column}='{text}'"

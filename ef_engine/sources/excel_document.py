"""A workbook -> the document a JSON file would hold, and the place of each of its values in the workbook.

Checking is left to the model, as for every source; its findings come back translated to sheets, rows and columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ef_engine.errors import InputError, Problem
from ef_engine.model.fields import COMMENT, FORECAST_SCHEMA
from ef_engine.model.findings import Finding, Path
from ef_engine.model.shapes import Field, Kind
from ef_engine.model.wording import closest, did_you_mean, quoted
from ef_engine.sources.excel_cells import Cells, Unusable
from ef_engine.sources.excel_layout import (
    CONFIG,
    CONFIG_FIELDS,
    CONFIG_PATHS,
    FIELD,
    ID_KEY,
    LAYOUTS,
    VALUE,
    column_title,
    layout_at,
    plain,
)
from ef_engine.sources.excel_table import Table, converted, read_table

_SHEETS = {plain(CONFIG): CONFIG, "budgetitems": "Budget"} | {plain(layout.title): layout.title for layout in LAYOUTS}
_OF_SETS = frozenset(("choices", "options", "optionalbudget", "optionalbudgetitems", "forecastset"))
_CONFIG_COLUMNS = {
    FIELD: Field(key=FIELD, kind=Kind.TEXT, about="what is set"),
    VALUE: Field(key=VALUE, kind=Kind.OBJECT, about="what it is set to"),
    COMMENT: Field(key=COMMENT, kind=Kind.TEXT, about="anything you like, ignored"),
}
_REMEDIES = {
    "write true or false, without quotes": "write TRUE or FALSE",
    "add one, or null for the outside world": "add one, or nothing for the outside world",
    "name an account, or null for the outside world": "name an account, or nothing for the outside world",
    "write null as account_to or name another account": "leave account_to empty or name another account",
    'write "primary": true in one of them': "write TRUE as primary in one of them",
    'write it as "2026-01-31"': "write a date, or 2026-01-31 as text",
}
"""What is to be done about a problem, where it is done differently in a spreadsheet."""


@dataclass(slots=True)
class Workbook:
    """What a workbook holds: the document, and how its user calls the sheets and rows its values stand in.

    `tables` are the sheets by the path of their list; `rows` the rows of the sheet Config by the path they set.
    """

    name: str
    document: dict[str, Any] = field(default_factory=lambda: {"schema": FORECAST_SCHEMA})
    config: Table = field(default_factory=lambda: Table(CONFIG))
    tables: dict[tuple[str, ...], Table] = field(default_factory=dict)
    rows: dict[tuple[str, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_workbook(name: str, cells: Cells, titles: Iterable[str]) -> Workbook:
    """The workbook with these worksheets; its own problems are collected, those of the document are not looked for."""
    workbook, found = read_settings(name, cells, titles)
    for layout in LAYOUTS:
        if layout.title in found:
            table = read_table(name, found[layout.title], layout.by_name, cells)
            workbook.tables[layout.path] = table
            workbook.problems += table.problems
            _put(workbook.document, layout.path, table.objects)
    _strip_names(workbook.document.get("milestones") or {})
    return workbook


def read_settings(name: str, cells: Cells, titles: Iterable[str]) -> tuple[Workbook, dict[str, str]]:
    """The workbook with its sheet Config alone, and the user's title of each sheet of ours."""
    workbook = Workbook(name)
    found = _sheets(workbook, list(titles))
    if CONFIG in found:
        _read_config(workbook, cells, found[CONFIG])
    return workbook, found


def _sheets(workbook: Workbook, titles: list[str]) -> dict[str, str]:
    """The user's title of each sheet of ours; other sheets are nobody's business unless they look misspelled."""
    if any(plain(title) in _OF_SETS for title in titles):
        raise InputError([set_problem(workbook.name)])
    found: dict[str, str] = {}
    for title in titles:
        known = _SHEETS.get(plain(title))
        if known in found:
            text = f"means the same as sheet {found[known]}"
            workbook.problems.append(Problem(f"{workbook.name}, sheet {title}", text, "rename or remove one of them"))
        elif known is not None:
            found[known] = title
    missing = [each for each in dict.fromkeys(_SHEETS.values()) if each not in found]
    for title in titles:
        if plain(title) not in _SHEETS and closest(title, missing):
            text = f"is no sheet of a forecast{did_you_mean(title, missing)}"
            workbook.problems.append(Problem(f"{workbook.name}, sheet {title}", text, "rename it"))
    return found


def set_problem(name: str) -> Problem:
    """That there are no forecast sets in Excel, and what there is."""
    return Problem(
        name,
        "is to hold a forecast set, which Excel files cannot",
        "write the set as JSON, as `ef_cli schema forecastset` describes it",
    )


def _read_config(workbook: Workbook, cells: Cells, title: str) -> None:
    name = workbook.name
    workbook.config = table = read_table(name, title, _CONFIG_COLUMNS, cells)
    workbook.problems += table.problems
    if missing := [key for key in (FIELD, VALUE) if key not in table.columns]:
        workbook.problems += [_missing_column(workbook, key) for key in missing]
        return
    for row, values in zip(table.numbers, table.objects, strict=True):
        _read_setting(workbook, row, values)
    if ID_KEY in workbook.document and (workbook.rows[ID_KEY,], table.positions[VALUE]) in cells.formulas(title):
        place = table.place(name, workbook.rows[ID_KEY,], table.columns[VALUE])
        workbook.problems.append(Problem(place, "must not be a formula", "clear it, staging writes the id"))


def _missing_column(workbook: Workbook, key: str) -> Problem:
    place = workbook.config.place(workbook.name, column=column_title(key))
    return Problem(place, "is missing", "write Field and Value above the settings")


def _read_setting(workbook: Workbook, row: int, values: Mapping[str, Any]) -> None:
    table, label = workbook.config, values.get(FIELD)
    place = table.place(workbook.name, row)
    path = CONFIG_PATHS.get(plain(label)) if isinstance(label, str) else None
    if isinstance(label, str) and plain(label) == "forecastsetid":
        raise InputError([set_problem(workbook.name)])
    if path is None:
        shown = quoted(label.strip()) if isinstance(label, str) else "what stands there"
        hint = did_you_mean(label, [each[-1] for each in CONFIG_FIELDS]) if isinstance(label, str) else ""
        workbook.problems.append(Problem(place, f"{shown} is no field of a forecast{hint}", "rename or remove it"))
    elif path in workbook.rows:
        workbook.problems.append(Problem(place, f"sets {path[-1]} once more", "keep one of the rows"))
    else:
        workbook.rows[path] = row
        if VALUE in values and path != (COMMENT,):
            _put(workbook.document, path, converted(values[VALUE], CONFIG_FIELDS[path]))


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value


def _strip_names(milestones: Mapping[str, Any]) -> None:
    """Takes blanks after a `;` off the names in a list, unless they belong to the name of a milestone."""
    for composite in milestones.get("composite", ()):
        for kind in ("account", "memo"):
            names = {each.get("name") for each in milestones.get(kind, ())}
            parts = composite.get(key := f"{kind}_milestones")
            if isinstance(parts, list):
                composite[key] = [part if part in names else part.strip() for part in parts]


def problems_of(workbook: Workbook, findings: Iterable[Finding]) -> list[Problem]:
    """Everything that is wrong: what the workbook has of its own, then what the model found, at its cell."""
    return workbook.problems + list(_translated(workbook, findings))


def _translated(workbook: Workbook, findings: Iterable[Finding]) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for finding in findings:
        cell = _value_at(workbook.document, finding.path)
        place = place_of(workbook, finding.path)
        if isinstance(cell, Unusable):
            yield Problem(place, cell.problem, cell.remedy)
        elif (column := _absent_column(workbook, finding)) is None:
            yield Problem(place, finding.problem, _REMEDIES.get(finding.remedy, finding.remedy))
        elif column not in told:
            told.add(column)
            yield Problem(place, finding.problem, finding.remedy)


def _absent_column(workbook: Workbook, finding: Finding) -> tuple[str, str] | None:
    """Sheet and key where a value is missed in a column that is not there at all, which is said once, or as unknown."""
    layout = layout_at(finding.path)
    if layout is None or finding.problem != "is missing" or len(finding.path) != len(layout.path) + 2:
        return None
    table, key = workbook.tables[layout.path], str(finding.path[-1])
    return None if key in table.columns else (table.title, key)


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def place_of(workbook: Workbook, path: Path) -> str:
    """Where in the workbook the value at a path of the document stands, or would stand."""
    layout = layout_at(path)
    if layout is None:
        return _place_in_config(workbook, path)
    table = workbook.tables.get(layout.path) or Table(layout.title)
    rest = path[len(layout.path) :]
    if not rest:
        return table.place(workbook.name)
    key = str(rest[1]) if len(rest) > 1 else None
    row = table.numbers[int(rest[0])]
    if key is not None and key not in table.columns:
        return table.place(workbook.name, column=column_title(key))
    return table.place(workbook.name, row, None if key is None else table.columns[key])


def _place_in_config(workbook: Workbook, path: Path) -> str:
    keys = tuple(map(str, path))
    row = workbook.rows.get(keys)
    if not keys or keys not in CONFIG_FIELDS:
        return workbook.name
    if row is None:
        return f"{workbook.config.place(workbook.name)}, field {keys[-1]}"
    return workbook.config.place(workbook.name, row, workbook.config.columns[VALUE])

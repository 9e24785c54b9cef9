"""Which rows of a list are shown: `--state`, `--filter`, `--sort`, `--limit` and `--page`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.mistakes import suggestion
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.listing import COLUMNS, GROUPS, Row

FIELDS = tuple(column.lower().replace(" ", "_") for column in COLUMNS)
STATES = (
    "loaded", "invalid", "staged", "queued", "running", "paused", "lost", "finished", "evaluated", "infeasible",
    "failed", "killed", "timed_out", "crashed", "skipped", "upstream_failed", "incomplete", "unreadable", "in_progress",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows to show; `hidden` more come after page `page`."""

    rows: list[Row]
    page: int
    hidden: int


def add_list_options(parser: argparse.ArgumentParser) -> None:
    """Declares the options that choose among rows."""
    add_option(parser, "state", metavar="STATE", help="only these, such as staged, in_progress, evaluated, failed")
    add_option(parser, "filter", metavar="QUERY", help="terms such as label~car state=failed, all of which must hold")
    add_option(parser, "sort", metavar="FIELD", help=f"one of {', '.join(FIELDS)}; --sort=-FIELD for the reverse")
    add_option(parser, "limit", metavar="N", type=int, help="at most so many rows")
    add_option(parser, "page", metavar="N", type=int, help="the N-th that many (from 1)")


def selected(invocation: Invocation, rows: Sequence[Row]) -> Selection:
    """The rows that are asked for; raises CommandError for a query that makes no sense."""
    conditions = [_condition(term) for term in invocation.option("filter", "").split()]
    if state := invocation.option("state"):
        conditions.append(_state_condition(state))
    kept = [row for row in rows if all(holds(row) for holds in conditions)]
    if sort := invocation.option("sort"):
        kept = _sorted(kept, sort)
    return _paged(kept, invocation.option("limit"), invocation.option("page", 1))


def _state_condition(state: str) -> Callable[[Row], bool]:
    word = state.replace("-", "_").replace(" ", "_")
    if word not in STATES:
        remedy = suggestion(word, STATES, f"it is one of {', '.join(STATES)}")
        raise CommandError(f"there is no state {state!r}", remedy)
    groups = {"in_progress": GROUPS[2], "finished": GROUPS[3]}
    return lambda row: row.group == groups[word] if word in groups else row.state == word


def _condition(term: str) -> Callable[[Row], bool]:
    """`field=value` compares whole values, `field~part` looks for a part, both without regard to case."""
    for sign in ("=", "~"):
        field, found, wanted = term.partition(sign)
        if found and field.isidentifier():
            position = _position(field)
            return lambda row: _matches(row.cells[position], wanted.lower(), is_whole=sign == "=")
    raise CommandError(f"{term!r} is no term of a filter", "write field=value or field~part, separated by blanks")


def _matches(cell: object, wanted: str, is_whole: bool) -> bool:
    text = "" if cell is None else str(cell).lower()
    return text == wanted if is_whole else wanted in text


def _position(field: str) -> int:
    if field not in FIELDS:
        raise CommandError(f"a list has no field {field!r}", suggestion(field, FIELDS, f"it has {', '.join(FIELDS)}"))
    return FIELDS.index(field)


def _sorted(rows: list[Row], field: str) -> list[Row]:
    """Rows without a value come last, whichever way they are sorted."""
    position = _position(field.lstrip("-"))
    present = [row for row in rows if row.cells[position] is not None]
    absent = [row for row in rows if row.cells[position] is None]
    return sorted(present, key=lambda row: row.cells[position], reverse=field.startswith("-")) + absent  # type: ignore[arg-type,return-value]  # one column has one type


def _paged(rows: list[Row], limit: int | None, page: int) -> Selection:
    if (limit is not None and limit < 1) or page < 1:
        raise CommandError("--limit and --page count from 1", "give a positive number")
    if limit is None:
        return Selection(rows, page, 0)
    shown = rows[(page - 1) * limit : page * limit]
    return Selection(shown, page, max(0, len(rows) - page * limit))

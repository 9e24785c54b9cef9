"""Which rows of a list are shown: `--state`, `--filter`, `--sort`, `--limit` and `--page`.

All but the last two become one query. A list without any of them never imports what reads queries.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError

if TYPE_CHECKING:
    from ef_engine.service.query import Query

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Selection(Generic[RowT]):
    """The rows to show; `hidden` more come after page `page`."""

    rows: list[RowT]
    page: int
    hidden: int


def add_list_options(parser: argparse.ArgumentParser, fields: Sequence[str]) -> None:
    """Declares the options that choose among rows with these fields."""
    add_option(parser, "state", metavar="STATE", help="only these, such as staged, in_progress, evaluated, failed")
    add_option(
        parser, "filter", metavar="QUERY", help="such as 'state=failed,killed label~car started>2026-01 order by end'"
    )
    add_option(parser, "sort", metavar="FIELD", help=f"one of {', '.join(fields)}; --sort=-FIELD for the reverse")
    add_option(parser, "limit", metavar="N", type=int, help="at most so many rows")
    add_option(parser, "page", metavar="N", type=int, help="the N-th that many (from 1)")


def selected(
    invocation: Invocation,
    rows: list[RowT],
    fields: Sequence[str],
    value: Callable[[RowT, str], object] = getattr,
) -> Selection[RowT]:
    """The rows that are asked for; raises CommandError for a query that makes no sense."""
    if any(invocation.option(name) for name in ("state", "filter", "sort")):
        from ef_engine.service.query import apply

        rows = apply(_query(invocation, fields), rows, value)
    return _paged(rows, invocation.option("limit"), invocation.option("page", 1))


def tell_hidden(invocation: Invocation, chosen: Selection[RowT]) -> None:
    """Says how many rows come after the page."""
    if chosen.hidden:
        invocation.say(f"{chosen.hidden} more; --page {chosen.page + 1} shows the next.")


def _query(invocation: Invocation, fields: Sequence[str]) -> Query:
    """The query of `--filter`, with what `--state` and `--sort` ask for in addition."""
    from ef_engine.service.query import Order, known_field, parse, term
    from ef_engine.service.query_fields import Sign

    query = parse(invocation.option("filter", ""), fields)
    if state := invocation.option("state"):
        query = replace(query, terms=(*query.terms, term("state", Sign.IS, (state,), fields)))
    if sort := invocation.option("sort"):
        order = Order(known_field(sort.removeprefix("-"), fields), is_descending=sort.startswith("-"))
        query = replace(query, order=order)
    return query


def _paged(rows: list[RowT], limit: int | None, page: int) -> Selection[RowT]:
    if (limit is not None and limit < 1) or page < 1:
        raise CommandError("--limit and --page count from 1", "give a positive number")
    if limit is None:
        return Selection(rows, page, 0)
    shown = rows[(page - 1) * limit : page * limit]
    return Selection(shown, page, max(0, len(rows) - page * limit))

"""`ef_cli ls call`: one record, where it comes from, what happened to it, and on request its result or its family."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ef_engine.cli.commands.ls_calls import readable
from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation, terminal_width, text_width
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.report.columns import table_lines
from ef_engine.report.listing import snake_case
from ef_engine.report.tree import tree_lines
from ef_engine.service.call import Call, find_call, note_of, result_of
from ef_engine.service.calls import COLUMNS, call_cells
from ef_engine.service.family import Kin
from ef_engine.service.listen import skipped_text
from ef_engine.service.record_fields import record_fields
from ef_engine.store.rows import Row

_COLUMNS = COLUMNS[2:]
_SPARE = ("Forecast", "Started", "Finished", "Owner")
_EVENT_COLUMNS = ("Name", "Time", "Process", "Note")
_FORMATS = ("text", "json", "csv", "table")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "ID")
    add_option(parser, "id", "i", metavar="ID", help="the record, in place of a word")
    add_option(parser, "name", "n", metavar="NAME", help="the latest of this name")
    add_option(parser, "result", "r", action="store_true", help="its result, or its message and traceback")
    add_option(parser, "tree", "t", action="store_true", help="what comes from it")
    add_option(parser, "graph", "g", action="store_true", help="its whole family from the root, itself marked")
    add_option(parser, "flow", "f", action="store_true", help="all that its set or flow started")


def run(invocation: Invocation) -> int:
    """Prints the record; csv is its row alone."""
    call = _found(invocation)
    match invocation.choice("format", _FORMATS):
        case "json":
            document = _document(invocation, call)
            invocation.put(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
        case "csv":
            invocation.put_list(_COLUMNS, [call_cells(call.row)])
        case _:
            invocation.put("".join(f"{line}\n" for line in _lines(invocation, call)))
    if call.skipped:
        invocation.say(skipped_text(call.skipped))
    return 0


def _found(invocation: Invocation) -> Call:
    _, names = kind_and_names(invocation)
    name = invocation.option("name")
    if len(names) + (name is not None) != 1:
        raise CommandError("`ef_cli ls call` needs one record", "give --id ID or -n NAME")
    return find_call(invocation.places, record_id=names[0] if names else None, name=name)


def _lines(invocation: Invocation, call: Call) -> Iterator[str]:
    yield from _table(_COLUMNS, [call_cells(call.row)], _SPARE)
    yield from ("", "Provenance")
    yield from (f"  {name.capitalize():<10}{value or 'none'}" for name, value in call.provenance.items())
    yield from ("", "Events")
    rows = [(event.kind.value, readable(event.at), str(event.process or ""), note_of(event)) for event in call.events]
    yield from (f"  {line}" for line in _table(_EVENT_COLUMNS, rows, ("Process",)))
    if call.requested:
        yield from (
            "",
            f"Requested: {call.requested.wanted}, by {call.requested.owner} at {readable(call.requested.at)}",
        )
    if call.notes:
        yield from ("", "Notes")
        yield from (f"  {readable(note.at)}  {note.owner}: {note.text}" for note in call.notes)
    if call.protection:
        yield from ("", f"Locked by {call.protection.owner} since {readable(call.protection.at)}")
    if invocation.option("result", False):
        yield from ("", "Result")
        yield from _result_lines(invocation, call)
    for option, title, kin in (("tree", "Tree", call.descendants), ("graph", "Graph", call.relatives)):
        if invocation.option(option, False):
            nodes = [(each.depth, _kin_text(each, call.row.id)) for each in kin]
            yield from ("", title, *tree_lines(nodes, sys.stdout.encoding or "ascii"))
    if invocation.option("flow", False):
        yield from ("", "Flow", *_table(_COLUMNS, list(map(call_cells, call.fellows)), _SPARE))


def _table(columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], spare: Iterable[str]) -> list[str]:
    shown = [
        tuple(readable(cell) if name in ("Last Updated", "Started", "Finished") else cell
              for name, cell in zip(columns, row, strict=True))
        for row in rows
    ]  # fmt: skip
    return table_lines(columns, shown, terminal_width(), keep=("ID",), spare=spare)


def _result_lines(invocation: Invocation, call: Call) -> Iterator[str]:
    from ef_engine.service.ids import find_record
    from ef_engine.service.report import report_bytes

    row = call.row
    if row.kind in ("flow", "step", "report", "ingest") and row.outcome == "evaluated":
        yield json.dumps(result_of(invocation.places, row)["result"], ensure_ascii=False, default=str)
        return
    if row.outcome in ("evaluated", "infeasible"):
        report = report_bytes(invocation.places, find_record(invocation.places, row.id), "text", text_width())
        yield from report.decode().splitlines()
        return
    found = result_of(invocation.places, row)
    yield found["message"] or f"{row.id} has no result: it is {row.state}."
    yield from found["traceback"].splitlines()


def _kin_text(kin: Kin, marked: str) -> str:
    what = f"{kin.row.name} ({kin.row.state})" if kin.row else "(deleted)"
    return f"{kin.id}  {what}{'  <- this one' if kin.id == marked else ''}"


def _document(invocation: Invocation, call: Call) -> dict[str, Any]:
    """All of it as one object; what was asked for by an option has a key of its own."""
    document: dict[str, Any] = (
        _object(call.row)
        | record_fields(invocation.places, call.row, call.events)
        | {
            "provenance": call.provenance,
            "events": [event.to_json() for event in call.events],
            "notes": [{"at": note.at, "owner": note.owner, "text": note.text} for note in call.notes],
            "locked_by": call.protection.owner if call.protection else None,
        }
    )
    if invocation.option("result", False):
        document["result"] = result_of(invocation.places, call.row)
    for option, kin in (("tree", call.descendants), ("graph", call.relatives)):
        if invocation.option(option, False):
            document[option] = [{"id": each.id, "depth": each.depth} for each in kin]
    if invocation.option("flow", False):
        document["flow"] = list(map(_object, call.fellows))
    return document


def _object(row: Row) -> dict[str, Any]:
    return dict(zip(map(snake_case, _COLUMNS), call_cells(row), strict=True))

"""Judges the SQL of `stage-select`: exactly one SELECT that only reads, or a refusal that says why.

A list of what is allowed, never of what is not: no function but those below, since anything may hide in one. What is
run is written anew from what was understood, so that a server cannot understand the text differently.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ef_engine.errors import InputError, Problem
from ef_engine.model.wording import quoted

LONGEST = 100_000
"""Characters of a SELECT that are read."""

_REMEDY = "write one SELECT that only reads"
_FORBIDDEN = (
    exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Copy, exp.Drop, exp.Alter, exp.Set, exp.Pragma, exp.Attach,
    exp.Detach, exp.Transaction, exp.Commit, exp.Rollback, exp.Use, exp.Kill, exp.TruncateTable, exp.Placeholder,
    exp.Parameter,
)  # fmt: skip
_READING = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
"""DDL and DML in sqlglot's sense as well, and the only ones that are let through."""

_FUNCTIONS = frozenset(
    {
        # conditions
        "And", "Or", "Xor", "Exists", "RegexpLike", "RegexpILike", "Case", "If", "Coalesce",
        "Nullif", "Greatest", "Least", "Cast", "TryCast", "IsInf", "IsNan",
        # aggregates and windows
        "Sum", "Avg", "Min", "Max", "Count", "GroupConcat", "ArrayAgg", "LogicalAnd", "LogicalOr", "RowNumber",
        "Rank", "DenseRank", "Lag", "Lead", "FirstValue", "LastValue", "NthValue", "Ntile", "PercentRank", "CumeDist",
        # numbers
        "Abs", "Round", "Floor", "Ceil", "Trunc", "Sign", "Pow", "Sqrt",
        # texts
        "Lower", "Upper", "Trim", "Length", "Substring", "Left", "Right", "Concat", "ConcatWs", "Replace",
        "SplitPart", "StrPosition", "Initcap", "Reverse", "RegexpReplace", "ToChar", "TimeToStr", "ToNumber", "Array",
        "Unicode", "Chr", "StartsWith",
        # dates
        "CurrentDate", "CurrentTimestamp", "Date", "DateAdd", "DateSub", "DateDiff", "DateTrunc", "TimestampTrunc",
        "Extract", "DateFromParts", "StrToDate", "StrToTime", "TsOrDsToTimestamp", "TsOrDsToDate", "Year", "Month",
        "Day", "LastDay",
    }
)  # fmt: skip
_BY_NAME = frozenset(
    {
        "btrim",
        "make_date",
        "age",
        "date",
        "strftime",
        "julianday",
        "typeof",
        "total",
        "date_part",
        "ifnull",
        "instr",
        "like",
        "glob",
    }
)
"""Functions sqlglot has no class for."""


def checked(sql: str, dialect: str, place: str) -> exp.Query:
    """The SELECT as understood in the dialect (`postgres`, `sqlite`); InputError for anything else."""
    if len(sql) > LONGEST:
        raise _refused(place, f"has {len(sql)} characters, more than {LONGEST}")
    statements = [each for each in _parsed(sql, dialect, place) if not isinstance(each, exp.Semicolon | None)]
    if len(statements) != 1:
        problem = "is empty" if not statements else f"holds {len(statements)} statements"
        raise _refused(place, problem)
    statement = _without_brackets(statements[0])
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise _refused(place, f"is {_what(statement)} and no SELECT")
    for node in statement.walk():
        _check(node, place)
    return statement


def _parsed(sql: str, dialect: str, place: str) -> list[exp.Expr | None]:
    logger = logging.getLogger("sqlglot")
    was_disabled, logger.disabled = logger.disabled, True  # it would tell of what it does not understand on stderr
    try:
        return list(sqlglot.parse(sql, read=dialect))
    except SqlglotError:
        raise _refused(place, "is no SQL that can be understood") from None
    except RecursionError:
        raise _refused(place, "is nested too deeply") from None
    finally:
        logger.disabled = was_disabled


def _without_brackets(statement: exp.Expr) -> exp.Expr:
    """What stands between brackets around the whole, which SQLite does not know."""
    while isinstance(statement, exp.Subquery) and not any(
        each for key, each in statement.args.items() if key != "this"
    ):
        statement = statement.this
    return statement


def _check(node: exp.Expr, place: str) -> None:
    if isinstance(node, _FORBIDDEN) and not isinstance(node, _READING):
        raise _refused(place, f"holds {_what(node)}")
    if isinstance(node, exp.Identifier) and not node.quoted and node.name.startswith("$"):
        raise _refused(place, "holds a parameter")
    if isinstance(node, exp.Func) and not _is_allowed(node):
        called = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        remedy = "leave it out, or keep what it yields in a table"
        raise InputError([Problem(place, f"calls {quoted(called.lower())}, which is not allowed here", remedy)])


def _is_allowed(node: exp.Func) -> bool:
    if isinstance(node.parent, exp.Dot):
        return False  # somebody's own, in a schema of theirs
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _BY_NAME
    return type(node).__name__ in _FUNCTIONS


def _what(node: exp.Expr) -> str:
    match node:
        case exp.Into():
            return "a SELECT INTO"
        case exp.Lock():
            return "a lock of rows"
        case exp.Placeholder() | exp.Parameter():
            return "a parameter"
        case exp.Command():
            return f"a statement {quoted(str(node.this).upper())}"
    return f"a statement {quoted(node.key.upper())}"


def is_ordered(query: exp.Query) -> bool:
    """Whether the rows come in an order that somebody asked for."""
    return bool(query.args.get("order"))


def rewritten(query: exp.Query, dialect: str) -> str:
    """The text of what was understood, without comments."""
    return query.sql(dialect=dialect, comments=False)


def function_names() -> Iterator[str]:
    """What SQLite calls the functions that are allowed, for its own guard."""
    yield from _BY_NAME
    for name in _FUNCTIONS:
        yield from (each.lower() for each in getattr(exp, name).sql_names())


def _refused(place: str, problem: str) -> InputError:
    return InputError([Problem(place, problem, _REMEDY)])

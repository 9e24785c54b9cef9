"""Which sheets and columns a workbook has, following the one table of fields a document follows.

Names of sheets and columns match without regard to case, blanks and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ef_engine.model.fields import (
    ACCOUNT_MILESTONE,
    ACCOUNTS,
    BUDGET_ITEM,
    COMMENT,
    COMPOSITE_MILESTONE,
    FORECAST,
    MEMO_MILESTONE,
    MEMO_RULE,
    OPTIONS,
)
from ef_engine.model.findings import Path
from ef_engine.model.shapes import Field, Kind

CONFIG = "Config"
FIELD, VALUE = "field", "value"
ID_KEY = "forecast_id"

_COMMENT = Field(key=COMMENT, kind=Kind.TEXT, about="anything you like, ignored", blank=True)
_TYPE = Field(key="type", kind=Kind.WORD, about="the kind of account", required=True, words=tuple(ACCOUNTS))
_INITIALS = ("apr",)
_SINGLE = (Kind.OBJECT, Kind.OBJECTS, Kind.ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet with one row an object. `path` is where its list lies in the document; `fields` are its columns."""

    title: str
    path: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by the plain form of their column's name."""
        return {plain(field.key): field for field in self.fields}


def plain(name: str) -> str:
    """A name without case, blanks and underscores."""
    return re.sub(r"[\s_]+", "", name).casefold()


def column_title(key: str) -> str:
    """The name of a column as ef writes it: `start_date` is `Start Date`."""
    return " ".join(word.upper() if word in _INITIALS else word.capitalize() for word in key.split("_"))


def _account_fields() -> tuple[Field, ...]:
    """The fields of every type of account, each once, in an order that keeps those of one type together."""
    fields = {field.key: field for name in ACCOUNTS for field in ACCOUNTS[name].fields}
    last = [fields.pop(key) for key in ("min_balance", "max_balance")]
    return _TYPE, *fields.values(), *last, _COMMENT


LAYOUTS = (
    Layout("Accounts", ("accounts",), _account_fields()),
    Layout("Budget", ("budget_items",), (*BUDGET_ITEM.fields, _COMMENT)),
    Layout("MemoRules", ("memo_rules",), (*MEMO_RULE.fields, _COMMENT)),
    Layout("AccountMilestones", ("milestones", "account"), (*ACCOUNT_MILESTONE.fields, _COMMENT)),
    Layout("MemoMilestones", ("milestones", "memo"), (*MEMO_MILESTONE.fields, _COMMENT)),
    Layout("CompositeMilestones", ("milestones", "composite"), (*COMPOSITE_MILESTONE.fields, _COMMENT)),
)

CONFIG_FIELDS: Mapping[tuple[str, ...], Field] = {
    **{(field.key,): field for field in FORECAST.fields if field.kind not in _SINGLE},
    **{("options", field.key): field for field in OPTIONS.fields},
    (COMMENT,): _COMMENT,
}
"""What a row of the sheet Config may set, by its path in the document."""

CONFIG_PATHS: Mapping[str, tuple[str, ...]] = {
    **{plain(path[-1]): path for path in CONFIG_FIELDS},
    **{plain("".join(path)): path for path in CONFIG_FIELDS},
}
"""The same paths by the plain form of the row's name, with or without `options` before it."""


def layout_at(path: Path) -> Layout | None:
    """The layout whose list holds what is at a path, or None."""
    return next((each for each in LAYOUTS if path[: len(each.path)] == each.path), None)

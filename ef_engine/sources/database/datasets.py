"""The datasets a forecast is made of in a database: which table or SELECT holds which part of the document.

The columns follow the table of fields of the model. `position` orders accounts and choices; `row_id` and `username` are
the database's own and no part of a document.
"""

from __future__ import annotations

from dataclasses import dataclass

from ef_engine.model.fields import (
    ACCOUNT_MILESTONE,
    ACCOUNTS,
    BUDGET_ITEM,
    COMPOSITE_MILESTONE,
    MEMO_MILESTONE,
    MEMO_RULE,
)
from ef_engine.model.shapes import Field, Kind

POSITION = "position"
OWN_COLUMNS = ("row_id", "username")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One part of a document.

    `option` is the word of the command line, `path` where its rows stand in a document of a forecast (of a set for
    those `of_sets`). `names` are the columns a row is called by; `is_ordered` where the order of rows is content.
    """

    option: str
    table: str
    path: tuple[str, ...]
    fields: tuple[Field, ...]
    names: tuple[str, ...]
    is_ordered: bool = False
    of_sets: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold content."""
        return tuple(field.key for field in self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns nobody can do without."""
        return tuple(field.key for field in self.fields if field.required)


def _account_fields() -> tuple[Field, ...]:
    """Every key of any type of account once; which of them an account needs is for the reader of documents to say."""
    found = {field.key: field for shape in ACCOUNTS.values() for field in shape.fields if field.key != "name"}
    kind = Field(key="type", kind=Kind.WORD, about="the type of account", required=True, words=tuple(ACCOUNTS))
    name = Field(key="name", kind=Kind.TEXT, about="its name", required=True)
    others = (Field(key=each.key, kind=each.kind, about=each.about) for each in found.values())
    return kind, name, *others


def _text(key: str, about: str) -> Field:
    return Field(key=key, kind=Kind.TEXT, about=about, required=True)


ACCOUNT_SET = Dataset("account_set", "ef_account_set", ("accounts",), _account_fields(), ("name",), is_ordered=True)
CHOICE_SET = Dataset(
    "choice_set",
    "ef_choices",
    ("choices",),
    (
        _text("choice_name", "what is to be decided"),
        _text("option_name", "one way to decide it"),
        Field(key="memo_regexes", kind=Kind.REGEXES, about="the optional items it takes", required=True),
    ),
    ("choice_name", "option_name"),
    is_ordered=True,
    of_sets=True,
)
DATASETS = (
    ACCOUNT_SET,
    Dataset("budget_item_set", "ef_budget_item_set", ("budget_items",), BUDGET_ITEM.fields, ("memo",)),
    Dataset("memo_rule_set", "ef_memo_rule_set", ("memo_rules",), MEMO_RULE.fields, ("memo_regex",)),
    Dataset(
        "account_milestone_set",
        "ef_account_milestones",
        ("milestones", "account"),
        ACCOUNT_MILESTONE.fields,
        ("name",),
    ),
    Dataset("memo_milestone_set", "ef_memo_milestones", ("milestones", "memo"), MEMO_MILESTONE.fields, ("name",)),
    Dataset(
        "composite_milestone_set",
        "ef_composite_milestones",
        ("milestones", "composite"),
        COMPOSITE_MILESTONE.fields,
        ("name",),
    ),
    Dataset(
        "optional_budget_item_set",
        "ef_optional_budget_item_set",
        ("optional_budget_items",),
        BUDGET_ITEM.fields,
        ("memo",),
        of_sets=True,
    ),
    CHOICE_SET,
)

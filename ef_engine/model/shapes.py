"""What a table of fields is made of: kinds of values, fields, and shapes of objects.

A shape says what one object may hold; what must hold among objects is said by the modules named `..._checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Kind(Enum):
    """What a field holds; `OPEN_DATE` may lie in the year 9999, a `DATE` (of a forecast) may not."""

    TEXT = auto()
    REGEX = auto()
    WORD = auto()
    AMOUNT = auto()
    RATE = auto()
    DATE = auto()
    OPEN_DATE = auto()
    BOOLEAN = auto()
    PRIORITY = auto()
    TEXTS = auto()
    REGEXES = auto()
    OBJECT = auto()
    OBJECTS = auto()
    ACCOUNTS = auto()
    SCHEMA = auto()
    ID = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of an object.

    `about` says what it is, for people. `minimum` is in currency units, inclusive. `words` are the allowed values of a
    `WORD`, `aliases` old spellings of them. `forbidden` characters and more than `limit` characters are refused in a
    `TEXT`. `shape` is that of a nested object or of each object in a list. Only fields with `in_id` decide an id.
    """

    key: str
    kind: Kind
    about: str
    required: bool = False
    default: object = None
    minimum: int | None = None
    words: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    forbidden: str = ""
    limit: int | None = None
    blank: bool = False
    shape: Shape | None = None
    in_id: bool = True
    refuses_null: bool = False

    @property
    def nullable(self) -> bool:
        """Whether null means the same as leaving the key out; not where it might be taken for "without bound"."""
        return not self.required and not self.refuses_null


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one kind of object, in the order they are written; `title` names it with its article."""

    title: str
    fields: tuple[Field, ...]

    def field_of(self, key: str) -> Field | None:
        """The field of that key, or None."""
        return next((each for each in self.fields if each.key == key), None)

"""The keys of a flow document: one table that the reader, the JSON Schema and the page about flows follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a key holds."""

    NAME = auto()
    WORK = auto()
    STEPS = auto()
    REPEATS = auto()
    CONDITIONS = auto()
    TEXTS = auto()
    VALUES = auto()
    OBJECT = auto()
    COUNT = auto()
    COUNTS = auto()
    POSITIVE = auto()
    SECONDS = auto()
    BOOLEAN = auto()
    RULES = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One key and what it says, for people."""

    key: str
    kind: Kind
    about: str
    is_required: bool = False


STEP_FIELDS = (
    Field("name", Kind.NAME, "what other steps call it: letters, digits, - and _", True),
    Field("run", Kind.WORK, "the words of a command of ef, or package.module:callable"),
    Field("steps", Kind.STEPS, "the steps of a container, in place of `run`"),
    Field("args", Kind.VALUES, "what the callable is given by position"),
    Field("kwargs", Kind.OBJECT, "what the callable is given by name"),
    Field("repeats", Kind.REPEATS, "a list with a value for each pass, or package.module:callable that returns one"),
    Field("requires", Kind.CONDITIONS, "what must have ended, and how; all of it"),
    Field("inputs", Kind.TEXTS, "files that decide its result: a recovery repeats it when one has changed"),
    Field("retries", Kind.COUNT, "how often it is tried again after a failure"),
    Field("retry_delay", Kind.SECONDS, "seconds before each new try"),
    Field("timeout", Kind.SECONDS, "seconds after which it is stopped"),
    Field("delay", Kind.SECONDS, "seconds between when it could begin and when it does"),
    Field("acquires", Kind.COUNTS, "how much of each named limit it takes while it runs"),
    Field("max_concurrent", Kind.POSITIVE, "how many of its passes may run at a time (default 1)"),
    Field("keep_going", Kind.BOOLEAN, "whether its failure leaves independent steps alone"),
    Field("on_recover", Kind.RULES, "by status of the earlier run, rerun or skip"),
    Field("setup", Kind.WORK, "of a container: what runs before the first of its steps in a pass"),
    Field("teardown", Kind.WORK, "of a container: what runs after the last, however they end"),
)

FLOW_FIELDS = (
    Field("name", Kind.NAME, "the name of the flow: letters, digits, - and _", True),
    Field("steps", Kind.STEPS, "what is to be done", True),
    Field("jobs", Kind.POSITIVE, "how many steps may run at a time (default: one a core, at least two)"),
    Field("keep_going", Kind.BOOLEAN, "whether a failure leaves independent steps alone"),
    Field("limits", Kind.COUNTS, "how much there is of each named limit (default 1)"),
    Field("setup", Kind.WORK, "what runs before the first step"),
    Field("teardown", Kind.WORK, "what runs after the last, however they end"),
)

CALL_FIELDS = (
    Field("call", Kind.NAME, "package.module:callable or file.py:callable", True),
    Field("args", Kind.VALUES, "what it is given by position"),
    Field("kwargs", Kind.OBJECT, "what it is given by name"),
)

RULE_STATUSES = ("ready", "active", "success", "failure", "skipped", "upstream_failed")
RULES = ("rerun", "skip")
NAME_PATTERN = r"[^\W\d][\w-]{0,59}"
TARGET_PATTERN = r"(?:[^\W\d][\w.]*|[^:\x00-\x1f]+\.py):[^\W\d][\w.]*"

"""Why occurrences were skipped, reduced or deferred, in sentences (`ef_cli explain`).

Everything is told from the result document; nothing is simulated again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.report.values import Report, Sentences
from ef_engine.report.wording import CONFIRMED, Entry, decision_sentence, failure_sentences, outcome_sentence

_SHOWN_MEMOS = 10


def explain_report(result: Mapping[str, Any], memo_pattern: str | None = None) -> Report:
    """Every occurrence not confirmed in full; with a pattern every occurrence whose memo it finds (`re.search`).

    Raises CommandError for a pattern that is no regular expression, NotFoundError when no memo matches it.
    """
    shown = told(result, memo_pattern)
    counted = result["decisions"] if memo_pattern is None else shown
    outcome = (
        outcome_sentence(counted, "occurrence") if counted else "No budget item has an occurrence in this forecast."
    )
    sentences = (outcome, *map(decision_sentence, shown))
    failure = result["failure"]
    failed = (Sentences("", failure_sentences(failure)),) if failure else ()
    return Report(_title(result), (*failed, Sentences("", sentences)))


def told(result: Mapping[str, Any], memo_pattern: str | None = None) -> list[Entry]:
    """The decisions that are explained, in the order of the result; raises as `explain_report` does."""
    if memo_pattern is not None:
        return _matching(result["decisions"], memo_pattern)
    return [decision for decision in result["decisions"] if decision["status"] != CONFIRMED]


def _title(result: Mapping[str, Any]) -> str:
    label = f" ({result['label']})" if result["label"] else ""
    return f"What became of the occurrences of forecast {result['forecast_id']}{label}"


def _matching(decisions: Sequence[Entry], pattern: str) -> list[Entry]:
    try:
        found = re.compile(pattern).search
    except re.error as error:
        raise CommandError(f"{pattern!r} is no regular expression ({error})", "escape it with a backslash") from error
    matching = [decision for decision in decisions if found(decision["memo"])]
    if not matching:
        raise NotFoundError(f"no occurrence has a memo that matches {pattern!r}", _known_memos(decisions))
    return matching


def _known_memos(decisions: Sequence[Entry]) -> str:
    memos = sorted({str(decision["memo"]) for decision in decisions})
    more = f" and {len(memos) - _SHOWN_MEMOS} more" if len(memos) > _SHOWN_MEMOS else ""
    return f"the memos are: {', '.join(memos[:_SHOWN_MEMOS])}{more}" if memos else "there are no occurrences at all"

"""What became of a set, told from its members."""

from __future__ import annotations

from collections.abc import Iterable

from ef_engine.store.records import Record
from ef_engine.store.states import Outcome


def member_ids(record: Record) -> list[str]:
    """The forecasts of a set in order; scenarios of equal content are one forecast."""
    return list(dict.fromkeys(member.id for member in record.members))


def set_outcome(outcomes: Iterable[Outcome | None]) -> Outcome:
    """What became of a set: that some scenarios are infeasible is an answer, that one has none is not."""
    found = set(outcomes)
    if Outcome.KILLED in found:
        return Outcome.KILLED
    if None in found:
        return Outcome.INCOMPLETE
    if any(not outcome.has_result for outcome in found if outcome):
        return Outcome.FAILED
    return Outcome.INFEASIBLE if found == {Outcome.INFEASIBLE} else Outcome.EVALUATED

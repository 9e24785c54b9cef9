"""Where the money comes from and goes to, summed over a forecast: between incomes, accounts, spending and interest.

Told from the postings. What goes back and forth between two accounts is netted, so that a flow has one direction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Part, Posting


class Place(StrEnum):
    """What kind of thing money flows from or to."""

    INCOME = "income"
    ACCOUNT = "account"
    SPENDING = "spending"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flow. An item may be called like an account, so the name alone does not tell."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """So much (> 0, micro-units) went from one end to the other."""

    source: End
    target: End
    amount: Micros


MOST_ITEMS = 10
"""So many incomes and so many kinds of spending keep their names; smaller ones are summed."""

_INTEREST_OWED = End(Place.INTEREST, "Interest on debts")
_INTEREST_EARNED = End(Place.INCOME, "Interest earned")
_PAYMENTS = frozenset({Cause.CARD_PAYMENT, Cause.LOAN_PAYMENT, Cause.CARD_MINIMUM, Cause.LOAN_MINIMUM, Cause.TRANSFER})


def money_flows(postings: Iterable[Posting]) -> tuple[Flow, ...]:
    """The flows of a forecast, largest first."""
    sums: defaultdict[tuple[End, End], Micros] = defaultdict(int)
    for source, target, amount in _moves(postings):
        sums[source, target] += amount
    named = _with_others(_with_others(_netted(sums), Place.INCOME), Place.SPENDING)
    flows = (Flow(source, target, amount) for (source, target), amount in named.items() if amount > 0)
    return tuple(sorted(flows, key=lambda flow: (-flow.amount, flow.source.name, flow.target.name)))


def _moves(postings: Iterable[Posting]) -> Iterator[tuple[End, End, Micros]]:
    """One move a posting. A payment names its source first, then one posting for each part that it changes."""
    payer = End(Place.ACCOUNT, "")
    for posting in postings:
        account = End(Place.ACCOUNT, posting.account)
        match posting.cause:
            case Cause.DEPOSIT:
                yield End(Place.INCOME, posting.memo), account, posting.amount
            case Cause.INTEREST_EARNED:
                yield _INTEREST_EARNED, account, posting.amount
            case Cause.SPEND | Cause.PURCHASE:
                yield account, End(Place.SPENDING, posting.memo), abs(posting.amount)
            case Cause.CARD_INTEREST:
                yield account, _INTEREST_OWED, posting.amount
            case cause if cause in _PAYMENTS and posting.part is Part.BALANCE and posting.amount < 0:
                payer = account
            case cause if cause in _PAYMENTS:
                yield payer, account, abs(posting.amount)
                if posting.part is Part.INTEREST:
                    yield account, _INTEREST_OWED, -posting.amount


def _netted(sums: Mapping[tuple[End, End], Micros]) -> dict[tuple[End, End], Micros]:
    return {(one, other): amount - sums.get((other, one), 0) for (one, other), amount in sums.items()}


def _with_others(sums: Mapping[tuple[End, End], Micros], place: Place) -> dict[tuple[End, End], Micros]:
    """The same with all but the largest ends of a place as one."""
    size: defaultdict[End, Micros] = defaultdict(int)
    for ends, amount in sums.items():
        for end in ends:
            if end.place is place:
                size[end] += max(0, amount)
    small = sorted(size, key=lambda end: (-size[end], end.name))[MOST_ITEMS:]
    others = {} if len(small) < 2 else dict.fromkeys(small, End(place, f"Other {place} ({len(small)} items)"))
    merged: defaultdict[tuple[End, End], Micros] = defaultdict(int)
    for (source, target), amount in sums.items():
        merged[others.get(source, source), others.get(target, target)] += amount
    return merged

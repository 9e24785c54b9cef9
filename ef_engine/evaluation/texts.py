"""The Memo and Memo Directives of one row, rendered from its postings (domain.md 4).

Minimum payments name their source once, after the parts it pays; extra payments repeat it before each part.
"""

from __future__ import annotations

from collections.abc import Iterable

from ef_engine.evaluation.amounts import HALF_CENT, signed_dollars
from ef_engine.evaluation.names import place_name
from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Part, Posting

_LABELS = {
    Cause.DEPOSIT: "INCOME",
    Cause.TRANSFER: "TRANSFER",
    Cause.INTEREST_EARNED: "INTEREST",
    Cause.CARD_INTEREST: "CC INTEREST",
    Cause.CARD_MINIMUM: "CC MIN PAYMENT",
    Cause.CARD_MINIMUM_ALREADY_MADE: "CC MIN PAYMENT ALREADY MADE",
    Cause.CARD_PAYMENT: "ADDTL CC PAYMENT",
    Cause.LOAN_MINIMUM: "LOAN MIN PAYMENT",
    Cause.LOAN_PAYMENT: "ADDTL LOAN PAYMENT",
}
_IN_MEMO = frozenset((Cause.DEPOSIT, Cause.SPEND, Cause.PURCHASE))
_IN_PAIRS = frozenset((Cause.CARD_PAYMENT, Cause.LOAN_PAYMENT))
_SOURCE_LAST = frozenset((Cause.CARD_MINIMUM, Cause.LOAN_MINIMUM))


class Entries(dict[tuple[str, str, Micros], str]):
    """Text, account and amount -> `rent (Checking -$900.00)`; what recurs is formatted once."""

    def __missing__(self, entry: tuple[str, str, Micros]) -> str:
        text = self[entry] = _entry(*entry)
        return text


def memo_text(postings: Iterable[Posting], entries: Entries) -> str:
    """The deposits, spends and purchases of a row, one entry each, in the order they happened."""
    return "; ".join([entries[p.memo, p.account, p.amount] for p in postings if p.cause in _IN_MEMO])


def grouped_memo_text(postings: Iterable[Posting], entries: Entries) -> str:
    """As `memo_text`, with entries of one memo, account and sign as one: `groceries x4 (Checking -$400.00)`."""
    groups: dict[tuple[str, str, bool], list[Micros]] = {}
    for p in postings:
        if p.cause in _IN_MEMO:
            groups.setdefault((p.memo, p.account, p.amount > 0), []).append(p.amount)
    return "; ".join(
        entries[f"{memo} x{len(amounts)}" if len(amounts) > 1 else memo, account, sum(amounts)]
        for (memo, account, _), amounts in groups.items()
    )


def directives_text(postings: Iterable[Posting], entries: Entries) -> str:
    """What a row's postings did between accounts; the parts of a payment must follow their source."""
    texts: list[str] = []
    source = ""
    for p in postings:
        if p.cause not in _LABELS or _is_invisible(p):
            continue
        label, is_source = _LABELS[p.cause], p.part is Part.BALANCE
        if p.cause not in _IN_PAIRS:
            # A minimum payment's parts go before the text of their source, which was posted first.
            position = -1 if p.cause in _SOURCE_LAST and not is_source else len(texts)
            texts.insert(position, entries[label, place_name(p), p.amount])
        elif is_source:
            source = p.account
        else:
            texts += (entries[label, source, p.amount], entries[label, place_name(p), p.amount])
    return "; ".join(texts)


def _is_invisible(posting: Posting) -> bool:
    """Whether it would read 0.00 and is not there to say just that."""
    return abs(posting.amount) <= HALF_CENT and posting.cause is not Cause.CARD_MINIMUM_ALREADY_MADE


def _entry(text: str, place: str, amount: Micros) -> str:
    return f"{text} ({place} {signed_dollars(amount)})"

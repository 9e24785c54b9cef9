"""What is written down while days pass: the postings, and the day's interest, gain and loss."""

from __future__ import annotations

from datetime import date

from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Part, Posting


class Journal:
    """All postings so far; `interest` on debts, `gain` and `loss` (without interest) are the current day's."""

    __slots__ = ("date", "gain", "interest", "loss", "postings")

    def __init__(self, day: date) -> None:
        self.postings: list[Posting] = []
        self.begin(day)

    def begin(self, day: date) -> None:
        """Begins a day."""
        self.date = day
        self.interest: Micros = 0
        self.gain: Micros = 0
        self.loss: Micros = 0

    def post(
        self, account: str, part: Part, amount: Micros, cause: Cause, memo: str = "", item: int | None = None
    ) -> None:
        """Writes one posting of the day."""
        self.postings.append(Posting(self.date, account, part, amount, cause, memo, item))

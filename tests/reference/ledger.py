"""Balances while time passes: every change of one is a posting, except accrual of loan interest."""

from __future__ import annotations

from datetime import date

from ef_engine.model.accounts import Account, Credit, Loan
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulation.result import Cause, Part, Posting
from tests.reference.household import Household, Occurrence, Step
from tests.reference.reasons import BrokenBoundError, below_minimum, over_limit, paid_too_much

PAYMENTS = "payments"
PREVIOUS_CYCLE = "previous cycle"


def opening_balances(account: Account) -> dict[str, Micros]:
    """The balances of an account at the end of the start date, in the order of the table's columns."""
    match account:
        case Credit():
            parts = {
                Part.CURRENT.value: account.current_statement_balance,
                Part.PREVIOUS.value: account.previous_statement_balance,
            }
        case Loan():
            parts = {
                Part.PRINCIPAL.value: account.principal_balance,
                Part.INTEREST.value: account.interest_balance,
            }
        case _:
            return {Part.BALANCE.value: account.balance}
    return {
        **parts,
        PAYMENTS: account.billing_cycle_payment_balance,
        PREVIOUS_CYCLE: account.end_of_previous_cycle_balance,
    }


class Ledger:
    """All balances of one simulation, the postings so far, and the sums of the step under way.

    `accrued` is interest earned and not yet credited. `cycle_ends` are balances of debts right after billing, waiting
    for the next step. `executed` is what was posted for an occurrence; `debts` is what could have been paid at most.
    """

    def __init__(self, household: Household) -> None:
        self.household = household
        self.day: date = household.forecast.start_date
        self.balances: dict[tuple[str, str], Micros] = {
            (account.name, part): balance
            for account in household.forecast.accounts
            for part, balance in opening_balances(account).items()
        }
        self.accrued: dict[str, Micros] = dict.fromkeys(household.accounts, 0)
        self.cycle_ends: dict[str, Micros] = {}
        self.postings: list[Posting] = []
        self.executed: dict[tuple[int, date], Micros] = {}
        self.debts: dict[tuple[int, date], Micros] = {}
        self.interest: Micros = 0
        self.gains: Micros = 0
        self.losses: Micros = 0

    def begin(self, step: Step) -> None:
        """Starts a step: its sums are zero."""
        self.day = step.day
        self.interest = self.gains = self.losses = 0

    def post(
        self, account: str, part: Part, amount: Micros, cause: Cause, occurrence: Occurrence | None = None
    ) -> None:
        """Changes one balance. A change of 0 is none, unless it says that a minimum payment was made before."""
        if amount == 0 and cause is not Cause.CARD_MINIMUM_ALREADY_MADE:
            return
        self.balances[account, part] += amount
        memo, item = (occurrence.memo, occurrence.item) if occurrence else ("", None)
        self.postings.append(Posting(self.day, account, part, amount, cause, memo, item))

    def accrue(self, loan: str, part: Part, amount: Micros) -> None:
        """Interest on a loan: changes a balance without a posting."""
        self.balances[loan, part] += amount
        self.add_interest(amount)

    def add_interest(self, amount: Micros) -> None:
        """Counts interest on debts, which is a loss."""
        self.interest += amount
        self.losses += amount

    def exact_debt(self, account: str) -> Micros:
        """What is owed on a card or a loan."""
        parts = debt_parts(self.household.accounts[account])
        return sum(self.balances[account, part] for part in parts)

    def debt(self, account: str) -> Micros:
        """The debt of a payment: what is owed, rounded to cents."""
        return to_cents(self.exact_debt(account))

    def test_source(self, account: str, amount: Micros, posting: str) -> None:
        """Money going out of an account you own must leave its minimum."""
        available = self.balances[account, Part.BALANCE] - self.household.accounts[account].min_balance
        if amount > available:
            raise BrokenBoundError(below_minimum(self.day, posting, account, amount, available))

    def test_purchase(self, card: str, amount: Micros, posting: str) -> None:
        """A purchase must leave the debt within the card's limit."""
        limit = self.household.accounts[card].max_balance
        if limit is not None and amount > limit - self.exact_debt(card):
            raise BrokenBoundError(over_limit(self.day, posting, card, amount, limit - self.exact_debt(card)))

    def test_payment(self, debt: str, amount: Micros, posting: str) -> None:
        """A payment must leave the debt's minimum."""
        available = self.debt(debt) - max(0, self.household.accounts[debt].min_balance)
        if amount > available:
            raise BrokenBoundError(paid_too_much(self.day, posting, debt, amount, available))


def debt_parts(account: Account) -> tuple[Part, Part]:
    """The two balances of a debt, in the order in which a payment clears them."""
    return (Part.PREVIOUS, Part.CURRENT) if isinstance(account, Credit) else (Part.INTEREST, Part.PRINCIPAL)

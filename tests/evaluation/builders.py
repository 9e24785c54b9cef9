"""Forecasts and simulations made by hand, as small as a test needs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from ef_engine.model.accounts import Account, Checking, Credit, InterestCadence, InterestType, Loan, Savings
from ef_engine.model.forecast import Forecast, Options
from ef_engine.model.milestones import Milestones
from ef_engine.model.money import UNIT, Micros
from ef_engine.simulation.result import Cause, Decision, DecisionStatus, Failure, Part, Posting, Series, Simulation

START = date(2026, 1, 1)
CHECKING = Checking(name="Checking", balance=0, primary=True)
SAVINGS = Savings(
    name="Savings",
    balance=0,
    apr=Decimal("0.05"),
    interest_type=InterestType.COMPOUND,
    interest_cadence=InterestCadence.MONTHLY,
)
CARD = Credit(
    name="Card",
    current_statement_balance=0,
    previous_statement_balance=0,
    apr=Decimal("0.2"),
    minimum_payment=40 * UNIT,
    billing_start_date=START,
    billing_cycle_payment_balance=0,
    end_of_previous_cycle_balance=0,
)
LOAN = Loan(
    name="Loan",
    principal_balance=0,
    interest_balance=0,
    apr=Decimal("0.1"),
    minimum_payment=50 * UNIT,
    billing_start_date=START,
    billing_cycle_payment_balance=0,
    end_of_previous_cycle_balance=0,
)


def day(number: int) -> date:
    """The start date is day 0."""
    return START + timedelta(days=number)


def forecast(
    accounts: Sequence[Account] = (CHECKING,), milestones: Milestones | None = None, approximate: bool = False
) -> Forecast:
    return Forecast(
        start_date=START,
        end_date=day(365),
        accounts=tuple(accounts),
        milestones=milestones or Milestones(),
        options=Options(approximate=approximate),
        label="by hand",
    )


def units(*amounts: float) -> list[Micros]:
    return [round(amount * UNIT) for amount in amounts]


def simulation(
    balances: Sequence[Series],
    postings: Sequence[Posting] = (),
    decisions: Sequence[Decision] = (),
    interest: list[Micros] | None = None,
    gains: list[Micros] | None = None,
    losses: list[Micros] | None = None,
    failure: Failure | None = None,
) -> Simulation:
    """A simulation with one row a value of the balances, all sums zero unless given."""
    rows = len(balances[0].values)
    return Simulation(
        dates=[day(number) for number in range(rows)],
        balances=list(balances),
        interest=interest or [0] * rows,
        gains=gains or [0] * rows,
        losses=losses or [0] * rows,
        postings=list(postings),
        decisions=list(decisions),
        failure=failure,
    )


def checking(*amounts: float) -> Series:
    return Series("Checking", Part.BALANCE, units(*amounts))


def posting(
    account: str, amount: float, cause: Cause, part: Part = Part.BALANCE, memo: str = "", on: int = 1
) -> Posting:
    return Posting(day(on), account, part, round(amount * UNIT), cause, memo, None)


def decision(
    memo: str = "shoes",
    status: DecisionStatus = DecisionStatus.CONFIRMED,
    original: int = 1,
    executed_on: int | None = 1,
    requested: float = 100,
    executed: float = 100,
    priority: int = 2,
) -> Decision:
    """An occurrence; anything but a confirmed one has a reason."""
    confirmed = status is DecisionStatus.CONFIRMED
    return Decision(
        original_date=day(original),
        executed_date=None if executed_on is None else day(executed_on),
        priority=priority,
        memo=memo,
        requested=round(requested * UNIT),
        executed=round(executed * UNIT),
        status=status,
        reason="" if confirmed else f"Checking would be 12.40 below its minimum on {day(9)}",
        binding_date=None if confirmed else day(9),
        binding_account=None if confirmed else "Checking",
        shortfall=None if confirmed else 12_400_000,
    )


def skipped(memo: str = "shoes", original: int = 1) -> Decision:
    return decision(memo, DecisionStatus.SKIPPED, original, executed_on=None, executed=0)

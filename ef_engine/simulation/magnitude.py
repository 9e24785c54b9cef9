"""Whether the amounts of a forecast can be summed in 64 bits.

Headroom is kept in arrays of 64-bit integers, which wrap silently; where a generous estimate comes near their end,
unbounded integers are used instead, at a tenth of the speed.
"""

from __future__ import annotations

from math import exp

from ef_engine.model.accounts import Checking, Credit, Loan, opening_debt
from ef_engine.simulation.plan import Plan

_LIMIT = 2.0**60


def needs_unbounded_integers(plan: Plan) -> bool:
    """True unless all that could move, grown at the highest rate throughout, sums to less than 2^60 micro-units."""
    accounts = plan.forecast.accounts
    years = (plan.grid.days[-1] - plan.grid.days[0]) / 365.0 + 1
    rate = max((float(account.apr) for account in accounts if not isinstance(account, Checking)), default=0.0)
    total = float(sum(amount * (len(dated) + 1) for amount, dated in zip(plan.amounts, plan.occurrences, strict=True)))
    for account in accounts:
        owed = opening_debt(account) if isinstance(account, Credit | Loan) else account.balance
        total += abs(owed) + abs(account.min_balance)
    return rate * years > 40 or total * exp(rate * years) > _LIMIT

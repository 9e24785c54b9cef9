"""How a balance is called in the daily table and in its directives: `Card: Prev Stmt Bal`."""

from __future__ import annotations

from ef_engine.model.accounts import Account, Credit
from ef_engine.simulation.result import Part, Posting, Series

_PARTS: dict[str, str] = {
    Part.CURRENT: "Curr Stmt Bal",
    Part.PREVIOUS: "Prev Stmt Bal",
    Part.PRINCIPAL: "Principal Balance",
    Part.INTEREST: "Interest",
}
_HELPERS = {"payments": "Billing Cycle Payment Bal", "previous cycle": "End of Prev Cycle Bal"}


def place_name(posting: Posting) -> str:
    """The balance a posting changes: the account itself for money you own, else `<account>: <part>`."""
    return posting.account if posting.part is Part.BALANCE else f"{posting.account}: {_PARTS[posting.part]}"


def column_name(series: Series, account: Account) -> str:
    """The column of a series of the account (domain.md 4)."""
    if series.part == Part.BALANCE:
        return account.name
    if series.part in _PARTS:
        return f"{account.name}: {_PARTS[series.part]}"
    kind = "Credit" if isinstance(account, Credit) else "Loan"
    return f"{account.name}: {kind} {_HELPERS[series.part]}"

"""What must hold among accounts and dates: unique names, one primary account, bounds, spans (domain.md 1.1, 1.2, 1.5).

Every check skips what could not be read, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Iterator

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.findings import Finding
from ef_engine.model.milestones import FIXED_COLUMNS
from ef_engine.model.money import to_cents
from ef_engine.model.reading import Row
from ef_engine.model.wording import quoted
from ef_engine.model.writing import amount_as_decimal

LONGEST_YEARS = 200
_RESERVED = (*FIXED_COLUMNS, ALL_LOANS)
_OPENING = {
    "checking": ("balance",),
    "savings": ("balance",),
    "investment": ("balance",),
    "credit": ("current_statement_balance", "previous_statement_balance"),
    "loan": ("principal_balance", "interest_balance"),
}


def check_accounts(forecast: Row) -> Iterator[Finding]:
    """Problems of a forecast's accounts."""
    if not forecast.has("accounts"):
        return
    accounts = forecast.rows("accounts")
    yield from repeated(accounts, "name", "an account")
    for account in accounts:
        if account.get("name") in _RESERVED:
            problem = f"{quoted(account['name'])} is a reserved name"
            yield account.finding("name", problem, "choose another name")
        yield from check_bounds(account)
        yield from _check_opening(account)
    yield from _check_primary(forecast, accounts)


def repeated(rows: tuple[Row, ...], key: str, title: str) -> Iterator[Finding]:
    """Rows whose value of `key` an earlier row has already."""
    seen = set()
    for row in rows:
        if not row.has(key):
            continue
        if row[key] in seen:
            yield row.finding(key, f"{quoted(row[key])} is already the name of {title}", "choose another name")
        seen.add(row[key])


def check_bounds(row: Row) -> Iterator[Finding]:
    """A lower bound above the upper one."""
    low, high = row.get("min_balance"), row.get("max_balance")
    if low is not None and high is not None and low > high:
        problem = f"is {amount_as_decimal(low)}, more than max_balance {amount_as_decimal(high)}"
        yield row.finding("min_balance", problem, "lower it or raise max_balance")


def _check_opening(account: Row) -> Iterator[Finding]:
    """An opening balance (of a debt: the whole debt) outside its bounds, both inclusive."""
    parts = _OPENING.get(account.type or "", ())
    if not parts or not account.has(*parts):
        return
    opening = sum(account[part] for part in parts)
    what = "the opening balance" if len(parts) == 1 else "the opening debt"
    place = parts[0] if len(parts) == 1 else None
    for key, beyond, word in (("min_balance", -1, "below"), ("max_balance", 1, "above")):
        bound = account.get(key)
        if bound is not None and (opening - bound) * beyond > 0:
            problem = f"{what} {amount_as_decimal(opening)} is {word} {key} {amount_as_decimal(bound)}"
            yield account.finding(place, problem, f"correct it or {key}")


def _check_primary(forecast: Row, accounts: tuple[Row, ...]) -> Iterator[Finding]:
    """Exactly one primary checking account; a lone one is primary by itself."""
    if any(account.type is None for account in accounts):
        return
    checking = [account for account in accounts if account.type == "checking"]
    if not checking:
        yield forecast.finding(
            "accounts", "must hold a checking account", "add one, from which minimum payments are drawn"
        )
    if len(checking) < 2 or not all(account.has("primary") for account in checking):
        return
    primary = [account for account in checking if account["primary"]]
    if not primary:
        problem = f"hold {len(checking)} checking accounts and none is primary"
        yield forecast.finding("accounts", problem, 'write "primary": true in one of them')
    for account in primary[1:]:
        yield account.finding("primary", "is true in more than one account", "leave it in one of them")


def check_dates(forecast: Row) -> Iterator[Finding]:
    """The first and the last day of a forecast."""
    if not forecast.has("start_date", "end_date"):
        return
    start, end = forecast["start_date"], forecast["end_date"]
    if start >= end:
        problem = f"{end} is not after start_date {start}"
        yield forecast.finding("end_date", problem, "write a later one")
    if (end.year - LONGEST_YEARS, end.month, end.day) > (start.year, start.month, start.day):
        problem = f"{end} is more than {LONGEST_YEARS} years after start_date"
        yield forecast.finding("end_date", problem, "write an earlier one")


def check_items(items: tuple[Row, ...]) -> Iterator[Finding]:
    """Problems of budget items by themselves, and items that share priority and memo."""
    seen = set()
    for item in items:
        yield from _check_item_dates(item)
        yield from _check_first_priority(item)
        if item.has("amount") and to_cents(item["amount"]) <= 0:
            yield item.finding("amount", "must be at least one cent once rounded to cents", "write 0.01 or more")
        if item.has("priority", "memo"):
            key = item["priority"], item["memo"]
            if key in seen:
                problem = f"another budget item of priority {key[0]} has the memo {quoted(key[1])}"
                yield item.finding("memo", problem, "tell them apart")
            seen.add(key)


def _check_item_dates(item: Row) -> Iterator[Finding]:
    if not item.has("start_date", "end_date"):
        return
    start, end = item["start_date"], item["end_date"]
    if end < start:
        yield item.finding("end_date", f"{end} is before start_date {start}", "write a later one")
    elif item.get("cadence") == "once" and start != end:
        problem = f"{end} is not start_date {start}, but the cadence is once"
        yield item.finding("end_date", problem, "make both dates equal or change the cadence")


def _check_first_priority(item: Row) -> Iterator[Finding]:
    if item.get("priority") != 1:
        return
    for key in ("deferrable", "partial_payment_allowed"):
        if item.get(key):
            problem = "must be false at priority 1, which is what must happen in full and on time"
            yield item.finding(key, problem, "write false or a larger priority")

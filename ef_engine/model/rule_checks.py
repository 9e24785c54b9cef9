"""What must hold of memo rules: possible routes, and exactly one rule for each budget item (domain.md 1.3).

A rule with a bad route still counts when items look for their rule; a rule without a readable pattern or priority
might have been any item's, so while there is one, no item is reported as unmatched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.findings import Finding
from ef_engine.model.reading import Row
from ef_engine.model.wording import did_you_mean, quoted

_DEBTS = ("credit", "loan")
_LISTED = 5


def check_rules(forecast: Row) -> Iterator[Finding]:
    """Problems of the routes that memo rules name."""
    accounts = forecast.rows("accounts")
    types = {account["name"]: account.type for account in accounts if account.has("name")}
    is_complete = forecast.has("accounts") and all(account.has("name") and account.type for account in accounts)
    for rule in forecast.rows("memo_rules"):
        if rule.has("account_from", "account_to"):
            yield from _check_names(rule, types, is_complete) or _check_route(rule, types)


def _check_names(rule: Row, types: dict[str, str | None], is_complete: bool) -> list[Finding]:
    source, target = rule["account_from"], rule["account_to"]
    if source is None and target is None:
        remedy = "name the account the money leaves or enters"
        return [rule.finding(None, "has neither account_from nor account_to", remedy)]
    if source == target:
        return [rule.finding(None, f"account_from and account_to are both {quoted(source)}", "name two accounts")]
    findings = []
    if source == ALL_LOANS:
        findings.append(rule.finding("account_from", "cannot be ALL_LOANS, no money comes from a loan", "name another"))
    elif is_complete and source is not None and source not in types:
        findings.append(_unknown(rule, "account_from", types))
    if is_complete and target not in (None, ALL_LOANS) and target not in types:
        findings.append(_unknown(rule, "account_to", types))
    return findings


def _unknown(rule: Row, key: str, types: dict[str, str | None]) -> Finding:
    hint = did_you_mean(rule[key], [*types, ALL_LOANS])
    return rule.finding(
        key, f"{quoted(rule[key])} is no account{hint}", "name an account, or null for the outside world"
    )


def _check_route(rule: Row, types: dict[str, str | None]) -> Iterator[Finding]:
    """A route between known accounts (or the outside world, whose type is None) that no money can take."""
    source, target = rule["account_from"], rule["account_to"]
    target_type = "loan" if target == ALL_LOANS else types.get(target)
    if types.get(source) == "loan":
        yield rule.finding(
            "account_from", f"{quoted(source)} is a loan, no money comes from it", "name another account"
        )
    elif types.get(source) == "credit" and target is not None:
        problem = f"{quoted(source)} is a card, which can only pay the outside world"
        yield rule.finding("account_from", problem, "write null as account_to or name another account")
    elif source is None and target_type in _DEBTS:
        problem = f"{quoted(target)} is a debt, which the outside world does not pay"
        yield rule.finding("account_to", problem, "name the account that pays as account_from")
    elif source is None and rule.has("priority") and rule["priority"] != 1:
        yield rule.finding("priority", f"is {rule['priority']}, but a deposit always has priority 1", "write 1")


class _Patterns:
    """The readable rules of each priority, compiled once."""

    def __init__(self, rules: tuple[Row, ...]) -> None:
        usable = [rule for rule in rules if rule.has("memo_regex", "priority")]
        self.is_complete = len(usable) == len(rules)
        self._by_priority: dict[int, list[re.Pattern[str]]] = {}
        for rule in usable:
            self._by_priority.setdefault(rule["priority"], []).append(re.compile(rule["memo_regex"]))

    def matching(self, priority: int, memo: str) -> list[str]:
        """The patterns of that priority that match the memo."""
        return [each.pattern for each in self._by_priority.get(priority, ()) if each.search(memo)]

    def elsewhere(self, memo: str) -> int | None:
        """The lowest priority at which some rule matches the memo."""
        return next((each for each in sorted(self._by_priority) if self.matching(each, memo)), None)


def check_matches(forecast: Row, items: tuple[Row, ...]) -> Iterator[Finding]:
    """Items that no rule of their priority matches, or several do."""
    patterns = _Patterns(forecast.rows("memo_rules"))
    is_complete = patterns.is_complete and forecast.has("memo_rules")
    for item in items:
        if not item.has("priority", "memo"):
            continue
        matching = patterns.matching(item["priority"], item["memo"])
        if len(matching) > 1:
            yield _several(item, matching)
        elif not matching and is_complete:
            yield _none(item, patterns.elsewhere(item["memo"]))


def _several(item: Row, matching: list[str]) -> Finding:
    listed = ", ".join(quoted(pattern) for pattern in matching[:_LISTED])
    problem = f"{len(matching)} memo rules of priority {item['priority']} match {quoted(item['memo'])}: {listed}"
    return item.finding("memo", problem, "make their patterns exclude one another, with ^ and $ for instance")


def _none(item: Row, elsewhere: int | None) -> Finding:
    problem = f"no memo rule of priority {item['priority']} matches {quoted(item['memo'])}"
    if elsewhere is None:
        return item.finding("memo", problem, "add one")
    return item.finding(
        "memo", f"{problem}, but one of priority {elsewhere} does", "make the priorities equal or add a rule"
    )

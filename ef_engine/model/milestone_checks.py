"""What must hold of milestones: unique names, accounts and parts that exist (domain.md 1.4).

Names are unique within a kind only: an account and a memo milestone may share one, since composites tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from ef_engine.model.account_checks import check_bounds, repeated
from ef_engine.model.findings import Finding
from ef_engine.model.milestones import SUMMARY_COLUMNS
from ef_engine.model.reading import Row
from ef_engine.model.wording import did_you_mean, quoted

_KINDS = {
    "account": "an account milestone",
    "memo": "a memo milestone",
    "composite": "a composite milestone",
}


def check_milestones(forecast: Row) -> Iterator[Finding]:
    """Problems of a forecast's milestones."""
    if not forecast.has("milestones"):
        return
    milestones: Row = forecast["milestones"]
    for kind, title in _KINDS.items():
        yield from repeated(milestones.rows(kind), "name", title)
    yield from _check_accounts(forecast, milestones.rows("account"))
    for composite in milestones.rows("composite"):
        yield from _check_parts(composite, milestones)


def _check_accounts(forecast: Row, milestones: tuple[Row, ...]) -> Iterator[Finding]:
    accounts = forecast.rows("accounts")
    is_complete = forecast.has("accounts") and all(account.has("name") for account in accounts)
    known = [*(account["name"] for account in accounts if account.has("name")), *SUMMARY_COLUMNS]
    for milestone in milestones:
        yield from check_bounds(milestone)
        if is_complete and milestone.has("account_name") and (name := milestone["account_name"]) not in known:
            problem = f"{quoted(name)} is neither an account nor a summary column{did_you_mean(name, known)}"
            yield milestone.finding("account_name", problem, "name one of those")


def _check_parts(composite: Row, milestones: Row) -> Iterator[Finding]:
    """Parts that do not exist, or no part at all."""
    keys = ("account_milestones", "memo_milestones")
    if composite.has(*keys) and not any(composite[key] for key in keys):
        yield composite.finding(None, "has no parts", "name at least one account or memo milestone")
    for kind in ("account", "memo"):
        rows, key = milestones.rows(kind), f"{kind}_milestones"
        if not milestones.has(kind) or not all(row.has("name") for row in rows):
            continue
        known = [row["name"] for row in rows]
        for name in composite.get(key) or ():
            if name not in known:
                problem = f"{quoted(name)} is not {_KINDS[kind]}{did_you_mean(name, known)}"
                yield composite.finding(key, problem, "name one that exists")

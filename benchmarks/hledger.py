"""The same recurring rules as an hledger journal, and how long hledger takes to forecast their daily balances.

hledger's periodic transactions have no dates beyond the 28th here, so its calendar and ours name the same days.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from ef_engine.model.cadence import Cadence
from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem
from ef_engine.model.money import format_cents


def is_installed() -> bool:
    """Whether an `hledger` is on the PATH."""
    return shutil.which("hledger") is not None


def write_journal(forecast: Forecast, path: Path) -> Path:
    """Write opening balances and a periodic transaction an item; every item moves between one account and outside."""
    accounts = {rule.memo_regex: rule.account_to or rule.account_from for rule in forecast.memo_rules}
    opening = [f"    Assets:{a.name}  ${format_cents(a.balance)}" for a in forecast.accounts if hasattr(a, "balance")]
    blocks = ["\n".join([f"{forecast.start_date} opening", *opening, "    Equity:Opening"])]
    blocks += [_periodic(item, f"Assets:{accounts[f'^{item.memo}$']}", forecast) for item in forecast.budget_items]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def _periodic(item: BudgetItem, account: str, forecast: Forecast) -> str:
    sign, other = ("", "Income") if item.memo.startswith("income") else ("-", "Expenses")
    lines = [
        f"~ {_period(item)} from {item.start_date} to {_end(forecast)}  {item.memo}",
        f"    {account}  ${sign}{format_cents(item.amount)}",
        f"    {other}",
    ]
    return "\n".join(lines)


def _period(item: BudgetItem) -> str:
    start = item.start_date
    match item.cadence:
        case Cadence.WEEKLY:
            return "every 7 days"
        case Cadence.BIWEEKLY:
            return "every 14 days"
        case Cadence.YEARLY:
            return f"every {start:%m/%d}"
        case _:
            return f"every {start.day}th day of month"


def balance_command(journal: Path, forecast: Forecast, output: Path) -> list[str]:
    """The command that writes the balance of every account at the end of every day as CSV."""
    end = _end(forecast)
    period = f"{forecast.start_date}..{end}"
    return [
        *("hledger", "-f", str(journal), "balance", f"--forecast={period}", "-p", f"daily from {forecast.start_date}"),
        *("-e", str(end), "--historical", "Assets", "-O", "csv", "-o", str(output)),
    ]


def _end(forecast: Forecast) -> date:
    """The first day that is no longer simulated: hledger's ends are exclusive."""
    return forecast.end_date + timedelta(days=1)


def differing_balances(theirs: Path, ours: Path) -> tuple[int, int]:
    """How many daily balances differ between hledger's CSV (accounts by days) and our daily table, and of how many."""
    with theirs.open(encoding="utf-8", newline="") as file:
        days, *accounts = csv.reader(file)
    with ours.open(encoding="utf-8", newline="") as file:
        table = {row["Date"]: row for row in csv.DictReader(file)}
    pairs = [
        (Decimal(balance.lstrip("$")), Decimal(table[day][name.removeprefix("Assets:")]))
        for name, *balances in accounts
        if name != "total"
        for day, balance in zip(days[1:], balances, strict=True)
    ]
    return sum(one != other for one, other in pairs), len(pairs)


def version() -> str:
    """What the installed hledger calls itself."""
    return subprocess.run(["hledger", "--version"], capture_output=True, text=True, check=True).stdout.strip()

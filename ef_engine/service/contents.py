"""What an input holds, for people to look through: its accounts, items, rules, milestones and choices, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.service.inputs import read_input, read_stored
from ef_engine.store.places import Places

if TYPE_CHECKING:
    from ef_engine.model.accounts import Account
    from ef_engine.model.forecast import Forecast
    from ef_engine.model.items import BudgetItem, MemoRule
    from ef_engine.model.milestones import AccountMilestone, Milestones
    from ef_engine.sources.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: its name, what there is to know about it, and an amount, None for what has none."""

    name: str
    about: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one kind, in the order of the document."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """An input as its sections; `kind` is `forecast` or `forecastset`, dates are ISO text."""

    kind: str
    label: str
    start: str
    end: str
    sections: tuple[Section, ...]


def contents_of(places: Places, record_id: str) -> Contents:
    """What is stored under a full id; raises NotFoundError or InputError."""
    return _contents(read_stored(places, record_id))


def contents_of_file(path: Path) -> Contents:
    """What a file holds; raises InputError with every problem, NotFoundError or CommandError."""
    return _contents(read_input(path))


def _contents(read: Loaded) -> Contents:
    from ef_engine.model.forecast import Forecast

    if isinstance(read.value, Forecast):
        forecast, sections = read.value, tuple(_sections(read.value))
    else:
        forecast = read.value.base
        choices = tuple(
            Line(each.name, ", ".join(option.name for option in each.options)) for each in read.value.choices
        )
        optional = tuple(map(_item, read.value.optional_budget_items))
        added = (Section("Choices", choices), Section("Optional items", optional))
        sections = (*added, *_sections(forecast))
    dates = forecast.start_date.isoformat(), forecast.end_date.isoformat()
    return Contents(
        read.kind, read.value.label or forecast.label, *dates, tuple(each for each in sections if each.lines)
    )


def _sections(forecast: Forecast) -> Iterator[Section]:
    yield Section("Accounts", tuple(map(_account, forecast.accounts)))
    yield Section("Items", tuple(map(_item, forecast.budget_items)))
    yield Section("Rules", tuple(map(_rule, forecast.memo_rules)))
    yield Section("Milestones", tuple(_milestones(forecast.milestones)))


def _account(account: Account) -> Line:
    from ef_engine.model.accounts import Credit, Loan, opening_debt
    from ef_engine.model.money import to_cents_decimal

    kind = type(account).__name__.lower()
    if isinstance(account, Credit | Loan):
        return Line(account.name, f"{kind}, {_percent(account.apr)}", -to_cents_decimal(opening_debt(account)))
    about = kind if not hasattr(account, "apr") else f"{kind}, {_percent(account.apr)}"
    return Line(account.name, about, to_cents_decimal(account.balance))


def _item(item: BudgetItem) -> Line:
    from ef_engine.model.money import to_cents_decimal

    until = "" if item.start_date == item.end_date else f" to {item.end_date}"
    more = [
        word for word, is_so in (("deferrable", item.deferrable), ("partial", item.partial_payment_allowed)) if is_so
    ]
    about = ", ".join((f"priority {item.priority}", f"{item.cadence.value} from {item.start_date}{until}", *more))
    return Line(item.memo, about, to_cents_decimal(item.amount))


def _rule(rule: MemoRule) -> Line:
    way = f"{rule.account_from or 'outside'} to {rule.account_to or 'outside'}"
    return Line(rule.memo_regex, f"priority {rule.priority}, {way}")


def _milestones(milestones: Milestones) -> Iterator[Line]:
    for account in milestones.account:
        yield Line(account.name, f"{account.account_name} {_bounds(account)}")
    for memo in milestones.memo:
        yield Line(memo.name, f"when {memo.memo_regex} happens")
    for both in milestones.composite:
        yield Line(both.name, " and ".join((*both.account_milestones, *both.memo_milestones)))


def _bounds(milestone: AccountMilestone) -> str:
    from ef_engine.model.money import to_cents_decimal
    from ef_engine.report.cells import money

    least, most = milestone.min_balance, milestone.max_balance
    words = [] if least is None else [f"at least {money(to_cents_decimal(least))}"]
    words += [] if most is None else [f"at most {money(to_cents_decimal(most))}"]
    return " and ".join(words)


def _percent(rate: Decimal) -> str:
    return f"{(100 * rate).normalize():f} %"

"""Milestones are reached when domain.md 4 says so."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.evaluation.milestones import MilestoneResults, Reached, milestone_results
from ef_engine.evaluation.table import daily_table
from ef_engine.model.accounts import Account
from ef_engine.model.milestones import AccountMilestone, CompositeMilestone, MemoMilestone, Milestones
from ef_engine.model.money import UNIT
from ef_engine.simulation.result import DecisionStatus, Part, Series, Simulation
from tests.evaluation.builders import CARD, CHECKING, checking, day, decision, forecast, simulation, skipped, units


def results(made: Simulation, milestones: Milestones, *accounts: Account) -> MilestoneResults:
    case = forecast(accounts or (CHECKING,), milestones)
    return milestone_results(case, made, daily_table(case, made))


def of_account(name: str = "Checking", low: int | None = None, high: int | None = None) -> Milestones:
    goal = AccountMilestone(name="goal", account_name=name, min_balance=low, max_balance=high)
    return Milestones(account=(goal,))


@pytest.mark.parametrize(
    ("values", "held", "first"),
    [
        ((0, 10, 0, 10, 10), 3, 1),
        ((10, 10), 0, 0),
        ((10, 0), None, 0),
        ((0, 21), None, None),
        ((0, 20), 1, 1),
    ],
)
def test_an_account_milestone_is_held_since_its_final_stretch(
    values: tuple[int, ...], held: int | None, first: int | None
) -> None:
    reached = results(simulation([checking(*values)]), of_account(low=10 * UNIT, high=20 * UNIT)).account["goal"]
    assert reached == Reached(*(None if number is None else day(number) for number in (held, first)))


@given(st.lists(st.integers(-3, 3), min_size=1), st.none() | st.integers(-2, 2), st.none() | st.integers(-2, 2))
def test_held_since_is_the_definition_word_by_word(values: list[int], low: int | None, high: int | None) -> None:
    reached = results(simulation([Series("Checking", Part.BALANCE, values)]), of_account(low=low, high=high))
    inside = [(low is None or low <= value) and (high is None or value <= high) for value in values]
    held = [row for row in range(len(values)) if all(inside[row:])]
    assert reached.account["goal"].held_since == (day(held[0]) if held else None)
    assert reached.account["goal"].first_reached == (day(inside.index(True)) if any(inside) else None)


def test_the_value_of_a_debt_is_all_of_it() -> None:
    card = [Series("Card", part, units(5, 0, 0)) for part in (Part.CURRENT, Part.PREVIOUS)]
    helpers = [Series("Card", part, units(9, 9, 9)) for part in ("payments", "previous cycle")]
    made = simulation([checking(0, 0, 0), *card, *helpers])
    assert results(made, of_account("Card", high=0), CHECKING, CARD).account["goal"] == Reached(day(1), day(1))


def test_a_summary_column_counts_as_shown() -> None:
    made = simulation([checking(0, 0)], gains=units(0, 50), losses=units(0, 20))
    assert results(made, of_account("Net Gain", low=30 * UNIT, high=30 * UNIT)).account["goal"].held_since == day(1)


def test_a_memo_milestone_is_the_first_executed_match() -> None:
    deferred = decision("trip", DecisionStatus.DEFERRED, original=1, executed_on=3)
    confirmed = decision("a trip", original=2, executed_on=2)
    made = simulation([checking(0, 0, 0, 0)], decisions=[skipped("trip", 1), deferred, confirmed])
    milestones = Milestones(
        memo=(MemoMilestone(name="first", memo_regex="trip$"), MemoMilestone(name="never", memo_regex="^rip"))
    )
    assert results(made, milestones).memo == {"first": day(2), "never": None}


def test_what_happens_after_the_last_row_reaches_no_milestone() -> None:
    made = simulation([checking(0, 0)], decisions=[decision("trip", original=2, executed_on=2)])
    milestones = Milestones(memo=(MemoMilestone(name="trip", memo_regex="trip"),))
    assert results(made, milestones).memo == {"trip": None}


@pytest.mark.parametrize(
    ("accounts", "memos", "reached"),
    [
        (("rich",), (), day(1)),
        (("rich",), ("trip",), day(2)),
        (("rich", "poor"), ("trip",), None),
        (("rich",), ("never",), None),
    ],
)
def test_a_composite_milestone_is_the_latest_of_its_parts(
    accounts: tuple[str, ...], memos: tuple[str, ...], reached: date | None
) -> None:
    milestones = Milestones(
        account=(
            AccountMilestone(name="rich", account_name="Checking", min_balance=UNIT),
            AccountMilestone(name="poor", account_name="Checking", max_balance=0),
        ),
        memo=(MemoMilestone(name="trip", memo_regex="trip"), MemoMilestone(name="never", memo_regex="never")),
        composite=(CompositeMilestone(name="all", account_milestones=accounts, memo_milestones=memos),),
    )
    made = simulation([checking(0, 1, 1)], decisions=[decision("trip", original=2, executed_on=2)])
    assert results(made, milestones).composite == {"all": reached}

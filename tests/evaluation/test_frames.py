"""Data frames in and out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.errors import InputError
from ef_engine.evaluation.milestones import MilestoneResults, Reached
from ef_engine.evaluation.table import daily_table
from ef_engine.frames import (
    decisions_to_dataframe,
    forecast_to_dataframes,
    from_dataframes,
    milestones_to_dataframe,
    postings_to_dataframe,
    to_dataframe,
)
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.simulation.result import Cause
from tests.case_files import CASES, read_case
from tests.evaluation.builders import checking, decision, forecast, posting, simulation, skipped
from tests.strategies import forecasts as random_forecasts

PAY = posting("Checking", 0.1, Cause.DEPOSIT, memo="pay")


def test_the_daily_table_becomes_dates_floats_and_texts() -> None:
    frame = to_dataframe(daily_table(forecast(), simulation([checking(0, 0.1)], [PAY])))
    assert frame["Date"].tolist() == [pd.Timestamp(2026, 1, 1), pd.Timestamp(2026, 1, 2)]
    assert frame["Checking"].dtype == np.float64
    assert frame["Checking"].tolist() == [0.0, 0.1]
    assert frame["Next Income Date"].isna().tolist() == [False, True]
    assert frame["Memo"].tolist() == ["", "pay (Checking +$0.10)"]


def test_exact_amounts_are_decimals() -> None:
    made = simulation([checking(0, 0.1)], [PAY])
    assert to_dataframe(daily_table(forecast(), made), exact=True)["Checking"].tolist() == [0, Decimal("0.1")]
    assert postings_to_dataframe(made, exact=True)["amount"].tolist() == [Decimal("0.1")]
    assert decisions_to_dataframe([decision()], exact=True)["shortfall"].tolist() == [None]


def test_postings_and_decisions_have_the_columns_of_their_files() -> None:
    postings = postings_to_dataframe(simulation([checking(0, 0)], [PAY]))
    assert postings.to_dict("records") == [
        {
            "date": pd.Timestamp(2026, 1, 2),
            "account": "Checking",
            "part": "balance",
            "amount": 0.1,
            "cause": "deposit",
            "memo": "pay",
        }
    ]
    decisions = decisions_to_dataframe([decision(), skipped()])
    assert decisions["status"].tolist() == ["confirmed", "skipped"]
    assert decisions["executed_date"].isna().tolist() == [False, True]
    assert decisions["shortfall"].tolist() == [pytest.approx(np.nan, nan_ok=True), 12.4]


def test_nothing_happened_is_an_empty_frame_with_columns() -> None:
    assert list(postings_to_dataframe(simulation([checking(0)])).columns)[:2] == ["date", "account"]
    assert decisions_to_dataframe([]).empty


@pytest.mark.parametrize(
    "name", ["household_renter_with_one_card", "names_that_contain_one_another", "all_loans_avalanche"]
)
def test_a_forecast_made_of_frames_is_the_one_of_its_document(name: str) -> None:
    document = read_case(CASES / f"{name}.json")["forecast"]
    wanted = read_forecast(document)
    assert isinstance(wanted, Forecast)
    plain = to_document(wanted)
    milestones = {f"{kind}_milestones": pd.DataFrame(rows) for kind, rows in plain["milestones"].items()}
    made = from_dataframes(
        pd.DataFrame(plain["accounts"]).astype({"apr": float}),
        pd.DataFrame(plain["budget_items"]).astype({"amount": float, "start_date": "datetime64[s]"}),
        pd.DataFrame(plain["memo_rules"]),
        **milestones,
        start_date=pd.Timestamp(wanted.start_date),
        end_date=str(wanted.end_date),
        options=plain["options"],
        label=wanted.label,
    )
    assert made == wanted


def accounts(**changes: object) -> pd.DataFrame:
    rows: list[dict[str, object]] = [
        {"type": "checking", "name": "Checking", "balance": 1.5, "primary": True},
        {"type": "savings", "name": "Savings", "balance": 2, "apr": 0.05, "interest_type": "simple",
         "interest_cadence": "daily", "billing_start_date": pd.NaT},
    ]  # fmt: skip
    return pd.DataFrame([rows[0], rows[1] | changes])


def test_missing_cells_are_left_out() -> None:
    made = from_dataframes(accounts(), start_date=date(2026, 1, 1), end_date=date(2026, 2, 1))
    assert [account.name for account in made.accounts] == ["Checking", "Savings"]


@pytest.mark.parametrize(
    ("column", "value"), [("apr", -0.05), ("billing_start_date", pd.Timestamp(2026, 1, 1, 12)), ("balance", np.inf)]
)
def test_a_problem_names_frame_row_and_column(column: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        from_dataframes(accounts(**{column: value}), start_date=date(2026, 1, 1), end_date=date(2026, 2, 1))
    assert [problem.place for problem in caught.value.problems] == [f"accounts, row 1, column {column}"]


def refusal(**changes: Any) -> list[str]:
    """What is said of the two accounts with other columns, or with other dates."""
    dates = {"start_date": date(2026, 1, 1), "end_date": date(2026, 2, 1)}
    with pytest.raises(InputError) as caught:
        from_dataframes(**({"accounts": accounts()} | dates | changes))
    return str(caught.value).splitlines()


def test_what_is_wrong_with_a_column_is_told_once() -> None:
    spends = pd.DataFrame({"memo": ["a", "b", "c"], "cadence": "daily", "priority": 1, "amount": 1, "cost": 2})
    rules = pd.DataFrame({"memo_regex": ["."], "account_from": "Checking", "account_to": None, "priority": 1})
    assert refusal(budget_items=spends.assign(start_date="2026-01-01"), memo_rules=rules) == [
        'budget_items, column cost: "cost" is no key of a budget item; rename or remove it.',
        "budget_items, column end_date: is missing; add no date after this one; 9999-12-31 for an open end.",
    ]


def test_a_column_that_comes_twice_hides_no_other() -> None:
    doubled = pd.concat([accounts(), accounts()[["balance"]]], axis=1)
    assert refusal(accounts=doubled) == ["accounts, column balance: comes more than once; keep one of them."]


def test_a_date_that_is_not_there_is_a_finding() -> None:
    assert refusal(end_date=pd.NaT) == ['end_date: must be a date, not null; write it as "2026-01-31".']


def test_problems_of_milestones_and_dates_are_placed_too() -> None:
    goals = pd.DataFrame([{"name": "both", "account_milestones": "rich; famous", "memo_milestones": None}])
    with pytest.raises(InputError) as caught:
        from_dataframes(accounts(), composite_milestones=goals, start_date=date(2026, 1, 1), end_date="soon")
    places = [problem.place for problem in caught.value.problems]
    assert places.count("composite_milestones, row 0, column account_milestones") == 2
    assert "end_date" in places


@given(forecast=random_forecasts(), exact=st.booleans())
@settings(max_examples=30, deadline=None)
def test_any_forecast_comes_back_from_its_frames(forecast: Forecast, exact: bool) -> None:
    frames: Any = forecast_to_dataframes(forecast, exact=exact)
    made = from_dataframes(
        **frames,
        start_date=forecast.start_date,
        end_date=forecast.end_date,
        options=to_document(forecast)["options"],
        label=forecast.label,
    )
    assert made == forecast


def test_frames_of_a_forecast_have_every_key_and_dates_and_numbers_of_their_type() -> None:
    document = read_case(CASES / "household_renter_with_one_card.json")["forecast"]
    wanted = read_forecast(document)
    assert isinstance(wanted, Forecast)
    frames = forecast_to_dataframes(wanted)
    assert list(frames) == [
        "accounts", "budget_items", "memo_rules", "account_milestones", "memo_milestones", "composite_milestones",
    ]  # fmt: skip
    items = frames["budget_items"]
    assert items["start_date"].dtype == np.dtype("datetime64[s]")
    assert items["amount"].dtype == np.float64
    assert items["priority"].dtype == np.int64
    assert "apr" in frames["accounts"]
    assert frames["accounts"]["apr"].isna().any()
    assert all(
        isinstance(each, Decimal) for each in forecast_to_dataframes(wanted, exact=True)["budget_items"]["amount"]
    )


def test_a_changed_cell_makes_another_forecast() -> None:
    wanted = read_forecast(read_case(CASES / "household_renter_with_one_card.json")["forecast"])
    assert isinstance(wanted, Forecast)
    frames: Any = forecast_to_dataframes(wanted)
    frames["budget_items"].loc[0, "amount"] += 1.25
    made = from_dataframes(**frames, start_date=wanted.start_date, end_date=wanted.end_date)
    assert made.budget_items[0].amount == wanted.budget_items[0].amount + 1_250_000
    assert made.budget_items[1:] == wanted.budget_items[1:]


def test_milestones_are_a_row_each_and_never_is_no_date() -> None:
    results = MilestoneResults(
        account={"rich": Reached(date(2026, 2, 1), date(2026, 1, 5)), "richer": Reached(None, None)},
        memo={"trip": date(2026, 3, 1)},
        composite={"all": None},
    )
    frame = milestones_to_dataframe(results)
    assert frame["kind"].tolist() == ["account", "account", "memo", "composite"]
    assert frame["name"].tolist() == ["rich", "richer", "trip", "all"]
    assert frame["reached"].isna().tolist() == [False, True, False, True]
    assert frame["first_reached"][0] == pd.Timestamp(2026, 1, 5)
    assert milestones_to_dataframe(MilestoneResults({}, {}, {})).empty

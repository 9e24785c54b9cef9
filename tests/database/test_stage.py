"""Staging from input tables: the same forecast as from a file, findings at their rows, flushing."""

from __future__ import annotations

from typing import Any

import pytest

from ef_engine.errors import CommandError, InputError, NotFoundError
from ef_engine.service.inputs import Changes
from ef_engine.service.stage import stage_data
from ef_engine.service.stage_database import stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database.target import Target
from ef_engine.sources.json_text import dumps
from ef_engine.store import forecasts
from tests.database.servers import content, execute, fill, scalar
from tests.service.documents import plans, small

DATES = Changes(start_date="2026-01-01", end_date="2026-03-31", label="small")


def from_file(workspace: Workspace, document: dict[str, Any]) -> str:
    return stage_data(workspace, dumps(document).encode(), "file").id


def test_a_forecast_has_the_id_it_has_in_a_file(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    assert stage_tables(workspace, database, DATES).id == from_file(workspace, small())


def test_a_set_is_made_of_optional_items_and_choices(workspace: Workspace, database: Target) -> None:
    fill(database, plans())
    staged = stage_tables(workspace, database, DATES)
    assert staged.id == from_file(workspace, plans())
    assert staged.summary.endswith("4 scenarios.")


def test_a_forecast_may_be_staged_although_there_are_choices(workspace: Workspace, database: Target) -> None:
    fill(database, plans())
    staged = stage_tables(workspace, database, DATES, "forecast", flush=True)
    assert not staged.id.startswith("S")
    assert scalar(database, "SELECT count(*) FROM ef_choices") == 4
    assert scalar(database, "SELECT count(*) FROM ef_account_set") == 0


def test_without_dates_the_items_tell_them(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    staged = stage_tables(workspace, database, Changes())
    record = forecasts.known(workspace.places, staged.id)
    assert (record.start_date, record.end_date) == ("2026-01-02", "2026-12-31")
    assert staged.notes[:1] == (
        "From 2026-01-02, the earliest start of the items, to 2026-12-31, the latest end of the items.",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Changes(start_date="2026-01-01"), "To 2026-12-31, the latest end of the items."),
        (Changes(end_date="2026-12-31"), "From 2026-01-02, the earliest start of the items."),
    ],
)
def test_only_the_date_that_was_filled_in_is_told(
    workspace: Workspace, database: Target, given: Changes, said: str
) -> None:
    fill(database, small())
    assert stage_tables(workspace, database, given).notes[0] == said


def test_an_open_end_of_an_item_is_no_end_of_a_forecast(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    execute(database, "UPDATE ef_budget_item_set SET end_date = '9999-12-31' WHERE memo = 'salary income'")
    with pytest.raises(CommandError, match="some items have an open end; give --end_date"):
        stage_tables(workspace, database, Changes())


def test_without_items_dates_have_to_be_given(workspace: Workspace, database: Target) -> None:
    fill(database, small(budget_items=[]))
    with pytest.raises(CommandError, match="there are no items to take the dates from"):
        stage_tables(workspace, database, Changes())
    assert stage_tables(workspace, database, DATES).id == from_file(workspace, small(budget_items=[]))


def test_the_order_of_accounts_is_that_of_their_positions(workspace: Workspace, database: Target) -> None:
    accounts = [
        {"type": "checking", "name": name, "balance": 1000, "primary": name == "Checking"}
        for name in ("B", "Checking", "A")
    ]
    fill(database, small(accounts=accounts))
    execute(database, "UPDATE ef_account_set SET position = 2 - position")
    assert stage_tables(workspace, database, DATES).id == from_file(workspace, small(accounts=accounts[::-1]))


@pytest.mark.parametrize("listed", ['["a trip", "rich"]', "a trip;rich", "a trip ; rich;"])
def test_lists_are_json_or_texts_with_semicolons(workspace: Workspace, database: Target, listed: str) -> None:
    milestones = {
        "account": [{"name": name, "account_name": "Checking", "min_balance": 1} for name in ("a trip", "rich")],
        "composite": [{"name": "both", "account_milestones": ["a trip", "rich"]}],
    }
    fill(database, small(milestones=milestones))
    execute(database, "UPDATE ef_composite_milestones SET account_milestones = :listed", listed=listed)
    assert stage_tables(workspace, database, DATES).id == from_file(workspace, small(milestones=milestones))


def test_every_finding_names_its_row_and_all_come_at_once(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    execute(database, "UPDATE ef_budget_item_set SET cadence = 'fortnightly' WHERE memo = 'trip'")
    execute(database, "UPDATE ef_account_set SET balance = NULL, apr = 1")
    with pytest.raises(InputError) as caught:
        stage_tables(workspace, database, Changes(start_date="soon", end_date="2026-03-31"))
    assert {problem.place for problem in caught.value.problems} == {
        "--start_date",
        "table ef_account_set, row name='Checking', column apr",
        "table ef_account_set, row name='Checking', column balance",
        "table ef_budget_item_set, row memo='trip', column cadence",
    }


def test_rows_without_a_name_of_their_own_are_told_by_number(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    execute(database, "UPDATE ef_budget_item_set SET memo = 'it''s', priority = 0")
    first, second = (scalar(database, f"SELECT {pick}(row_id) FROM ef_budget_item_set") for pick in ("min", "max"))
    with pytest.raises(InputError) as caught:
        stage_tables(workspace, database, DATES)
    assert [problem.place for problem in caught.value.problems][:2] == [
        f"table ef_budget_item_set, row row_id={first} (memo='it''s'), column priority",
        f"table ef_budget_item_set, row row_id={second} (memo='it''s'), column priority",
    ]


def test_a_mistake_in_a_choice_names_its_row(workspace: Workspace, database: Target) -> None:
    fill(database, plans())
    execute(database, "UPDATE ef_choices SET memo_regexes = 'boat' WHERE option_name = 'buy'")
    with pytest.raises(InputError) as caught:
        stage_tables(workspace, database, DATES)
    (problem,) = caught.value.problems
    assert problem.place.startswith("table ef_choices, row choice_name='Home' option_name='buy'")


def test_a_flush_empties_what_was_staged_and_nothing_of_others(workspace: Workspace, database: Target) -> None:
    fill(database, plans())
    fill(database, small(), "bob")
    bobs = scalar(database, "SELECT count(*) FROM ef_budget_item_set WHERE username = 'bob'")
    staged = stage_tables(workspace, database, DATES, flush=True)
    assert staged.notes == ("The input tables of ann are empty now: 15 rows.",)
    assert forecasts.known(workspace.places, staged.id).id == staged.id
    left = {name for name, row in content(database).rows if "ann" in row}
    assert left == set()
    assert scalar(database, "SELECT count(*) FROM ef_budget_item_set WHERE username = 'bob'") == bobs


def test_a_flush_of_what_has_mistakes_flushes_nothing(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    execute(database, "UPDATE ef_account_set SET balance = NULL")
    before = content(database)
    with pytest.raises(InputError):
        stage_tables(workspace, database, DATES, flush=True)
    assert content(database) == before
    assert forecasts.known_ids(workspace.places) == set()


def test_empty_tables_are_told(workspace: Workspace, database: Target) -> None:
    with pytest.raises(NotFoundError, match="the input tables of ann are empty"):
        stage_tables(workspace, database, DATES, flush=True)


def test_two_users_do_not_see_each_others_rows(workspace: Workspace, database: Target) -> None:
    fill(database, small(), "ann")
    fill(database, small(accounts=[{"type": "checking", "name": "Checking", "balance": 7}]), "bob")
    bob = Workspace(workspace.places, "bob")
    ids = {stage_tables(each, database, DATES).id for each in (workspace, bob)}
    assert len(ids) == 2


def test_options_come_from_the_command_line(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    options = {"all_loans_strategy": "snowball", "currency": "EUR"}
    wanted = small(options=options | {"approximate": True})
    changes = Changes(start_date="2026-01-01", end_date="2026-03-31", approximate=True)
    assert stage_tables(workspace, database, changes, options=options).id == from_file(workspace, wanted)
    with pytest.raises(InputError, match="--all_loans_strategy: cannot be"):
        stage_tables(workspace, database, DATES, options={"all_loans_strategy": "avalance"})


COLUMN_TYPES = ("amount TYPE text", "amount TYPE double precision USING amount::float", "start_date TYPE timestamp")


def test_the_types_of_columns_do_not_matter_where_their_values_are_right(
    workspace: Workspace, server_database: Target
) -> None:
    fill(server_database, small())
    staged = stage_tables(workspace, server_database, DATES).id
    for change in COLUMN_TYPES:
        execute(server_database, f"ALTER TABLE ef_budget_item_set ALTER COLUMN {change}")
        assert stage_tables(workspace, server_database, DATES).id == staged, change


def test_dates_that_are_none_are_findings_where_the_dates_are_taken_from_them(
    workspace: Workspace, server_database: Target
) -> None:
    fill(server_database, small())
    execute(server_database, "ALTER TABLE ef_budget_item_set ALTER COLUMN start_date TYPE timestamp")
    execute(server_database, "UPDATE ef_budget_item_set SET start_date = start_date + interval '8 hours'")
    with pytest.raises(InputError) as caught:
        stage_tables(workspace, server_database, Changes())
    assert "table ef_budget_item_set, row memo='trip', column start_date: must be a date" in str(caught.value)


def test_dates_python_does_not_know_are_findings(workspace: Workspace, server_database: Target) -> None:
    fill(server_database, small())
    execute(server_database, "UPDATE ef_budget_item_set SET end_date = 'infinity', amount = 'NaN' WHERE memo = 'trip'")
    with pytest.raises(InputError) as caught:
        stage_tables(workspace, server_database, DATES)
    assert [str(problem) for problem in caught.value.problems] == [
        "table ef_budget_item_set, row memo='trip', column end_date: must be a date, not text \"infinity\"; "
        'write it as "2026-01-31".',
        "table ef_budget_item_set, row memo='trip', column amount: must be a finite number of ordinary length; "
        "write a plain number such as 1250.50.",
    ]

"""Two forecasts side by side, and the scenarios of a set by their choices."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.report.comparison import Comparison
from ef_engine.report.scenarios import Scenarios
from ef_engine.service.compare import read_comparison, read_series, report_comparison
from ef_engine.service.report import report_bytes
from ef_engine.service.run import Wishes, run
from ef_engine.service.scenarios import read_scenarios
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.store.forecasts import known
from ef_engine.store.records import Record
from tests.service.documents import plans, small, write


def evaluated(workspace: Workspace, path: Path) -> Record:
    staged = stage_file(workspace, path)
    list(run(workspace.places, staged.id, Wishes()))
    return known(workspace.places, staged.id)


@pytest.fixture
def pair(workspace: Workspace, tmp_path: Path) -> list[Record]:
    """A year, and the same with more money, another salary, a savings account and no trip."""
    first = small(label="first")
    second = small(label="second")
    second["accounts"] = [
        {"type": "checking", "name": "Checking", "balance": 1150},
        {"type": "savings", "name": "Nest", "balance": 50, "apr": "0.05", "interest_type": "simple",
         "interest_cadence": "monthly"},
    ]  # fmt: skip
    second["budget_items"] = [second["budget_items"][0] | {"amount": 120}]
    return [
        evaluated(workspace, write(tmp_path / f"{each['label']}.json", json.dumps(each))) for each in (first, second)
    ]


@pytest.fixture
def comparison(workspace: Workspace, pair: list[Record]) -> Comparison:
    return read_comparison(workspace.places, pair)


@pytest.fixture
def plan(workspace: Workspace, tmp_path: Path) -> Record:
    return evaluated(workspace, write(tmp_path / "plans.json", json.dumps(plans())))


def test_what_differs_in_the_inputs_is_told_field_by_field(comparison: Comparison) -> None:
    told = {(each.what, each.field): each.values for each in comparison.differences}
    assert told["account Checking", "balance"] == (Decimal(1000), Decimal(1150))
    assert told["item salary income (priority 1)", "amount"] == (Decimal(100), Decimal(120))
    assert told["item trip (priority 2)", "amount"] == (Decimal(2000), None)
    assert told["account Nest", "apr"] == (None, Decimal("0.05"))
    assert {each.is_there for each in comparison.differences if each.what == "account Nest"} == {(False, True)}
    assert ("account Checking", "min_balance") not in told


def test_milestones_move_by_days(comparison: Comparison) -> None:
    (rich,) = comparison.milestones
    assert rich.reached == (date(2026, 2, 2), date(2026, 1, 2))
    assert rich.days == (0, -31)


def test_sums_and_balances_stand_side_by_side_and_change_against_the_first(comparison: Comparison) -> None:
    figures = {each.name: each for each in (*comparison.totals, *comparison.final)}
    assert figures["Deposits"].amounts == (Decimal("300.00"), Decimal("360.00"))
    assert figures["Deposits"].changes == (Decimal(0), Decimal("60.00"))
    assert figures["Net Worth"].changes[1] == Decimal("260.00")
    assert figures["Nest"].amounts == (None, Decimal("50.00"))
    assert figures["Nest"].changes == (None, None)
    assert "Loan Total" not in figures


def test_equal_inputs_differ_in_nothing(workspace: Workspace, pair: list[Record]) -> None:
    series = read_series(workspace.places, pair[0])
    assert series.dates[0] == date(2026, 1, 1)
    assert series.net_worth == series.accounts["Checking"]
    assert read_comparison(workspace.places, pair).series[0] == series


def test_a_comparison_agrees_in_every_form(workspace: Workspace, pair: list[Record], comparison: Comparison) -> None:
    rows = list(csv.reader(io.StringIO(report_comparison(workspace.places, pair, "csv", 80).decode())))
    document = json.loads(report_comparison(workspace.places, pair, "json", 80), parse_float=Decimal)
    text = report_comparison(workspace.places, pair, "text", 200).decode()

    assert rows[0] == ["about", "of", "field", *(record.id for record in pair)]
    told = {(about, of, field): values for about, of, field, *values in rows[1:]}
    for figure in comparison.final:
        assert told["final", figure.name, ""] == ["" if each is None else str(each) for each in figure.amounts]
        (same,) = [each for each in document["final"] if each["name"] == figure.name]
        assert [None if each is None else Decimal(each) for each in same["amounts"]] == list(figure.amounts)
        assert figure.name in text
    assert told["milestone", "rich", "account"] == ["2026-02-02", "2026-01-02"]
    assert document["schema"] == "ef/comparison/1"
    assert "rich is reached 31 days earlier in B." in text
    assert "Only in A: item trip (priority 2), with start_date 2026-01-05" in text


def test_only_a_few_forecasts_with_results_can_be_compared(
    workspace: Workspace, pair: list[Record], plan: Record, tmp_path: Path
) -> None:
    staged = stage_file(workspace, write(tmp_path / "new.json", json.dumps(small(end_date="2026-02-01"))))
    fresh = known(workspace.places, staged.id)
    with pytest.raises(NotFoundError, match="has no result"):
        read_comparison(workspace.places, [pair[0], fresh])
    with pytest.raises(CommandError, match="is a forecast set"):
        read_comparison(workspace.places, [pair[0], plan])
    with pytest.raises(CommandError, match="with itself"):
        read_comparison(workspace.places, [pair[0], pair[0]])
    with pytest.raises(CommandError, match="1 cannot be compared"):
        read_comparison(workspace.places, pair[:1])


@pytest.fixture
def scenarios(workspace: Workspace, plan: Record) -> Scenarios:
    return read_scenarios(workspace.places, plan)[0]


def test_a_matrix_has_a_scenario_wherever_choices_meet(scenarios: Scenarios) -> None:
    matrix = scenarios.matrix()
    assert matrix is not None
    assert (matrix.rows, matrix.columns) == ((("cheap",), ("dear",)), ("rent", "buy"))
    names = [[each.name for each in row] for row in matrix.cells]
    assert names == [["Core | cheap | rent", "Core | cheap | buy"], ["Core | dear | rent", "Core | dear | buy"]]


def test_a_ranking_puts_the_best_first_and_says_how_far_the_others_are_behind(scenarios: Scenarios) -> None:
    ranking = [(each.rank, each.scenario.name, each.behind) for each in scenarios.ranking("Net Worth")]
    assert ranking[0] == (1, "Core | cheap | rent", Decimal(0))
    assert [each[0] for each in ranking] == [1, 2, 3, None]
    assert [behind is None or behind >= 0 for _, _, behind in ranking] == [True] * 4
    assert ranking[-1] == (None, "Core | dear | buy", None)


def test_an_infeasible_scenario_shows_that_in_place_of_a_value(workspace: Workspace, plan: Record) -> None:
    text = report_bytes(workspace.places, plan, "text", 80).decode()
    matrix = text[text.index("Net Worth by choices") :].splitlines()
    assert matrix[4].split()[0] == "dear"
    assert matrix[4].split()[-1] == "infeasible"


def test_another_metric_is_read_from_the_results(workspace: Workspace, plan: Record) -> None:
    found, name = read_scenarios(workspace.places, plan, "interest_paid")
    assert name == "Interest paid"
    assert [each.value for each in found.ranking(name)] == [Decimal("0.00")] * 3 + [None]
    found, name = read_scenarios(workspace.places, plan, "lowest checking")
    best = found.ranking(name)[0]
    assert (best.scenario.name, best.rank) == ("Core | cheap | rent", 1)
    with pytest.raises(CommandError, match="no scenario has 'happiness'; it is one of Net Worth, "):
        read_scenarios(workspace.places, plan, "happiness")


def test_an_earlier_day_is_better(workspace: Workspace, tmp_path: Path) -> None:
    document = plans()
    document["base"]["milestones"]["account"][0]["min_balance"] = 700
    record = evaluated(workspace, write(tmp_path / "plans.json", json.dumps(document)))
    found, name = read_scenarios(workspace.places, record, "rich")
    ranking = found.ranking(name)
    days = [each.value for each in ranking if each.value is not None]
    assert days == sorted(days)
    assert len(days) < len(ranking)
    assert ranking[-1].rank is None


def test_scenarios_without_a_result_show_where_they_stand(workspace: Workspace, tmp_path: Path) -> None:
    staged = stage_file(workspace, write(tmp_path / "plans.json", json.dumps(plans())))
    record = known(workspace.places, staged.id)
    found, _ = read_scenarios(workspace.places, record)
    assert (found.done, {each.state for each in found.scenarios}) == (0, {"staged"})
    assert b"0 of 4 scenarios have a result" in report_bytes(workspace.places, record, "text", 80)


def test_a_set_ranked_by_a_metric_is_listed_in_that_order(workspace: Workspace, plan: Record) -> None:
    rows = list(
        csv.DictReader(io.StringIO(report_bytes(workspace.places, plan, "csv", 80, "Lowest Checking").decode()))
    )
    assert list(rows[0])[:7] == ["rank", "id", "scenario", "state", "net_worth", "lowest_checking", "behind"]
    lowest = [Decimal(row["lowest_checking"]) for row in rows[:3]]
    assert lowest == sorted(lowest, reverse=True)
    assert [row["rank"] for row in rows] == ["1", "2", "3", ""]


def test_the_report_of_a_set_shows_the_final_balance_of_every_account(workspace: Workspace, plan: Record) -> None:
    text = report_bytes(workspace.places, plan, "text", 80).decode()
    found, _ = read_scenarios(workspace.places, plan)
    lines = text[text.index("Balances on the last day") :].splitlines()
    assert lines[2].split() == ["Scenario", "Checking", "Net", "Worth"]
    assert lines[3].split()[-2] == f"{found.scenarios[0].values['Checking']:,.2f}"


def test_a_damaged_result_hides_no_other(workspace: Workspace, plan: Record) -> None:
    damaged = plan.members[0].id
    (workspace.places.run(damaged) / "result.json").write_text("{")
    found, _ = read_scenarios(workspace.places, plan)
    first, second, *_ = found.scenarios
    assert set(first.values) == {"Net Worth"}
    assert {"Checking", "rich"} <= set(second.values)


def test_decisions_are_not_read_to_rank_scenarios(workspace: Workspace, plan: Record) -> None:
    path = workspace.places.run(plan.members[0].id) / "result.json"
    text = path.read_text()
    start, end = text.index('"decisions": [') + len('"decisions": ['), text.index('\n  "milestones": {')
    path.write_text(text[:start] + " nothing that could be parsed " + text[end:])
    found, name = read_scenarios(workspace.places, plan, "interest_paid")
    assert found.scenarios[0].value(name) == Decimal("0.00")

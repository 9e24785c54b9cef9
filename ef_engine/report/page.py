"""Everything a page or workbook about one forecast shows, as one value; its renderers add nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.report.balances import balance_grid
from ef_engine.report.flows import Flow, money_flows
from ef_engine.report.forecast import not_confirmed
from ef_engine.report.headlines import headlines
from ef_engine.report.inputs import input_grids
from ef_engine.report.milestone_rows import MilestoneRow, milestone_grid, milestone_rows
from ef_engine.report.months import Periods, periods
from ef_engine.report.series import ForecastSeries, forecast_series
from ef_engine.report.values import Cell, Grid, Sentences
from ef_engine.simulation.result import Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPage:
    """What is told of a forecast. `result` is its `ef/result/1` document, `daily` its daily table to the cent."""

    id: str
    label: str
    currency: str
    is_feasible: bool
    headlines: tuple[str, ...]
    milestones: tuple[MilestoneRow, ...]
    milestone_grid: Grid | None
    balances: Grid
    not_confirmed: Sentences | None
    series: ForecastSeries
    periods: Periods
    flows: tuple[Flow, ...]
    inputs: tuple[Grid, ...]
    facts: Grid
    result: Mapping[str, Any]
    daily: Table


def forecast_page(
    result: Mapping[str, Any],
    daily: Table,
    postings: Sequence[Posting],
    document: Mapping[str, Any],
    facts: Mapping[str, Cell],
) -> ForecastPage:
    """The page of a forecast from the files of its result, its canonical input and what is known of its run."""
    series = forecast_series(result, daily)
    return ForecastPage(
        id=result["forecast_id"],
        label=result["label"],
        currency=document["options"]["currency"],
        is_feasible=result["failure"] is None,
        headlines=headlines(result, daily),
        milestones=milestone_rows(result["milestones"]),
        milestone_grid=milestone_grid(result["milestones"]),
        balances=balance_grid(daily),
        not_confirmed=not_confirmed(result["decisions"], result["failure"]),
        series=series,
        periods=periods(series),
        flows=money_flows(postings),
        inputs=input_grids(document),
        facts=Grid("Run", ("Fact", "Value"), tuple(facts.items())),
        result=result,
        daily=daily,
    )

"""The engine for programs and notebooks: from a document to what happens on every day and why.

    import ef_engine

    forecast = ef_engine.load("household.json")
    result = ef_engine.evaluate(forecast)
    print(ef_engine.milestones(result).account)

Amounts inside these values are exact integers of micro-units (a millionth of the currency unit);
`ef_engine.model.money.to_decimal` turns one into a `Decimal`, `ef_engine.frames` whole tables into data frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.evaluation.result import Result
from ef_engine.evaluation.result import evaluate as _evaluate
from ef_engine.model.forecast import Forecast
from ef_engine.simulation.engine import simulate
from ef_engine.simulation.result import Decision, Simulation

if TYPE_CHECKING:
    from ef_engine.evaluation.milestones import MilestoneResults
    from ef_engine.evaluation.table import Table
    from ef_engine.model.forecast_set import ForecastSet
    from ef_engine.sources.loaded import DocumentKind

__all__ = ["decisions", "evaluate", "load", "milestones", "scenarios", "simulate", "table"]


def load(source: str | Path | Mapping[str, object]) -> Forecast:
    """The forecast in a JSON file, or in a document that was parsed already (amounts as int, Decimal or text).

    Raises InputError with every problem at once, NotFoundError if there is no such file.
    """
    value = _value(source, "forecast")
    assert isinstance(value, Forecast)
    return value


def scenarios(source: str | Path | Mapping[str, object]) -> dict[str, Forecast]:
    """The forecasts of a forecast set, by scenario name, in order; raises as `load` does."""
    from ef_engine.model.forecast_set import ForecastSet
    from ef_engine.model.forecast_set import scenarios as members

    value = _value(source, "forecastset")
    assert isinstance(value, ForecastSet)
    return dict(members(value))


def _value(source: str | Path | Mapping[str, object], kind: DocumentKind) -> Forecast | ForecastSet:
    from ef_engine.errors import InputError
    from ef_engine.model.document import read_forecast, read_forecast_set
    from ef_engine.sources.json_file import read_file
    from ef_engine.sources.loaded import problems

    if not isinstance(source, Mapping):
        return read_file(Path(source), kind).value
    value = read_forecast(source) if kind == "forecast" else read_forecast_set(source)
    if isinstance(value, list):
        raise InputError(problems("document", value))
    return value


def evaluate(forecast: Forecast, simulation: Simulation | None = None) -> Result:
    """Table, decisions, milestones and summary of a forecast; simulates it unless `simulation` is given."""
    return _evaluate(forecast, simulation or simulate(forecast))


def table(result: Result) -> Table:
    """The daily table: one row a day, amounts by column in micro-units."""
    return result.table


def decisions(result: Result) -> list[Decision]:
    """What became of every occurrence, with the reason of everything not confirmed in full."""
    return result.decisions


def milestones(result: Result) -> MilestoneResults:
    """When each milestone is reached; None where it is not."""
    return result.milestones

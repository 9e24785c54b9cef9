"""ef: what happens to a household's money on every day, and when it reaches its goals.

The names below are the public interface for programs; each is imported when it is first used, because a command line
that only lists what runs must start without the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ef_engine.api import decisions, evaluate, load, milestones, scenarios, simulate, table
    from ef_engine.errors import EfError, InputError
    from ef_engine.flow import Flow, all_of, any_of
    from ef_engine.model.content_id import forecast_id
    from ef_engine.model.forecast import Forecast
    from ef_engine.simulation.result import Simulation

__all__ = [
    "EfError",
    "Flow",
    "Forecast",
    "InputError",
    "Simulation",
    "all_of",
    "any_of",
    "decisions",
    "evaluate",
    "forecast_id",
    "load",
    "milestones",
    "scenarios",
    "simulate",
    "table",
]

_ELSEWHERE = {
    "EfError": "ef_engine.errors",
    "InputError": "ef_engine.errors",
    "Flow": "ef_engine.flow",
    "all_of": "ef_engine.flow",
    "any_of": "ef_engine.flow",
    "Forecast": "ef_engine.model.forecast",
    "Simulation": "ef_engine.simulation.result",
    "forecast_id": "ef_engine.model.content_id",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ELSEWHERE.get(name, "ef_engine.api")), name)

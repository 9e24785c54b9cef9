"""Time passes and priorities choose: from a forecast to what happens on every day. Pure.

`simulate` is the door; `result` says what comes out of it. It is only imported when it is asked for, since many watch
simulations, as observers, that never make one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ef_engine.simulation.observer import SILENT as SILENT
from ef_engine.simulation.observer import Observer as Observer

if TYPE_CHECKING:
    from ef_engine.simulation.engine import simulate as simulate


def __getattr__(name: str) -> Any:
    if name != "simulate":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ef_engine.simulation.engine import simulate

    return simulate

"""What is handed to an engine at once: a few forecasts of one ticket, small enough to be sent anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from ef_engine.store.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Forecasts to run one after another in one worker. `timeout` is in seconds for each, None for ever."""

    places: Places
    ticket: str
    ids: tuple[str, ...]
    force: bool = False
    timeout: float | None = None
    version: str = ""

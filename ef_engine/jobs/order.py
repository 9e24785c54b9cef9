"""What is handed to an engine at once: a few forecasts of one ticket, or a step of a flow, fit to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ef_engine.store.places import Places

if TYPE_CHECKING:
    from ef_engine.flows.model import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Forecasts to run one after another in one worker. `timeout` is in seconds for each, None for ever."""

    places: Places
    ticket: str
    ids: tuple[str, ...]
    force: bool = False
    timeout: float | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOrder:
    """One time of a step. `work` has its references filled in; `values` are those of the passes around it.

    All values are plain. `directory` and `path` are where names start from; `environment` is added to that of the
    worker. With `is_list` the result has to be a list.
    """

    places: Places
    record_id: str
    owner: str
    work: Work
    values: tuple[Any, ...] = ()
    directory: str = ""
    path: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    is_list: bool = False


AnyOrder: TypeAlias = Order | StepOrder

"""What every source yields: the forecast or forecast set it holds, and the id it carried.

The carried id is what somebody once wrote there; only `forecast_id(value)` says what the content is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ef_engine.errors import Problem
from ef_engine.model.findings import Finding, Path
from ef_engine.model.forecast import Forecast
from ef_engine.model.forecast_set import ForecastSet
from ef_engine.model.wording import quoted

DocumentKind: TypeAlias = Literal["forecast", "forecastset"]

_PLAIN = re.compile(r"[A-Za-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid input as read from `name`.

    `carried_id` is the id written in it, None if there is none and perhaps stale. `data` are its original bytes, empty
    where a source has no bytes of its own. `source` is the word of the command line for where it came from.
    """

    name: str
    value: Forecast | ForecastSet
    carried_id: str | None
    data: bytes
    source: str = "json"

    @property
    def kind(self) -> DocumentKind:
        """The word of commands and schemas for what was read."""
        return "forecastset" if isinstance(self.value, ForecastSet) else "forecast"


def joined(path: Path) -> str:
    """A path as written in a program: ("accounts", 2, "apr") is `accounts[2].apr`; odd keys are quoted in brackets."""
    return "".join(map(_step, path)).removeprefix(".")


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN.fullmatch(step) else f"[{quoted(step)}]"


def problems(name: str, findings: Iterable[Finding]) -> list[Problem]:
    """Findings as problems of the named document, in its own order."""
    return [Problem(_place(name, found.path), found.problem, found.remedy) for found in findings]


def _place(name: str, path: Path) -> str:
    return f"{name}: {joined(path)}" if path else name

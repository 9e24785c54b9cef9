"""The milestones of a result document as rows: name, kind, the day it is reached, the day it first was inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ef_engine.report.values import Grid

MilestoneRow: TypeAlias = tuple[str, str, str | None, str | None]


def milestone_rows(milestones: Mapping[str, Any]) -> tuple[MilestoneRow, ...]:
    """Name, kind, the day it counts as reached, the day its account was first inside its bounds."""
    account = ((name, "account", at["held_since"], at["first_reached"]) for name, at in milestones["account"].items())
    memo = ((name, "memo", day, day) for name, day in milestones["memo"].items())
    composite = ((name, "composite", day, None) for name, day in milestones["composite"].items())
    return (*account, *memo, *composite)


def milestone_grid(milestones: Mapping[str, Any]) -> Grid | None:
    """The rows as a grid, None where there are none; a first day that is the day itself is not repeated."""
    rows = tuple(
        (name, kind, day or "not reached", first if first != day else None)
        for name, kind, day, first in milestone_rows(milestones)
    )
    return Grid("Milestones", ("Milestone", "Kind", "Reached", "First inside"), rows) if rows else None

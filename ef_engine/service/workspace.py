"""Whose files, and where: what every verb needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from ef_engine.store.places import Places


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as one user sees it; `owner` is written on what they stage."""

    places: Places
    owner: str = ""

"""What `run --all` runs: everything staged, sets first, since they bring their members along."""

from __future__ import annotations

from ef_engine.service.ids import kind_of
from ef_engine.store import forecasts, stage_index
from ef_engine.store.places import Places


def staged_ids(places: Places, kind: str | None = None) -> list[str]:
    """The ids of what is staged and was never begun; without the members of sets that are staged too."""
    staged = stage_index.read(places)
    waiting = [key for key in staged if not forecasts.has_begun(places, key)]
    sets = {key for key in waiting if kind_of(key) == "forecastset"}
    covered = {member.id for key in sets for member in staged[key].members} if kind is None else set()
    chosen = [key for key in waiting if key not in covered and kind in (None, kind_of(key))]
    return sorted(chosen, key=lambda key: key not in sets)

"""`rm`: unstages what is staged and deletes what ran, with its results. What runs is held and stays."""

from __future__ import annotations

from ef_engine.store import forecasts
from ef_engine.store.claims import claimed
from ef_engine.store.places import Places


def remove(places: Places, record_id: str) -> None:
    """Deletes everything under a full id; raises HeldError while it runs."""
    with claimed(places, record_id):
        forecasts.delete_run(places, record_id)
        forecasts.unstage(places, [record_id])

"""`run`: simulates what is staged. What was evaluated already is left alone unless forced."""

from __future__ import annotations

from collections.abc import Iterator

from ef_engine.jobs.run_one import known
from ef_engine.service.run_forecast import Ran as Ran
from ef_engine.service.run_forecast import RunWatcher as RunWatcher
from ef_engine.service.run_forecast import Wishes as Wishes
from ef_engine.service.run_forecast import note_known, ran, run_forecast
from ef_engine.service.run_set import run_set
from ef_engine.store import forecasts
from ef_engine.store.places import Places, is_set_id


def run(places: Places, record_id: str, wishes: Wishes) -> Iterator[Ran]:
    """Runs what is known under the full id; yields each forecast as it ends, and a set after its members.

    Raises HeldError for what another process runs. One that is interrupted is yielded as killed before the
    KeyboardInterrupt goes on its way.
    """
    if is_set_id(record_id):
        yield from run_set(places, record_id, wishes)
        return
    try:
        result, is_old = run_forecast(places, record_id, wishes)
    except KeyboardInterrupt:
        yield ran(known(places, record_id))
        raise
    finally:
        forecasts.unstage_begun(places, [record_id])
    if is_old:
        note_known(result, wishes)
    yield result

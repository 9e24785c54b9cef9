"""Stopping a run of a flow, or one of its steps: its owner obeys; what a dead owner left is closed from here."""

from __future__ import annotations

import signal

from ef_engine.errors import HeldError, NotFoundError
from ef_engine.jobs.flow_owner import take_over
from ef_engine.jobs.signals import signal_group
from ef_engine.service.patience import until
from ef_engine.store import flow_runs, forecasts, journal, requests
from ef_engine.store.claims import is_lost
from ef_engine.store.events import Kind
from ef_engine.store.locks import holding
from ef_engine.store.places import Places, is_flow_id
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Paused, Running

PATIENCE_SECONDS = 20.0


def kill_in_flow(places: Places, record_id: str, owner: str) -> Record:
    """Ends it and returns its record as it ended; of a whole flow, its teardowns run.

    Raises NotFoundError for what does not run, HeldError if its owner does not obey in time.
    """
    record, flow = forecasts.known(places, record_id), forecasts.known(places, record_id.partition(".")[0])
    if isinstance(record.state, Finished):
        raise NotFoundError(f"{record_id} does not run", "see `ef_cli ps`")
    if is_lost(places, flow):
        with holding(flow_runs.owner_lock(places, flow.label), 1.0):
            take_over(places, flow.label)
        return forecasts.known(places, record_id)
    requests.ask(places, record_id, "killed", owner)
    journal.note(places, Kind.KILL_REQUESTED, record_id, attempt=record.attempt, owner=owner)
    for each in (record, flow, *steps_in(places, record_id, Paused)):  # what stands still hears nothing
        if isinstance(each.state, Paused):
            signal_group(each.state.process, signal.SIGCONT)
    if not until(lambda: not _runs(places, record_id), PATIENCE_SECONDS):
        raise HeldError(f"{record_id} does not end", "see `ef_cli ps`; ask once more to stop its teardown too")
    return forecasts.known(places, record_id)


def steps_in(places: Places, record_id: str, state: type[Running | Paused]) -> list[Record]:
    """The steps of a flow that stand so; none for anything but a whole flow."""
    if not is_flow_id(record_id) or "." in record_id:
        return []
    return [step for step in flow_runs.steps(places, record_id) if isinstance(step.state, state)]


def _runs(places: Places, record_id: str) -> bool:
    record = forecasts.known(places, record_id)
    flow = forecasts.known(places, record_id.partition(".")[0])
    return not isinstance(record.state, Finished) and isinstance(flow.state, Running | Paused)

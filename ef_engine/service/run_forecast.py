"""Runs one forecast here and in this process, with the claims, states and files any other runner uses."""

from __future__ import annotations

from dataclasses import dataclass, field

from ef_engine.jobs.attempt import Conduct
from ef_engine.jobs.run_one import run_one
from ef_engine.simulation.observer import Observer
from ef_engine.store import flow_calls, journal, requests
from ef_engine.store.events import Kind
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running
from ef_engine.version import VERSION


class RunWatcher(Observer):
    """Is told what a run does; the default does nothing."""

    def run_begun(self, record: Record, position: int, count: int) -> None:
        """The forecast at `position` (from 1) of `count` begins."""

    def noted(self, text: str) -> None:
        """Something the user should read: one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How to run: `force` repeats what was evaluated; `timeout` is in seconds for each forecast, None for ever."""

    force: bool = False
    timeout: float | None = None
    watcher: RunWatcher = field(default_factory=RunWatcher)

    @property
    def conduct(self) -> Conduct:
        """The same for one attempt."""
        return Conduct(self.timeout, self.watcher, VERSION)


@dataclass(frozen=True, slots=True)
class Ran:
    """How one ended; `outcome` is None where another process holds it, and `message` then says who."""

    id: str
    outcome: Outcome | None
    message: str = ""


def run_forecast(places: Places, record_id: str, wishes: Wishes, position: int = 1, count: int = 1) -> tuple[Ran, bool]:
    """How the forecast ended, and whether that was so before."""

    def begun(record: Record) -> None:
        requests.clear(places, record.id)  # what was asked of an earlier run of it
        journal.note(places, Kind.RECEIVED, record.id, owner=record.owner)
        flow_calls.note(places, [record])
        note_lost(record, wishes)
        wishes.watcher.run_begun(record, position, count)

    record, is_old = run_one(places, record_id, wishes.conduct, force=wishes.force, begun=begun)
    return ran(record), is_old


def result_of(record: Record) -> Ran | None:
    """How it ended, if there is an answer."""
    if isinstance(record.state, Finished) and record.state.outcome.has_result:
        return ran(record)
    return None


def ran(record: Record) -> Ran:
    """How something ended; an interruption may come before it began, and then it has not."""
    if not isinstance(record.state, Finished):
        return Ran(record.id, None, f"it was not begun; `ef_cli run {record.id}` runs it")
    return Ran(record.id, record.state.outcome, record.state.message)


def note_known(result: Ran, wishes: Wishes) -> None:
    """Says that there was nothing to do."""
    assert result.outcome is not None
    wishes.watcher.noted(f"{result.id} is {result.outcome.value} already; --force runs it again.")


def note_lost(record: Record, wishes: Wishes) -> None:
    """Says that an earlier run of it died."""
    if isinstance(record.state, Running | Paused):
        lost = f"its process {record.state.process} is gone since attempt {record.attempt}"
        wishes.watcher.noted(f"{record.id}: {lost}; starting anew.")

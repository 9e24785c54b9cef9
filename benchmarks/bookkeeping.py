"""What the supervisor of a cluster does for a forecast beside talking to Dask: with workers that need no time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

from ef_engine.jobs import messages
from ef_engine.jobs.crew import Member
from ef_engine.jobs.order import Order
from ef_engine.jobs.parcels import Parcel
from ef_engine.jobs.stand_in import carry_out
from ef_engine.jobs.worker import computed
from ef_engine.simulation.observer import SILENT
from ef_engine.store import forecasts, tickets
from ef_engine.store.places import Places
from ef_engine.store.process import current

ORDER = 16
TICKET = "bookkeeping"


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """Of one forecast: seconds on the clock and of CPU, how often it was synced, the bytes of its documents."""

    seconds: float
    cpu: float
    syncs: float
    document: int
    document_compressed: int
    result: int
    result_compressed: int


@dataclass(slots=True)
class Syncs:
    """How often something was synced to disk."""

    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self) -> None:
        """One more."""
        with self.lock:
            self.count += 1


def bookkeeping(places: Places, ids: list[str]) -> Bookkeeping:
    """Claims, states, results and whatever else is written, for staged forecasts, one after another."""
    tickets.write(places, replace(tickets.new(ids[0]), name=TICKET, supervisor=current()))
    answered, sizes = _answer(places, ids[0])
    orders = [Order(places=places, ticket=TICKET, ids=tuple(ids[k : k + ORDER])) for k in range(0, len(ids), ORDER)]
    with counted_syncs() as syncs:
        begun, begun_cpu = time.perf_counter(), time.process_time()
        for order in orders:
            carry_out(replace(order, force=True), _Answers(answered).send)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    tickets.remove(places, TICKET)
    return Bookkeeping(seconds / len(ids), cpu / len(ids), syncs.count / len(ids), *sizes)


@dataclass(frozen=True, slots=True)
class _Answers:
    """In place of a worker: the same answer to everything, at once."""

    answered: messages.Answered

    def send(self, record_id: str, work: messages.AnyWork, log: Path) -> Parcel:
        parcel = Parcel(
            record_id,
            log,
            Member("", current()),
            tell=lambda function: None,
            look_into=lambda: None,
            drop=lambda: None,
        )
        parcel.inbox.put(self.answered)
        return parcel


def _answer(places: Places, record_id: str) -> tuple[messages.Answered, tuple[int, int, int, int]]:
    document, path = forecasts.read_document(places, record_id) or (b"", None)
    answer, contents = computed(document, str(path), record_id, SILENT)
    files = {name: messages.compressed(data) for name, data in contents.items()}
    sizes = (
        len(document),
        len(messages.compressed(document)),
        sum(map(len, contents.values())),
        sum(map(len, files.values())),
    )
    return messages.Answered(answer.outcome.value, answer.summary, files), sizes


@contextmanager
def counted_syncs() -> Iterator[Syncs]:
    """Counts what this process syncs to disk."""
    syncs, sync = Syncs(), os.fsync

    def counting(descriptor: int) -> None:
        syncs.add()
        sync(descriptor)

    with mock.patch("os.fsync", counting):
        yield syncs


def sync_seconds(directory: Path, threads: int = 16, each: int = 50) -> float:
    """Seconds the disk is busy with the sync of a small file, when many are asked for at once."""

    def write(thread: int) -> None:
        with open(directory / f"sync-{thread}", "wb") as file:
            for _ in range(each):
                file.write(b"." * 2000)
                file.flush()
                os.fsync(file.fileno())

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(threads)))
    return (time.perf_counter() - begun) / (threads * each)

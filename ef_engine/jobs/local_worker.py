"""A worker process on this machine: set up once, then one order after another.

It is crash-only: SIGTERM ends it at once, whatever C code it is in, and the supervisor writes down what became of it.
It ends itself when its supervisor dies. What it prints goes to the log of the attempt it runs, never to a terminal.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from multiprocessing import connection, parent_process

from ef_engine.errors import EfError, HeldError
from ef_engine.jobs.attempt import Conduct, print_to, sentence
from ef_engine.jobs.order import AnyOrder, Order, StepOrder
from ef_engine.jobs.run_one import run_one
from ef_engine.store import tickets
from ef_engine.store.process import Process, current
from ef_engine.store.records import Record
from ef_engine.store.states import Finished

PRELOADED = ("ef_engine.jobs.local_worker", "ef_engine.jobs.worker", "ef_engine.jobs.preloaded")
"""What the process that workers are forked from imports once for all of them."""


def set_up() -> None:
    """Makes a fresh process a worker."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    threading.Thread(target=_die_with_parent, name="watches the supervisor", daemon=True).start()


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.killpg(0, signal.SIGKILL)  # the worker leads its group, so what a step started goes with it


def identity() -> Process:
    """Who this worker is."""
    return current()


def run_order(order: AnyOrder) -> None:
    """Runs the forecasts of an order and says of each how it ended; nothing of one that another process runs.

    Or runs the step of a flow.
    """
    if isinstance(order, StepOrder):
        from ef_engine.jobs.step import run_step  # forecasts need nothing of flows

        run_step(order)
        return
    for record_id in order.ids:
        if word := _run(order, record_id):
            tickets.add_done(order.places, order.ticket, record_id, word)


def _run(order: Order, record_id: str) -> str | None:
    def begun(record: Record) -> None:
        print_to(order.places.run(record.id) / f"attempt-{record.attempt + 1}.log")

    conduct = Conduct(order.timeout, version=order.version, is_supervised=True)
    try:
        record, _ = run_one(order.places, record_id, conduct, force=order.force, begun=begun)
    except HeldError:
        return None
    except EfError as error:
        print(sentence(error), flush=True)
        return "failed"
    assert isinstance(record.state, Finished)
    return record.state.outcome.value

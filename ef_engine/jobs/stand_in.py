"""What stands in for a worker that cannot see the workspace: it claims, writes and reports, the worker only computes.

All forecasts of an order are claimed before the first is sent, and sent at once, so that the worker need not wait for
this machine. It computes them one after another: the first without an answer is the one it is at.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from ef_engine.errors import EfError, HeldError
from ef_engine.flows.model import Call
from ef_engine.jobs.attempt import Conduct, run_attempt, sentence
from ef_engine.jobs.crew import Member
from ef_engine.jobs.messages import Answered, AnyWork, CallWork, ForecastWork, Returned, compressed, uncompressed
from ef_engine.jobs.obeying import Obeying
from ef_engine.jobs.order import Order, StepOrder
from ef_engine.jobs.parcels import Parcel
from ef_engine.jobs.run_one import ready
from ef_engine.jobs.shipped import shipped
from ef_engine.jobs.step import Elsewhere, run_step
from ef_engine.jobs.worker import Answer
from ef_engine.simulation.observer import Observer
from ef_engine.store import forecasts, requests, tickets
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome

Send = Callable[[str, AnyWork, Path], Parcel]
"""Sends work under the id of a record; what is printed goes to the log of the attempt."""


def carry_out(order: Order, send: Send) -> None:
    """Has every forecast of the order computed and says of each how it ended; nothing of one that is held elsewhere.

    Raises WorkerDiedError if the worker goes away; what it was at stands as running then, unclaimed.
    """
    sent: list[tuple[Record, ExitStack, Parcel]] = []
    with ExitStack() as stack:
        try:
            for record_id in order.ids:
                claim = stack.enter_context(ExitStack())
                if found := _claimed(order, record_id, claim):
                    record, work = found
                    log = order.places.run(record_id) / f"attempt-{record.attempt + 1}.log"
                    sent.append((record, claim, send(record_id, work, log)))
            for record, claim, parcel in sent:
                with claim:
                    _say(order, record.id, _attempted(order, record, parcel))
        finally:
            for _, _, parcel in sent:
                parcel.drop()  # before its claim is free


def carry_out_step(order: StepOrder, member: Member, send: Send) -> None:
    """Has a step called, and writes down what came of it; raises WorkerDiedError if the worker goes away."""
    assert isinstance(order.work, Call)
    call = order.work

    def result(order: StepOrder, log: Path) -> Any:
        found = shipped(call.target, order.directory, order.path)
        work = CallWork(replace(order, path=()), replace(call, target=found.target), found.files)
        parcel = send(order.record_id, work, log)
        answered = parcel.wait(Obeying(order.places, order.record_id, parcel))
        assert isinstance(answered, Returned)
        return answered.value

    requests.withdraw_all(order.places, order.record_id)
    run_step(order, Elsewhere(member.process, member.was_heard, result))


def _claimed(order: Order, record_id: str, claim: ExitStack) -> tuple[Record, ForecastWork] | None:
    """The record, claimed and ready to be run, and its work; None where there is nothing to do."""
    try:
        record, document = claim.enter_context(ready(order.places, record_id, force=order.force))
        if document is not None:
            return record, ForecastWork(record_id, compressed(document))
        _say(order, record_id, _outcome(record))
    except HeldError:
        pass  # somebody else runs it
    except (EfError, OSError) as error:
        print(f"{record_id}: {sentence(error)}", flush=True)
        _say(order, record_id, Outcome.FAILED.value)
    claim.close()
    return None


def _attempted(order: Order, record: Record, parcel: Parcel) -> str:
    def work(places: Places, record_id: str, observer: Observer) -> Answer:
        """Waits for the answer and publishes its files."""
        answered = parcel.wait(Obeying(places, record_id, parcel, observer))
        assert isinstance(answered, Answered)
        contents = {name: uncompressed(data) for name, data in answered.files.items()}
        forecasts.write_results(places, record_id, contents)
        return Answer(Outcome(answered.outcome), answered.summary)

    requests.withdraw_all(order.places, record.id)  # of an attempt that died
    conduct = Conduct(
        order.timeout,
        version=order.version,
        is_supervised=True,
        work=work,
        process=parcel.member.process,
        is_alive=parcel.member.was_heard,
        waited=parcel.waited,
    )
    return _outcome(run_attempt(order.places, record, conduct))


def _outcome(record: Record) -> str:
    assert isinstance(record.state, Finished)
    return record.state.outcome.value


def _say(order: Order, record_id: str, word: str) -> None:
    tickets.add_done(order.places, order.ticket, record_id, word)

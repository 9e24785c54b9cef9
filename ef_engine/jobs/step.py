"""What a worker does with a step of a flow: call or run it, and write down what came of it.

The worker writes the end itself, right after the work, so that the death of the flow's owner loses nothing that was
done. A step gets a process of its own, because what it does to that process must not reach the next one.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from ef_engine.errors import CommandError
from ef_engine.flows.model import Call, Command
from ef_engine.jobs.attempt import note_end, print_to, sentence, write_log
from ef_engine.jobs.order import StepOrder
from ef_engine.jobs.plain_values import NotPlainError, from_plain, result_to_plain, to_plain
from ef_engine.jobs.seam import RemoteError, WorkerDiedError
from ef_engine.jobs.targets import load
from ef_engine.store import active, flow_runs, forecasts, journal
from ef_engine.store.atomic import write_text
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.process import Process, current
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome, Running
from ef_engine.store.transitions import Finish, Start, after

MOST_PASSES = 100_000
_CALLERS = (__file__, str(Path(__file__).with_name("call_process.py")))
PROGRAM = (sys.executable, "-P", "-m", "ef_engine.cli")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process that does the work: `result` has it done there, `is_alive` says whether it was heard of."""

    process: Process
    is_alive: Callable[[], bool]
    result: Callable[[StepOrder, Path], Any]


def run_step(order: StepOrder, elsewhere: Elsewhere | None = None) -> None:
    """Runs the step, whose record stands as queued, to its end: in this process, or elsewhere.

    Raises WorkerDiedError if it is done elsewhere, and who does it goes away; it stands as running then.
    """
    places, record = order.places, forecasts.known(order.places, order.record_id)
    who = (elsewhere.process, elsewhere.is_alive) if elsewhere else ()
    with active.marked(places, record.id, record.attempt + 1, *who):
        running = after(record, Start(elsewhere.process if elsewhere else current(), now()))
        forecasts.write_record(places, running)
        journal.note(
            places, Kind.PRERUN, record.id, attempt=running.attempt, owner=order.owner, tracking=record.tracking
        )  # fmt: skip
        log = places.run(record.id) / f"attempt-{running.attempt}.log"
        if not elsewhere:
            print_to(log)
        finish = _worked(order, running, elsewhere.result if elsewhere else _result)
        finished = after(forecasts.known(places, record.id), finish)  # which may have been paused meanwhile
        forecasts.write_record(places, finished)
        note_end(places, finished)


def _worked(order: StepOrder, running: Record, result_of: Callable[[StepOrder, Path], Any]) -> Finish:
    """How the work ended; its result, or its traceback, is on disk then."""
    directory = order.places.run(running.id)
    log = directory / f"attempt-{running.attempt}.log"
    write_log(log, f"attempt {running.attempt} of {running.label}@{running.sequence} by {_runner(running)}")
    try:
        result = result_of(order, log)
        flow_runs.write_result(order.places, running.id, result)
    except WorkerDiedError:
        raise
    except BaseException as error:  # whatever the user's code raises: a pool would raise it again in the flow's owner
        text = traceback_text(error)
        write_text(directory / f"traceback-{running.attempt}.txt", text)
        write_log(log, text)
        return Finish(Outcome.FAILED, now(), sentence(error))
    finally:
        flush_output()
    return Finish(Outcome.EVALUATED, now())


def _runner(running: Record) -> Process:
    assert isinstance(running.state, Running)
    return running.state.process


def traceback_text(error: BaseException) -> str:
    """Where it went wrong in the user's code; of what went wrong elsewhere, where it did there."""
    if isinstance(error, RemoteError):
        return error.traceback
    return "".join(traceback.format_exception(type(error), error, _users_part(error.__traceback__)))


def _users_part(frames: TracebackType | None) -> TracebackType | None:
    """A traceback from where the user's code begins, if it came that far."""
    while frames and frames.tb_next and frames.tb_frame.f_code.co_filename in _CALLERS:
        frames = frames.tb_next
    return frames


def flush_output() -> None:
    """Whatever the user's code did to its output: it may have closed it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


def _result(order: StepOrder, log: Path) -> Any:
    """What the work gives, as a plain value."""
    os.environ.update(order.environment)
    os.chdir(order.directory)
    sys.path[:0] = [each for each in order.path if each not in sys.path]
    if isinstance(order.work, Command):
        return _printed(order, order.work, log)
    return call_result(order.work, order)


def call_result(call: Call, order: StepOrder) -> Any:
    """What a call gives, as a plain value."""
    returned = _called(call, order)
    return _listed(call, returned) if order.is_list else result_to_plain(returned)


def _called(call: Call, order: StepOrder) -> Any:
    try:
        args, kwargs = from_plain(list(call.args)), from_plain(dict(call.kwargs))
        values = from_plain(list(order.values))
    except NotPlainError as error:
        raise CommandError(
            f"a {error} cannot be passed on to another step", "return numbers, texts, dates or lists"
        ) from error
    function = load(call.target, order.directory)
    try:
        returned = function(*args, **_with_values(function, args, kwargs, values))
        return asyncio.run(returned) if inspect.iscoroutine(returned) else returned
    except SystemExit as request:
        if request.code in (None, 0):
            return None
        raise


def _with_values(
    function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], values: list[Any]
) -> dict[str, Any]:
    """The arguments by name, with the values of the passes: what is not given yet gets the innermost, in order.

    An argument called `value` gets that of the innermost pass, even if it could be left out.
    """
    if not values:
        return kwargs
    try:
        parameters = list(inspect.signature(function).parameters.values())[len(args) :]
    except (TypeError, ValueError):
        return kwargs
    named = [each for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    open_names = [each.name for each in named if each.name not in kwargs and each.default is each.empty]
    given = dict(zip(open_names[-len(values) :], values[-len(open_names) :], strict=False)) if open_names else {}
    if "value" not in {**kwargs, **given} and any(each.name == "value" for each in named):
        given["value"] = values[-1]
    return {**kwargs, **given}


def _listed(call: Call, returned: Any) -> Any:
    """The values of a loop's passes."""
    if not isinstance(returned, Iterable) or isinstance(returned, str | bytes | dict):
        raise CommandError(f"{call.target} returned no list of values", "return one value for each pass")
    values = list(islice(returned, MOST_PASSES + 1))
    if len(values) > MOST_PASSES:
        raise CommandError(f"{call.target} returned more than {MOST_PASSES} values", "return fewer")
    try:
        return to_plain(values)
    except NotPlainError as error:
        raise CommandError(
            f"a {error} cannot be the value of a pass", "return numbers, texts, dates or lists"
        ) from error


def _printed(order: StepOrder, command: Command, log: Path) -> str:
    """What a command of ef prints, which is also in the log; an exit code other than 0 is a failure."""
    places = order.places
    options = [
        f"--{part}_directory={getattr(places, part)}" for part in ("stage", "data", "lock", "log")
    ] + ([f"--username={order.owner}"] if order.owner else [])  # fmt: skip
    flush_output()
    words = [*PROGRAM, *command.words, *options]
    ran = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    text = ran.stdout.decode(errors="replace")
    with log.open("a", encoding="utf-8") as file:
        file.write(text)
    if ran.returncode:
        raise StepFailedError(ran.returncode, _last_line(log))
    return text.strip()


class StepFailedError(CommandError):
    """A command of a step ended with an exit code other than 0."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"it ended with {code}", said or "see its log")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip().rstrip(".") for line in reversed(lines) if line.strip()), "")

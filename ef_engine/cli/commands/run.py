"""`ef_cli run`: simulates; stages a file first. Prints one line an id: `ID OUTCOME`."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from ef_engine.cli.commands import run_flow
from ef_engine.cli.commands.stage import add_change_options, changes_of, stage, stage_from_database, tell_notes
from ef_engine.cli.commands.stored import find_or_import
from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import ENGINE_OPTIONS, add_option, add_settings
from ef_engine.cli.run_watcher import watcher_for
from ef_engine.cli.signals import ending_signals, leave
from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.service.inputs import NO_CHANGES, STDIN
from ef_engine.service.rights import Right
from ef_engine.service.run import Ran, RunWatcher, Wishes
from ef_engine.service.stage import Staged
from ef_engine.store.flow_calls import STEP_ID
from ef_engine.store.states import Outcome

if TYPE_CHECKING:
    from ef_engine.service.queue import QueueWishes
    from ef_engine.store.places import Places

INFEASIBLE = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] FILE|ID", has_id=True)
    flow = parser.add_argument_group("of a flow")
    add_option(flow, "recover", metavar="RUN", nargs="?", const="", help="go on with the latest run, or with this one")
    add_option(flow, "dry_run", action="store_true", help="only say what would be run or skipped, and why")
    add_option(flow, "keep_going", action="store_true", help="a failure leaves independent steps alone")
    add_change_options(parser)
    add_option(parser, "all", action="store_true", help="everything that is staged")
    add_queue_options(parser)
    add_option(parser, "to", metavar="PLACE", choices=("database",), help="store results there too, as they come")
    add_option(parser, "fail_infeasible", action="store_true", help="end with 5 if a forecast is infeasible")
    add_option(parser, "in_process", action="store_true", help="simulate right here, one after another")


def add_queue_options(parser: argparse.ArgumentParser) -> None:
    """How what is queued shall be run."""
    add_option(parser, "timeout", metavar="SECONDS", type=_seconds, help="stop each forecast after so long")
    add_option(parser, "jobs", metavar="N", type=_count, help="so many at a time (default: one a core)")
    add_option(parser, "detach", action="store_true", help="do not wait; a supervisor goes on with it")
    add_option(parser, "on_finish", metavar="COMMAND", type=_command, help="run this then, with JSON on its input")
    add_settings(parser, ENGINE_OPTIONS)


def run(invocation: Invocation) -> int:
    """Runs what the words name, or all that is staged."""
    if invocation.args.words[:1] == ["flow"]:
        return run_flow.run(invocation, invocation.args.words[1:])
    _check_combination(invocation)
    ids = _ids(invocation)
    if invocation.option("detach", False):
        return detach(invocation, ids)
    results = queued(invocation, ids) if _wants_queue(invocation, ids) else _here(invocation, ids)
    if "to" in invocation.args:
        results = _stored(invocation, results)
    return tell_results(invocation, results, is_strict=bool(invocation.option("fail_infeasible", False)))


def _stored(invocation: Invocation, results: Iterator[Ran]) -> Iterator[Ran]:
    """The results on their way into the database, too."""
    from ef_engine.service.to_database import stored

    invocation.require(Right.EXPORT)
    return stored(invocation.workspace, invocation.database, results)


def _check_combination(invocation: Invocation) -> None:
    if "to" in invocation.args and invocation.option("detach", False):
        raise CommandError(
            "--to database needs this command to stay", "leave out --detach, or use `ef_cli export` later"
        )
    for name in run_flow.OPTIONS:
        if name in invocation.args:
            raise CommandError(f"--{name} belongs to a flow", "say `ef_cli run flow FILE|NAME`")
    if invocation.option("in_process", False):
        for name in ("detach", "jobs", "on_finish", "engine", "scheduler"):
            if name in invocation.args:
                raise CommandError(f"--in_process and --{name} exclude each other", "leave one of them out")


def tell_results(invocation: Invocation, results: Iterable[Ran], *, is_strict: bool = False) -> int:
    """Prints `ID OUTCOME` for each as it ends and returns the exit code; goes on when nobody reads any more."""
    told, is_heard = [], True
    for result in results:
        told.append(result)
        is_heard = is_heard and _tell(invocation, result)
    if not is_heard:
        raise BrokenPipeError
    return _exit_code(told, is_strict)


def detach(invocation: Invocation, ids: list[str]) -> int:
    """Queues the ids, says so and does not wait for them."""
    from ef_engine.service.queue import enqueue

    with watcher_for(invocation) as watcher:
        for ticket in enqueue(invocation.places, ids, _wishes(invocation, watcher), _queue_wishes(invocation)):
            invocation.put(f"{ticket.record_id} queued\n")
    return 0


def _wants_queue(invocation: Invocation, ids: list[str]) -> bool:
    """Whether a supervisor should do it: it is asked for, one is there or is due, or the work is not small."""
    if invocation.option("in_process", False) or not ids:
        return False
    if any(name in invocation.args for name in ("jobs", "on_finish")) or invocation.workspace.engine != "local":
        return True
    from ef_engine.jobs.supervise import is_supervised
    from ef_engine.service.effort import is_small

    places = invocation.places
    return is_supervised(places) or _is_one_due(places) or not is_small(places, ids)


def _is_one_due(places: Places) -> bool:
    """Whether something waits that nobody has taken up: who put it there died before it could start a supervisor."""
    from ef_engine.store import tickets

    return not tickets.is_paused(places) and any(each.supervisor is None for each in tickets.all_tickets(places))


def _ids(invocation: Invocation) -> list[str]:
    kind, names = kind_and_names(invocation)
    if invocation.option("all", False):
        if names:
            raise CommandError(f"--all leaves no choice for {names[0]!r}", "leave one of them out")
        return _staged_ids(invocation, kind)
    if not names and invocation.is_from_database:
        return [_told(invocation, stage_from_database(invocation))]
    if len(names) != 1:
        problem = f"{names[1]!r} is one word too many" if names else "`ef_cli run` needs a file or an id"
        raise CommandError(problem, "see `ef_cli run --help`")
    return [_id(invocation, names[0], kind)]


def _staged_ids(invocation: Invocation, kind: str | None) -> list[str]:
    from ef_engine.service.staged import staged_ids

    found = staged_ids(invocation.places, kind)
    if not found:
        invocation.say("Nothing is staged.")
    return found


def _id(invocation: Invocation, name: str, kind: str | None) -> str:
    """The id `name` stands for: a file is staged first, and so is a stored input the command line changes."""
    is_file = name == STDIN or os.path.exists(name) or os.sep in name or "." in name
    if is_file and "id" not in invocation.args and not invocation.is_from_database:
        return _told(invocation, stage(invocation, name, kind))
    try:
        found = find_or_import(invocation, name, kind)
    except NotFoundError as error:
        raise NotFoundError(f"{name!r} is no file, and {error.problem}", error.remedy) from error
    return _changed_id(invocation, found)


def _changed_id(invocation: Invocation, record_id: str) -> str:
    from ef_engine.service.restage import restage

    changes = changes_of(invocation)
    if changes == NO_CHANGES:
        return record_id
    return _told(invocation, restage(invocation.workspace, record_id, changes))


def _told(invocation: Invocation, staged: Staged) -> str:
    """The id; what was known already is no news to who wants it run."""
    if not staged.was_known:
        invocation.say(staged.summary)
    tell_notes(invocation, staged)
    return staged.id


def _here(invocation: Invocation, ids: Iterable[str]) -> Iterator[Ran]:
    """Simulates in this process; a terminal that closes, or a polite kill, ends it as Ctrl-C does: written down."""
    from ef_engine.service.run import run as run_one

    with watcher_for(invocation) as watcher, ending_signals(signal.default_int_handler):
        for record_id in ids:
            for result in run_one(invocation.places, record_id, _wishes(invocation, watcher)):
                watcher.clear()
                yield result


def queued(invocation: Invocation, ids: list[str]) -> Iterator[Ran]:
    """Has a supervisor do it; a terminal that closes takes only this client along.

    The step of a flow is no client: who ends it wants what it waits for to end.
    """
    from ef_engine.service.queue import run_queued

    ended = partial(_end, invocation, ids) if os.environ.get(STEP_ID) else leave
    with watcher_for(invocation) as watcher, ending_signals(ended):
        wishes, queue = _wishes(invocation, watcher), _queue_wishes(invocation)
        for result in run_queued(invocation.places, ids, wishes, queue):
            watcher.clear()
            yield result


def _end(invocation: Invocation, ids: list[str], number: int, frame: FrameType | None) -> None:
    """Asks for all that was queued to be stopped, and leaves."""
    from ef_engine.service.stop import ask_to_stop

    ask_to_stop(invocation.places, ids, invocation.workspace.owner)
    leave(number, frame)


def _wishes(invocation: Invocation, watcher: RunWatcher) -> Wishes:
    return Wishes(force=invocation.option("force", False), timeout=invocation.option("timeout"), watcher=watcher)


def _queue_wishes(invocation: Invocation) -> QueueWishes:
    from ef_engine.service.queue import QueueWishes

    workspace = invocation.workspace
    return QueueWishes(
        jobs=invocation.option("jobs"),
        on_finish=tuple(invocation.option("on_finish", ())),
        directory=os.getcwd(),
        owner=workspace.owner,
        engine=workspace.engine,
        scheduler=workspace.scheduler,
    )


def _tell(invocation: Invocation, result: Ran) -> bool:
    """Prints the outcome as soon as it is known; whether anybody still reads. The run goes on without readers."""
    if result.message:
        invocation.say(f"{result.id}: {result.message}")
    if result.outcome is None:
        return True
    invocation.log(f"run {result.id} {result.outcome.value}")
    try:
        invocation.put(f"{result.id} {result.outcome.value}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True


def _exit_code(results: list[Ran], is_strict: bool) -> int:
    outcomes = [result.outcome for result in results]
    if any(outcome not in (None, Outcome.EVALUATED, Outcome.INFEASIBLE, Outcome.INCOMPLETE) for outcome in outcomes):
        return 1
    if None in outcomes:
        return HeldError.exit_code
    return INFEASIBLE if is_strict and Outcome.INFEASIBLE in outcomes else 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _command(text: str) -> list[str]:
    """The words of a command that can be run: who waits for hours learns now that its name is misspelled."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be split into words ({str(error).lower()})") from None
    if not words:
        raise argparse.ArgumentTypeError("it is empty")
    if shutil.which(words[0]) is None:
        raise argparse.ArgumentTypeError(f"{words[0]!r} is no command that can be run")
    return words


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs")
    return int(text)

"""Actions as calls of the service, for threads: each does what it says to every subject and returns what to show.

An error of one subject does not keep the others from their turn; what went wrong is raised at the end, all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ef_engine.errors import EfError
from ef_engine.service.rights import Right
from ef_engine.service.workspace import Workspace
from ef_tui.subjects import Subject
from ef_tui.wrapping import wrapped


class SomeFailedError(EfError):
    """What went wrong with some of several subjects, a sentence each."""


def run(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Queues them."""
    enqueue(workspace, [subject.id for subject in subjects])
    return f"Queued {_counted(subjects)}."


def restart(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Closes what died and queues it again."""
    workspace.require(Right.RUN)
    from ef_engine.service.restart import make_ready

    enqueue(workspace, make_ready(workspace.places, [subject.id for subject in subjects]))
    return f"Queued {_counted(subjects)} again."


def enqueue(workspace: Workspace, ids: Sequence[str]) -> None:
    """Puts them into the queue, and sees that somebody works on it."""
    workspace.require(Right.RUN)
    from ef_engine.service.queue import QueueWishes
    from ef_engine.service.queue import enqueue as put
    from ef_engine.service.run import Wishes

    put(
        workspace.places,
        ids,
        Wishes(),
        QueueWishes(owner=workspace.owner, engine=workspace.engine, scheduler=workspace.scheduler),
    )


def kill(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Stops each."""
    workspace.require(Right.KILL)
    from ef_engine.service.stop import kill as kill_one

    return _each(subjects, lambda subject: kill_one(workspace.places, subject.id, workspace.owner), "Stopped")


def pause(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Holds what runs, and lets go on what is held."""
    workspace.require(Right.PAUSE)
    from ef_engine.service import hold

    def turn(subject: Subject) -> object:
        change = hold.resume if subject.state == "paused" else hold.pause
        return change(workspace.places, subject.id)

    return _each(subjects, turn, "Resumed" if subjects[0].state == "paused" else "Paused")


def turn_queue(workspace: Workspace, is_paused: bool) -> str:
    """Lets the queue go on that `is_paused`, or holds it."""
    workspace.require(Right.PAUSE)
    from ef_engine.service.queue import continue_queue, pause_queue

    if is_paused:
        continue_queue(workspace.places)
        return "The queue goes on."
    pause_queue(workspace.places)
    return "The queue is paused: nothing new begins."


def remove(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Unstages or deletes each."""
    workspace.require(Right.DELETE)
    from ef_engine.service.remove import remove as remove_one

    return _each(subjects, lambda subject: remove_one(workspace.places, subject.id), "Removed")


def report(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Makes a page of each and opens it, or says where it lies."""
    from ef_engine.service.ids import find_record
    from ef_engine.service.report import make_report

    def made(record_id: str) -> Path:
        record = find_record(workspace.places, record_id)
        return _made(workspace, "report", record.id, partial(make_report, workspace.places, record))

    return " ".join(_shown(made(subject.id)) for subject in subjects)


def report_comparison(workspace: Workspace, ids: Sequence[str]) -> str:
    """Makes a page of a comparison and opens it, or says where it lies."""
    from ef_engine.service.compare import make_comparison
    from ef_engine.service.ids import find_record

    records = [find_record(workspace.places, each) for each in ids]
    return _shown(_made(workspace, "compare", ids[0], partial(make_comparison, workspace.places, records)))


def _made(workspace: Workspace, command: str, of: str, make: Callable[[], Path]) -> Path:
    """The page that `make` makes, which is recorded as the command would be."""
    from ef_engine.service.errand import REPORT, errand

    with errand(workspace, REPORT, f"{command} html", of) as told:
        path = make()
        told.result = str(path)
    return path


def _shown(path: Path) -> str:
    from ef_engine.service.report_files import show_file

    return f"Opened {path}." if show_file(path) else f"The report is {path}."


def read(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """The reports as text, one after the other."""
    from ef_engine.service.ids import find_record
    from ef_engine.service.report import report_bytes

    found = [find_record(workspace.places, subject.id) for subject in subjects]
    return "\n\n".join(report_bytes(workspace.places, each, "text", width).decode() for each in found)


def explain(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Why wishes wait or get less."""
    from ef_engine.service.explain import explain as explain_one
    from ef_engine.service.ids import find_record

    return explain_one(workspace.places, find_record(workspace.places, subjects[0].id), None, "text", width)


def log(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """The log of the latest attempt."""
    from ef_engine.service.attempt_log import read_log

    return read_log(workspace.places, subjects[0].id).decode(errors="replace")


def stack(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Where its process is."""
    from ef_engine.service.stack import stack as stack_of

    return stack_of(workspace.places, subjects[0].id)


def show(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Everything known about it, a line a fact."""
    from ef_engine.report.facts import fact_lines
    from ef_engine.service.ids import find_any_record
    from ef_engine.service.show import show as facts_of

    lines = fact_lines(facts_of(workspace.places, find_any_record(workspace.places, subjects[0].id)))
    return "\n".join(wrapped(lines, width))


def _each(subjects: Sequence[Subject], change: Callable[[Subject], object], done: str) -> str:
    changed, problems = [], []
    for subject in subjects:
        try:
            change(subject)
            changed.append(subject)
        except EfError as error:
            problems.append(str(error))
    if problems:
        raise SomeFailedError("\n".join(problems))
    return f"{done} {_counted(changed)}."


def _counted(subjects: Sequence[Subject]) -> str:
    return subjects[0].name if len(subjects) == 1 else f"{len(subjects)} of them"

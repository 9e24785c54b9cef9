"""`ef_cli run flow`: runs the steps of a flow, or with `--dry_run` says what it would do. `ID OUTCOME STEP` a step.

A process of its own runs them, so closing the terminal loses nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.signals import ending_signals, leave
from ef_engine.errors import CommandError

if TYPE_CHECKING:
    from ef_engine.jobs.flow_plan import Request

INTERRUPTED = 130
MOST_INTERRUPTS = 2
OPTIONS = ("recover", "dry_run", "keep_going")
_REFUSED = (
    "timeout",
    "on_finish",
    "to",
    "in_process",
    "all",
    "fail_infeasible",
    "start_date",
    "end_date",
    "forecast_label",
)


def run(invocation: Invocation, names: list[str]) -> int:
    """Runs the flow that a file holds, or that ran before under a name."""
    for name in _REFUSED:
        if name in invocation.args:
            raise CommandError(
                f"--{name} is nothing a flow knows", "leave it out; see docs/flows.md for what a step may say"
            )
    request = _request(invocation, names)
    if invocation.option("dry_run", False):
        return _tell_plan(invocation, request)
    from ef_engine.service import flows

    started = flows.start(invocation.places, request)
    for note in started.notes:
        invocation.say(note)
    if invocation.option("detach", False):
        invocation.put(f"{started.id} running\n")
        return 0
    invocation.say(f"Running {started.id} {request.flow['name']}")
    return _follow(invocation, started.id)


def _request(invocation: Invocation, names: list[str]) -> Request:
    """What is asked for. `--recover` takes a run's id, or nothing; a lone word after it is the flow."""
    from ef_engine.service import flows

    recover = invocation.option("recover")
    if not names and recover:
        names, recover = [recover], ""
    if len(names) != 1:
        problem = f"{names[1]!r} is one word too many" if names else "`ef_cli run flow` needs a file or a name"
        raise CommandError(problem, "see `ef_cli run --help`")
    is_file = os.path.exists(names[0]) or os.sep in names[0] or "." in names[0]
    if is_file and not os.path.isdir(names[0]):
        request = flows.request_of_file(Path(names[0]), names[0])
    else:
        request = flows.request_of_name(invocation.places, names[0])
    request = replace(
        flows.as_of(invocation.workspace, request),
        keep_going=bool(invocation.option("keep_going", False)),
        jobs=invocation.option("jobs"),
    )
    return request if recover is None else flows.with_recovery(invocation.places, request, recover)


def _tell_plan(invocation: Invocation, request: Request) -> int:
    from ef_engine.service import flows

    plan = flows.dry_run(invocation.places, request)
    if note := flows.held_by(invocation.places, plan.outline.flow.name):
        invocation.say(note)
    if plan.recovers:
        invocation.say(f"Recovers {plan.recovers.id} of {plan.recovers.received}.")
    invocation.put_list(("Action", "Step", "Reason"), plan.rows, keep=("Action", "Step"))
    return 0


def _follow(invocation: Invocation, run_id: str) -> int:
    """Tells each step as it ends, then how all of it ended."""
    from ef_engine.service import flows

    presses = _Presses(invocation, run_id)
    with ending_signals(leave), presses:
        for step in flows.follow(invocation.places, run_id, presses.look):
            if step.message and step.outcome != "skipped":
                invocation.say(f"{step.id}: {step.message}")
            invocation.put(f"{step.id} {step.outcome} {step.name}@{step.sequence}\n")
            sys.stdout.flush()
    result = flows.result(invocation.places, run_id)
    if result.message:
        invocation.say(f"{run_id}: {result.message}")
    if result.outcome != "success":
        invocation.say(f"`ef_cli run flow {flows.name_of(invocation.places, run_id)} --recover` goes on with it.")
    invocation.put(f"{run_id} {flows.OUTCOMES[result.outcome].value}\n{result}\n")
    if presses.count:
        return INTERRUPTED
    return 0 if result.outcome == "success" else 1


class _Presses:
    """Ctrl-C is only counted, since it may come while a line is printed; the third leaves the flow alone."""

    def __init__(self, invocation: Invocation, run_id: str) -> None:
        self._invocation, self._run_id = invocation, run_id
        self.count = self._obeyed = 0

    def __enter__(self) -> None:
        self._previous = signal.signal(signal.SIGINT, self._press)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _press(self, _: int, __: FrameType | None) -> None:
        self.count += 1
        if self.count > MOST_INTERRUPTS:
            raise KeyboardInterrupt

    def look(self) -> None:
        """Does what was pressed for since the last look."""
        from ef_engine.service import flows

        while self._obeyed < self.count:
            self._obeyed += 1
            owner = self._invocation.workspace.owner
            self._invocation.say(flows.press(self._invocation.places, self._run_id, self._obeyed, owner))

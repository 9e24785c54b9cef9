"""Flows in Python: steps that call your functions, in processes of their own.

    from ef_engine import Flow

    nightly = Flow("nightly")
    a = nightly.add_step("a", extract, kwargs={"account": "Checking"})
    b = nightly.add_step("b", send, requires=[(a, "success")])
    result = nightly.run()

A flow is written down before it runs: functions by name, arguments as text. So it goes on without the process that
started it, and `ef_cli run flow nightly --recover` can take it up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias, cast

from ef_engine.errors import CommandError, InputError, Problem
from ef_engine.flows.document import read_flow, to_document
from ef_engine.flows.model import ENDS, AllOf, AnyOf, Call, Command, Condition, End, On, Step, Work
from ef_engine.flows.model import Flow as _Flow
from ef_engine.jobs.engines import DASK, LOCAL
from ef_engine.jobs.flow_plan import Plan, Request
from ef_engine.jobs.plain_values import NotPlainError, to_plain
from ef_engine.jobs.targets import call_of, stop_if_loading
from ef_engine.service import flows
from ef_engine.service.flows import FlowResult as FlowResult
from ef_engine.service.workspace import Workspace, login_name
from ef_engine.sources.loaded import problems
from ef_engine.store.places import Places, default_home, places_under

Requirement: TypeAlias = "FlowStep | str | tuple[FlowStep | str, End] | Condition"
Doing: TypeAlias = "Callable[..., Any] | Sequence[str] | str | None"


def any_of(*requirements: Requirement) -> AnyOf:
    """Holds as soon as one of the requirements does: `requires=[any_of((a, "success"), (b, "failure"))]`."""
    return AnyOf(tuple(map(_condition, requirements)))


def all_of(*requirements: Requirement) -> AllOf:
    """Holds when all of the requirements do; for use within `any_of`."""
    return AllOf(tuple(map(_condition, requirements)))


def _listed(requires: Requirement | Iterable[Requirement]) -> list[Requirement]:
    """The requirements one by one; a single one need not stand in a list."""
    is_pair = isinstance(requires, tuple) and len(requires) == 2 and requires[1] in ENDS
    if is_pair or isinstance(requires, FlowStep | str | On | AnyOf | AllOf):
        return [cast(Requirement, requires)]
    return list(requires)


def _condition(requirement: Requirement) -> Condition:
    match requirement:
        case On() | AnyOf() | AllOf():
            return requirement
        case FlowStep():
            return On(requirement.name)
        case str():
            return On(requirement)
        case (step, end):
            return On(step.name if isinstance(step, FlowStep) else step, end)
    raise CommandError(f"{requirement!r} is nothing to wait for", 'write (step, "success")')


@dataclass(eq=False)
class _Container:
    """What steps are added to."""

    _flow: Flow = field(repr=False)
    _steps: list[FlowStep] = field(default_factory=list, repr=False)

    def add_step(
        self,
        name: str,
        run: Doing = None,
        *,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        requires: Requirement | Iterable[Requirement] = (),
        repeats: Iterable[Any] | Callable[..., Iterable[Any]] | None = None,
        setup: Doing = None,
        teardown: Doing = None,
        inputs: Iterable[str | Path] = (),
        **options: Any,
    ) -> FlowStep:
        """Adds a step, or without anything to run a container, to which steps are added in turn.

        `run` is a function, the words of a command of ef, or a name such as `package.module:function`. `requires` are
        pairs of a step (or the name of one that comes later) and `success`, `failure` or `complete`. `repeats` are the
        values of its passes, or a function that returns them. A step among the arguments stands for its result.
        `options` are `retries`, `retry_delay`, `timeout`, `delay` (seconds), `acquires`, `max_concurrent`, `keep_going`
        and `on_recover`.
        """
        step = FlowStep(
            self._flow, name=name, run=run, args=tuple(args), kwargs=dict(kwargs or {}), requires=_listed(requires),
            repeats=repeats, setup=setup, teardown=teardown, inputs=[str(each) for each in inputs], options=options,
        )  # fmt: skip
        self._steps.append(step)
        return step


@dataclass(eq=False, kw_only=True)
class FlowStep(_Container):
    """A step of a flow, as `add_step` returns it."""

    name: str
    run: Doing = field(repr=False)
    args: tuple[Any, ...] = field(repr=False)
    kwargs: dict[str, Any] = field(repr=False)
    requires: list[Requirement] = field(repr=False)
    repeats: Any = field(repr=False)
    setup: Doing = field(repr=False)
    teardown: Doing = field(repr=False)
    inputs: list[str] = field(repr=False)
    options: dict[str, Any] = field(repr=False)


class Flow(_Container):
    """A flow under a name; see the module. `limits` says how much there is of what steps acquire (default: 1)."""

    def __init__(
        self,
        name: str,
        *,
        jobs: int | None = None,
        keep_going: bool = False,
        limits: Mapping[str, int] | None = None,
        setup: Doing = None,
        teardown: Doing = None,
    ) -> None:
        super().__init__(self)
        self.name = name
        self._settings: dict[str, Any] = {"jobs": jobs, "keep_going": keep_going, "limits": dict(limits or {})}
        self._hooks = {"setup": setup, "teardown": teardown}

    def document(self) -> dict[str, Any]:
        """The flow as a document (`ef/flow/1`); raises InputError with everything that is wrong with it."""
        wrong: list[Problem] = []
        writer = _Writer(self.name, wrong)
        steps = tuple(writer.step(each) for each in self._steps)
        hooks: dict[str, Any] = {key: writer.work(key, work, (), {}) for key, work in self._hooks.items()}
        if wrong:
            raise InputError(wrong)
        document = to_document(_Flow(name=self.name, steps=steps, **self._settings, **hooks))
        found = read_flow(document)
        if isinstance(found, list):
            raise InputError(problems(f"flow {self.name}", found))
        return document

    def plan(self, *, recover: bool | str = False, workspace: str | Path | None = None) -> Plan:
        """What a run would do with every step, and why; nothing is run."""
        places = _places(workspace)
        return flows.dry_run(places, self._request(places, recover))

    def run(
        self,
        *,
        recover: bool | str = False,
        keep_going: bool = False,
        jobs: int | None = None,
        workspace: str | Path | None = None,
        owner: str | None = None,
        cluster: str | None = None,
        quiet: bool = False,
    ) -> FlowResult:
        """Runs the flow to its end and says how that was in a line, unless `quiet`.

        `recover` continues the latest run, or the one of that id: what succeeded with the same inputs is skipped.
        `keep_going` and `jobs` are of this run alone. `owner` is by default who is logged in. Calls run on the Dask
        `cluster` of a scheduler's address, an empty one for a cluster of its own. The flow goes on if this process
        dies. Raises InputError for a flow with mistakes, HeldError where it runs already.
        """
        stop_if_loading()
        where = _workspace(workspace, owner, cluster)
        wanted = replace(self._request(where.places, recover), keep_going=keep_going, jobs=jobs)
        started = flows.start(where.places, flows.as_of(where, wanted))
        for note in () if quiet else started.notes:
            print(note, file=sys.stderr)
        _followed(where, started.id)
        result = flows.result(where.places, started.id)
        if not quiet:
            print(result, flush=True)
        return result

    def _request(self, places: Places, recover: bool | str) -> Request:
        source = getattr(sys.modules.get("__main__"), "__file__", None)
        request = Request(
            flow=self.document(),
            directory=os.getcwd(),
            path=tuple(str(Path(each).absolute()) for each in sys.path),
            source=str(Path(source).absolute()) if source and str(source).endswith(".py") else None,
        )
        if recover is False:
            return request
        return flows.with_recovery(places, request, "" if recover is True else recover)


def _places(workspace: str | Path | None) -> Places:
    return places_under(Path(workspace).expanduser() if workspace else default_home())


def _workspace(directory: str | Path | None, owner: str | None, cluster: str | None) -> Workspace:
    """Where a flow runs, and whose it is."""
    return Workspace(
        _places(directory),
        owner or os.environ.get("EF_USERNAME") or login_name(os.environ),
        engine=LOCAL if cluster is None else DASK,
        scheduler=cluster or "",
    )


def _followed(where: Workspace, run_id: str) -> None:
    """Waits for the end; Ctrl-C first drains the flow, then kills it, then leaves it alone."""
    pressed = 0
    while True:
        try:
            for _ in flows.follow(where.places, run_id):
                pass
            break
        except KeyboardInterrupt:
            pressed += 1
            if pressed > 2:
                raise
            print(flows.press(where.places, run_id, pressed, where.owner), file=sys.stderr)


class _Writer:
    """Steps as values that can be written down; what cannot be is a problem of its own."""

    def __init__(self, flow: str, wrong: list[Problem]) -> None:
        self._flow, self._wrong = flow, wrong

    def step(self, step: FlowStep) -> Step:
        self._name = step.name
        repeats: Any = step.repeats
        if callable(repeats):
            repeats = self.work("repeats", repeats, (), {})
        elif repeats is not None:
            repeats = tuple(self._plain("repeats", list(repeats)) or ())
        works: dict[str, Any] = {
            "run": self.work("run", step.run, step.args, step.kwargs),
            "setup": self.work("setup", step.setup, (), {}),
            "teardown": self.work("teardown", step.teardown, (), {}),
        }
        try:
            requires = tuple(map(_condition, step.requires))
        except CommandError as error:
            self._add("requires", error.problem, error.remedy)
            requires = ()
        steps = tuple(self.step(each) for each in step._steps)
        try:
            return Step(
                name=step.name, steps=steps, repeats=repeats, requires=AllOf(requires), inputs=tuple(step.inputs),
                **works, **step.options,
            )  # fmt: skip
        except TypeError as error:
            self._name = step.name
            self._add("options", str(error).partition(") ")[2] or str(error), "see `help(Flow.add_step)`")
            return Step(name=step.name)

    def work(self, key: str, doing: Doing, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Work | None:
        if doing is None:
            return None
        given = tuple(self._plain("args", each) for each in args), {k: self._plain(k, v) for k, v in kwargs.items()}
        if isinstance(doing, str):
            return Call(doing, *given)
        if not callable(doing):
            return Command(tuple(map(str, doing)))
        try:
            target, bound, named = call_of(doing)
        except CommandError as error:
            self._add(key, error.problem, error.remedy)
            return None
        before = tuple(self._plain("args", each) for each in bound)
        return Call(target, before + given[0], {k: self._plain(k, v) for k, v in named.items()} | given[1])

    def _plain(self, key: str, value: Any) -> Any:
        try:
            return to_plain(_named(value))
        except NotPlainError as error:
            self._add(key, f"a {error} cannot be sent to a process", "give numbers, texts, dates, paths or lists")
            return None

    def _add(self, key: str, problem: str, remedy: str) -> None:
        self._wrong.append(
            Problem(f"flow {self._flow}, step {getattr(self, '_name', self._flow)}, {key}", problem, remedy)
        )


def _named(value: Any) -> Any:
    """A value in which each step is the reference to its result."""
    if isinstance(value, FlowStep):
        return f"{{{value.name}}}"
    if type(value) is dict:
        return {key: _named(each) for key, each in value.items()}
    return [_named(each) for each in value] if type(value) is list else value

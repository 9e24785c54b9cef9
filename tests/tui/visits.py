"""The way to every screen the dashboard has, and in which workspaces each can be reached.

What a picture shows must be the same on every machine at any time: each way ends where nothing moves any more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ef_tui.opening import open_comparison, open_flows, open_record
from ef_tui.screens.comparison import ComparisonScreen
from ef_tui.screens.flows import FlowsScreen
from ef_tui.screens.forecast import ForecastScreen
from ef_tui.screens.forecast_set import SetScreen
from ef_tui.screens.live import LiveScreen
from ef_tui.screens.output import OutputScreen
from ef_tui.screens.plan import PlanScreen
from tests.service.documents import SMALL, small, write
from tests.tui import flow_workspace
from tests.tui.conftest import Person

Visit = Callable[[Person], Awaitable[None]]

NO_SUCH_ID = "0123456789ab"


@dataclass(frozen=True)
class View:
    """One thing to look at: on which screen it is, in which workspaces there is one, how one gets there."""

    screen: str
    kinds: tuple[str, ...]
    visit: Visit


EVERY = ("empty", "typical", "failing")
FILLED = EVERY[1:]
EMPTY, FAILING = EVERY[:1], EVERY[2:]


def write_files(directory: Path) -> None:
    """What the stage form finds: a good document and a bad one."""
    directory.mkdir()
    write(directory / "a-good.json", small(label="good"))
    write(directory / "b-bad.json", SMALL.replace('"monthly"', '"sometimes"').replace("1000", '"plenty"'))


async def settled(person: Person) -> None:
    """The main screen as it opens; what the cursor is on is looked into."""
    await person.until(lambda: person.main.is_settled)


def pressing(*keys: str) -> Visit:
    """From the settled main screen, these keys."""

    async def visit(person: Person) -> None:
        await settled(person)
        await person.press(*keys)
        await settled(person)

    return visit


async def selecting(person: Person) -> None:
    """What is staged and some of what is evaluated; each is looked into before the next key."""
    await pressing("2", "a")(person)
    await pressing("4", "space", "space", "space")(person)


def typing(key: str, text: str) -> Visit:
    """From the settled main screen, a key that opens a box, and a text in it."""

    async def visit(person: Person) -> None:
        await settled(person)
        await person.press(key)
        await person.type(text)
        await settled(person)

    return visit


def staging(*keys: str) -> Visit:
    """The stage form with the cursor on one of the files."""

    async def visit(person: Person) -> None:
        await settled(person)
        await person.press("s")
        await person.until(lambda: "a-good.json" in person.text)
        await person.press(*keys)
        await person.until(lambda: "Valid" in person.text or "problems" in person.text or not keys)
        person.app.screen.query_one("#path").value = "plans/a.json" if keys else ""  # type: ignore[attr-defined]

    return visit


async def read(person: Person) -> None:
    """The report of what is evaluated, as text."""
    await settled(person)
    await person.press("4", "R")
    await person.until(lambda: isinstance(person.app.screen, OutputScreen))
    await drained(person)


def commanding(command: str, end: str) -> Visit:
    """A command typed at `:`, and what it printed until it ended."""

    async def visit(person: Person) -> None:
        await settled(person)
        await person.press("colon")
        await person.type(command)
        await person.press("enter")
        await person.until(lambda: end in person.text)

    return visit


async def events(person: Person) -> None:
    """What happened lately."""
    await settled(person)
    await person.press("v")
    await person.until(lambda: isinstance(person.app.screen, LiveScreen))
    await drained(person)


async def drained(person: Person) -> None:
    """Waits until nothing works in the background but the look at the workspace."""
    await person.until(lambda: all(w.is_finished or w.group == "snapshots" for w in person.app.workers))


async def forecast(person: Person) -> ForecastScreen:
    """What is evaluated; of what fails what went wrong; where nothing is, what somebody has just deleted."""
    states = {row.state: row.id for row in person.app.snapshot.evaluated if row.kind == "forecast"}
    label = {row.label: row.id for row in person.app.snapshot.evaluated}.get("an invented household")
    await settled(person)
    open_record(person.app, label or states.get("infeasible") or NO_SUCH_ID)
    await person.until(lambda: isinstance(person.app.screen, ForecastScreen))
    await drained(person)
    screen = person.app.screen
    assert isinstance(screen, ForecastScreen)
    return screen


def forecast_page(page: int, *keys: str) -> Visit:
    """A page of a forecast, after the chart was drawn."""

    async def visit(person: Person) -> None:
        screen = await forecast(person)
        if screen.whole is not None:
            await person.until(lambda: "┤" in person.text)
        await person.press(str(page), *keys)
        await drained(person)

    return visit


async def failed_forecast(person: Person) -> None:
    """A forecast without a result."""
    await settled(person)
    failed = next(row for row in person.app.snapshot.evaluated if row.state == "failed")
    open_record(person.app, failed.id)
    await person.until(lambda: "It has no result" in person.text)
    await person.press("6")


def comparison_page(page: int) -> Visit:
    """A page of a comparison of three scenarios, or of what somebody has just deleted."""

    async def visit(person: Person) -> None:
        await settled(person)
        members = [row.id for row in person.app.snapshot.evaluated if row.tracking not in (None, row.id)]
        open_comparison(person.app, sorted(members)[-3:] or [NO_SUCH_ID, NO_SUCH_ID[::-1]])
        await person.until(lambda: isinstance(person.app.screen, ComparisonScreen))
        await drained(person)
        await person.press(str(page))
        if members and page == 2:
            await person.until(lambda: "┤" in person.text)

    return visit


def set_page(page: int, *keys: str) -> Visit:
    """A page of a set, or of what somebody has just deleted."""

    async def visit(person: Person) -> None:
        await settled(person)
        sets = [row.id for row in person.app.snapshot.evaluated if row.kind == "forecastset"]
        open_record(person.app, (sets or [f"S{NO_SUCH_ID}"])[0])
        await person.until(lambda: isinstance(person.app.screen, SetScreen))
        await drained(person)
        await person.press(str(page), *keys)

    return visit


def flows(record_id: str, *keys: str) -> Visit:
    """The screen of flows, at a run or step where there is one, and these keys."""

    async def visit(person: Person) -> None:
        await settled(person)
        open_flows(person.app, record_id)
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen))
        screen = person.app.screen
        assert isinstance(screen, FlowsScreen)
        await drained(person)
        if screen.seen.flows:
            await person.until(lambda: screen.seen.tree and screen.run and screen.seen.tree.run.key == screen.run.key)
        await person.until(lambda: screen.current.has_focus_within)
        await person.pilot.pause()  # the frame of the pane with the focus is drawn anew
        await person.press(*keys)
        await drained(person)

    return visit


async def plan(person: Person) -> None:
    """What recovering a failed run would do."""
    await flows(flow_workspace.FAILED, "t")(person)
    await person.until(lambda: isinstance(person.app.screen, PlanScreen))


VIEWS: dict[str, View] = {
    "main": View("main", EVERY, settled),
    "zoomed": View("main", EVERY, pressing("4", "z")),
    "filtered": View("main", EVERY, typing("slash", "keep")),
    "selected": View("main", FILLED, selecting),
    "help": View("help", EVERY, pressing("question_mark")),
    "palette": View("palette", EVERY, typing("ctrl+p", "zoom")),  # the list of all commands grows with every one
    "command": View("palette", EVERY, typing("colon", "explain")),
    "question": View("question", FILLED, pressing("3", "K")),
    "engine": View("engine", EVERY, pressing("E")),
    "leaving": View("question", FILLED, pressing("q")),
    "dates": View("dates", FILLED, pressing("4", "n")),
    "stage-valid": View("stage", EVERY, staging("down")),
    "stage-findings": View("stage", EVERY, staging("end")),
    "stage-nothing": View("stage", EMPTY, staging()),
    "report": View("output", FILLED, read),
    "listed": View("output", FILLED, commanding("list --state evaluated", "done")),
    "refused": View("output", EMPTY, commanding(f"show {NO_SUCH_ID}", "ended with 4")),
    "events": View("output", EVERY, events),
    "forecast-1": View("forecast", EVERY, forecast_page(1)),
    "forecast-2": View("forecast", EVERY, forecast_page(2)),
    "forecast-3": View("forecast", EVERY, forecast_page(3)),
    "forecast-4": View("forecast", EVERY, forecast_page(4)),
    "forecast-5": View("forecast", EVERY, forecast_page(5)),
    "forecast-6": View("forecast", EVERY, forecast_page(6)),
    "forecast-lines": View("forecast", FILLED, forecast_page(1, "down", "space", "down", "space")),
    "forecast-failed": View("forecast", FAILING, failed_forecast),
    "comparison-1": View("comparison", EVERY, comparison_page(1)),
    "comparison-2": View("comparison", EVERY, comparison_page(2)),
    "comparison-3": View("comparison", EVERY, comparison_page(3)),
    "comparison-4": View("comparison", EVERY, comparison_page(4)),
    "comparison-5": View("comparison", EVERY, comparison_page(5)),
    "set-1": View("set", EVERY, set_page(1)),
    "set-2": View("set", EVERY, set_page(2)),
    "set-3": View("set", EVERY, set_page(3)),
    "set-chosen": View("set", FILLED, set_page(2, "space", "down", "space")),
    "flows": View("flows", EVERY, flows("")),
    "steps": View("flows", EVERY, flows(f"{flow_workspace.FAILED}.{flow_workspace.BROKEN + 1}")),
    "schedules": View("flows", EVERY, flows("", "3")),
    "flows-filtered": View("flows", FILLED, flows("", "slash", *"loops", "enter")),
    "plan": View("plan", FILLED, plan),
}
"""By name, in the order of the screens; a new screen is a line here, and pictures of it follow."""

SCREENS = tuple(dict.fromkeys(view.screen for view in VIEWS.values()))


def kinds_of(screen: str) -> tuple[str, ...]:
    """The workspaces in which one can get to a screen."""
    views = [view for view in VIEWS.values() if view.screen == screen]
    return tuple(kind for kind in EVERY if any(kind in view.kinds for view in views))

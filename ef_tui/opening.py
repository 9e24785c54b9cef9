"""Opening screens. A module is imported when its screen is first opened, for the first paint does not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from ef_engine.service.database_listing import LOADED_ID
from ef_tui.actions import READ_ONLY
from ef_tui.commands import command_text
from ef_tui.subjects import Subject

if TYPE_CHECKING:
    from ef_tui.app import EfApp


def open_record(app: EfApp, record_id: str) -> None:
    """Opens the screen of a forecast or of a set, of a flow's run or step that of flows."""
    if record_id.startswith("F"):
        open_flows(app, record_id)
    elif record_id.startswith("S"):
        _open(app, "forecast_set", "SetScreen", record_id)
    else:
        _open(app, "forecast", "ForecastScreen", record_id)


def open_flows(app: EfApp, record_id: str = "") -> None:
    """Opens the screen of flows, at a run or step if one is named."""
    _open(app, "flows", "FlowsScreen", record_id)


def open_comparison(app: EfApp, ids: Sequence[str]) -> None:
    """Opens the comparison of two to four forecasts."""
    _open(app, "comparison", "ComparisonScreen", list(ids))


def _open(app: EfApp, module: str, name: str, subject: object) -> None:
    """Opens a screen whose module brings numbers and charts along; importing that takes a thread's time."""
    app.in_background(partial(_screen, module, name), lambda screen: app.push_screen(screen(subject)), group="open")


def open_output(app: EfApp, title: str, text: str) -> None:
    """Opens a text on a screen of its own."""
    app.push_screen(_screen("output", "OutputScreen")(title, text.splitlines()))


def open_log(app: EfApp, subject: Subject) -> None:
    """Opens the log of something, which grows while it runs."""
    from ef_tui.verbs import log

    title = command_text(("log", subject.id), app.session.words)
    app.push_screen(_screen("live", "LiveScreen")(title, lambda: log(app.workspace, [subject], 0).splitlines()))


def open_events(app: EfApp) -> None:
    """Shows what happened lately."""
    from ef_engine.service.recent_events import recent_events
    from ef_engine.service.record_names import Names

    read = partial(recent_events, Names(app.workspace.places))
    app.push_screen(_screen("live", "LiveScreen")("What happened lately (UTC)", read))


def open_stage_form(app: EfApp, file: str | None = None) -> None:
    """Opens the stage form, on a file if one is named."""
    if app.session.is_read_only:
        app.warn(f"stage: {READ_ONLY}.")
    elif file == LOADED_ID:
        from ef_tui.prompt import run_command

        run_command(app, "stage")
    else:
        app.push_screen(_screen("stage", "StageScreen")(Path(file) if file else Path.cwd()))


def _screen(module: str, name: str) -> Callable[..., Screen[None]]:
    return cast("Callable[..., Screen[None]]", getattr(import_module(f"ef_tui.screens.{module}"), name))

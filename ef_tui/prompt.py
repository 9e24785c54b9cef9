"""What is typed at `:` and chosen in the palette, and what then happens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ef_engine.errors import CommandError
from ef_tui.commands import Running, command_text, split
from ef_tui.engine_choice import command_words
from ef_tui.palette import Entry, command_entries, history_entries
from ef_tui.screens.base import EfScreen
from ef_tui.screens.output import OutputScreen
from ef_tui.screens.palette import PaletteScreen
from ef_tui.wrapping import wrapped

if TYPE_CHECKING:
    from ef_tui.app import EfApp


def ask_for_command(app: EfApp) -> None:
    """Opens the palette on commands alone, the latest ones first."""
    entries = [*history_entries(app.history), *command_entries(app.session.is_read_only)]
    app.push_screen(PaletteScreen(entries, "a command of ef_cli, such as: list --state failed"), partial(_chosen, app))


def offer_everything(app: EfApp) -> None:
    """Opens the palette on everything that can be done here."""
    entries = command_entries(app.session.is_read_only)
    if isinstance(app.screen, EfScreen):
        entries = [*app.screen.offers(), *entries]
    app.push_screen(PaletteScreen(entries, "what to do"), partial(_chosen, app))


def _chosen(app: EfApp, chosen: Entry | str | None) -> None:
    if isinstance(chosen, Entry):
        app.call_later(app.run_action, f"screen.{chosen.action}")
    elif chosen:
        run_command(app, chosen)


def run_command(app: EfApp, text: str) -> None:
    """Runs a command of `ef_cli` on this workspace and shows what it prints, as it prints it."""
    try:
        words = split(text, app.session.is_read_only)
    except CommandError as error:
        app.tell_error(error)
        return
    words = list(command_words(app.session, words))
    app.history.append(command_text(words).partition(" ")[2])
    running = Running((*app.session.words, *words))
    title = command_text(words, app.session.words)
    screen = OutputScreen(title, closed=running.stop)
    app.push_screen(screen)

    def ended(code: int) -> None:
        app.look_now()
        if screen.is_attached:
            screen.say("done" if code == 0 else f"ended with {code}")
            if code:  # what went wrong is sentences, which nobody should have to scroll sideways for
                screen.view.show(wrapped(screen.view.lines, max(20, app.size.width - 3)))

    def told(lines: list[str]) -> None:
        if app.is_running:
            app.call_from_thread(_append, screen, lines)

    work = partial(running.run, max(40, app.size.width - 1), told)
    app.in_background(work, ended, group=f"command {len(app.history)}")


def _append(screen: OutputScreen, lines: list[str]) -> None:
    if screen.is_attached and screen.is_mounted:
        screen.view.append(lines)

"""What the palette offers, and what of it fits what somebody types. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ef_engine.cli.commands import COMMANDS
from ef_tui.actions import ACTIONS, Action
from ef_tui.subjects import Subject

READING = frozenset({
    "list", "ps", "wait", "report", "compare", "show", "inspect", "explain", "log", "stack", "schema", "template",
    "config", "completions", "ls", "listen", "help",
})  # fmt: skip
"""Commands that change nothing, for those who may only look."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One offer: `action` is the action of the app it runs, or `words` are put into the box to be gone on with."""

    title: str
    about: str
    key: str = ""
    action: str = ""
    words: str = ""


def command_entries(is_read_only: bool = False) -> list[Entry]:
    """Every command of `ef_cli`."""
    return [
        Entry(f"{command.name} {command.words}".strip(), command.summary, words=f"{command.name} ")
        for command in COMMANDS
        if not is_read_only or command.name in READING
    ]


def history_entries(history: Sequence[str]) -> list[Entry]:
    """What was done before, the newest first, each once."""
    return [Entry(text, "again", words=text) for text in dict.fromkeys(reversed(history))]


def entries_of(
    actions: Iterable[Action], subjects: Sequence[Subject], keys: Mapping[str, str], is_read_only: bool
) -> list[Entry]:
    """Those of the actions that can be done to the subjects."""
    return [
        Entry(action.title_for(subjects), action.about, keys.get(action.id, ""), f"act('{action.id}')")
        for action in actions
        if not action.why_not(subjects, is_read_only)
    ]


def action_entries(subjects: Sequence[Subject], keys: Mapping[str, str], is_read_only: bool) -> list[Entry]:
    """The actions that can be done to the subjects, and those of the dashboard itself."""
    entries = entries_of(ACTIONS, subjects, keys, is_read_only)
    own = (
        ("stage", "pick a file, check it, keep it to be run", "stage"),
        ("pause queue", "let nothing new begin, or go on", "pause_queue"),
        ("filter", "show only some rows", "filter"),
        ("zoom", "show one pane alone", "zoom"),
        ("events", "what happened lately", "events"),
        ("flows", "their runs as trees, recovering them, and schedules", "flows"),
    )
    own_entries = [
        Entry(title, about, keys.get(name, ""), name)
        for title, about, name in own
        if not (is_read_only and name in ("stage", "pause_queue"))
    ]
    return [*entries, *own_entries, *engine_entries(keys, is_read_only)]


def engine_entries(keys: Mapping[str, str], is_read_only: bool) -> list[Entry]:
    """The choice of where forecasts run, for those who may run any."""
    about = "this machine, or a Dask cluster"
    return [] if is_read_only else [Entry("where to run", about, keys.get("engine", ""), "choose_engine")]


def matching(entries: Iterable[Entry], text: str) -> list[Entry]:
    """The entries that fit: those whose title begins so, then those that hold every word of the text somewhere."""
    wanted = text.lower().split()
    found = [entry for entry in entries if all(word in f"{entry.title} {entry.about}".lower() for word in wanted)]
    return sorted(found, key=lambda entry: not entry.title.lower().startswith(text.lower().strip()))

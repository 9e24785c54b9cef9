"""The table `[dashboard]` of the config file: what it may hold, and the values it is read as.

Keys are only checked to be texts here; which ids and keys there are is the dashboard's to know, which the command line
never imports.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ef_engine.cli.durations import seconds
from ef_engine.cli.options import Option
from ef_engine.errors import CommandError

TABLE = "dashboard"
THEMES = ("auto", "dark", "light", "ansi", "contrast")

OPTIONS = (
    Option("dashboard.theme", "how it looks; auto goes by the terminal", "NAME", THEMES),
    Option("dashboard.refresh", "time between two looks at the workspace (default: 1s)", "DURATION"),
    Option("dashboard.refresh_unfocused", "the same while its window has no focus (default: 5s)", "DURATION"),
    Option("dashboard.mouse", "whether the mouse is its own, true or false (default: true)"),
    Option("dashboard.schedules", "whether it runs what is due, true or false (default: true)"),
)
KEYS = f"{TABLE}.keys."
"""`dashboard.keys.ID` is the keys of one binding."""

_DEFAULTS: Mapping[str, Any] = {
    "dashboard.theme": "auto", "dashboard.refresh": "1s", "dashboard.refresh_unfocused": "5s", "dashboard.mouse": True,
    "dashboard.schedules": True,
}  # fmt: skip
_DURATIONS = ("dashboard.refresh", "dashboard.refresh_unfocused")


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """`theme` is one of `THEMES`; the two waits are seconds; `keys` are by id of a binding, as written."""

    theme: str = "auto"
    refresh: float = 1.0
    refresh_unfocused: float = 5.0
    mouse: bool = True
    schedules: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)


def default_of(name: str) -> Any:
    """What a setting of the dashboard is if nobody says so."""
    return _DEFAULTS[name]


def flattened(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The table `[dashboard]` in a config file's table as single settings; raises CommandError where it is none."""
    flat = {key: value for key, value in table.items() if key != TABLE}
    own = _table(table.get(TABLE, {}), f"{place}: {TABLE}")
    keys = _table(own.pop("keys", {}), f"{place}: {TABLE}.keys")
    for key, value in keys.items():
        if not isinstance(value, str):
            raise CommandError(
                f"{place}: {KEYS}{key} cannot be {value!r}", 'write keys as a text, such as "r" or "r,f5"'
            )
    return flat | {f"{TABLE}.{key}": value for key, value in own.items()} | {KEYS + key: keys[key] for key in keys}


def _table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CommandError(f"{place} cannot be {value!r}", f"write a table [{place.rpartition(': ')[2]}]")
    return dict(value)


def check(name: str, value: Any, place: str) -> None:
    """Raises CommandError for a duration that is none."""
    if name in _DURATIONS:
        _seconds(str(value), place)


def _seconds(text: str, place: str) -> float:
    try:
        return seconds(text)
    except argparse.ArgumentTypeError as error:
        raise CommandError(f"{place}: {error}", "correct it, or leave it out") from error


def read(values: Mapping[str, Any]) -> DashboardSettings:
    """The settings by name, as they were resolved, as one value."""
    return DashboardSettings(
        theme=values["dashboard.theme"],
        refresh=_seconds(str(values["dashboard.refresh"]), "dashboard.refresh"),
        refresh_unfocused=_seconds(str(values["dashboard.refresh_unfocused"]), "dashboard.refresh_unfocused"),
        mouse=values["dashboard.mouse"],
        schedules=values["dashboard.schedules"],
        keys={name.removeprefix(KEYS): value for name, value in values.items() if name.startswith(KEYS)},
    )

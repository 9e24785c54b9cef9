"""Which keys there are, and where: everything that has to be told of keys is made from the bindings themselves.

A key may mean two things on two screens, but never on one: a scope is a screen with the widgets that can have its keys.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.binding import Binding
from textual.keys import Keys

from ef_engine.errors import CommandError
from ef_engine.service.query_fields import suggestion

_WIDE = "ef_tui.widgets.wide_table.WideTable"
EVERYWHERE = "everywhere"
_SCREENS = {
    EVERYWHERE: ("ef_tui.app.EfApp", "ef_tui.screens.base.EfScreen"),
    "main screen": ("ef_tui.screens.main.MainScreen", "ef_tui.widgets.virtual_table.VirtualTable"),
    "output": ("ef_tui.screens.output.OutputScreen",),
    "forecast": ("ef_tui.screens.forecast.ForecastScreen", "ef_tui.screens.paged.PagedScreen", _WIDE),
    "comparison": ("ef_tui.screens.comparison.ComparisonScreen", "ef_tui.screens.paged.PagedScreen", _WIDE),
    "set": ("ef_tui.screens.forecast_set.SetScreen", "ef_tui.screens.paged.PagedScreen", _WIDE),
    "flows": ("ef_tui.screens.flows.FlowsScreen",),
    "stage form": ("ef_tui.screens.stage.StageScreen",),
}
"""Where bindings are declared, by scope."""
SCOPES = tuple(_SCREENS)

_NAMES = {
    "question_mark": "?", "slash": "/", "colon": ":", "space": "space", "escape": "esc", "up": "↑", "down": "↓",
    "left": "←", "right": "→", "pageup": "pgup", "pagedown": "pgdn", "delete": "del", "comma": ",", "full_stop": ".",
    "plus": "+", "minus": "-", "exclamation_mark": "!",
}  # fmt: skip
_KNOWN = {key.value for key in Keys} | set(_NAMES)
_CHORD = re.compile(r"(?:(?:ctrl|alt|shift|super)\+)+(\S+)")


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding where it counts: `keys` are those the keymap gives it, else its own."""

    id: str
    scope: str
    title: str
    keys: tuple[str, ...]

    @property
    def shown(self) -> str:
        """Its keys for people."""
        return ", ".join(map(shown, self.keys))


def shown(key: str) -> str:
    """A key as people write it: `?`, `esc`, `^p`."""
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    name = _NAMES.get(name, name)
    if modifiers == ["ctrl"]:
        return f"^{name}"
    return "+".join((*modifiers, name))


def every_binding(keys: Mapping[str, str] | None = None, scopes: Collection[str] = SCOPES) -> list[Bound]:
    """Every binding that has an id, scope by scope, in the order they are declared."""
    found: dict[tuple[str, str], Bound] = {}
    for scope in scopes:
        for binding in (binding for name in _SCREENS[scope] for binding in _declared(name)):
            if binding.id is not None:
                text = (keys or {}).get(binding.id, binding.key)
                bound = Bound(binding.id, scope, binding.description, _split(text))
                found.setdefault((scope, binding.id), bound)
    return list(found.values())


def _declared(name: str) -> Iterator[Binding]:
    module, _, attribute = name.rpartition(".")
    owner: Any = getattr(import_module(module), attribute)
    for binding in owner.__dict__.get("BINDINGS", ()):
        yield binding if isinstance(binding, Binding) else Binding(*binding)


def _split(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(",") if key.strip())


def keys_by_id(keys: Mapping[str, str], scopes: Collection[str] = (EVERYWHERE, "main screen")) -> dict[str, str]:
    """The first key of each binding of these scopes as it is shown, by id."""
    return {bound.id: shown(bound.keys[0]) for bound in every_binding(keys, scopes) if bound.keys}


def check(keys: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Raises CommandError for a binding there is none of, a key that is none, and two meanings of one key.

    `places` says where each was written.
    """
    known = {bound.id for bound in every_binding()}
    for binding_id, text in keys.items():
        place = f"{places.get(binding_id, 'config file')}: dashboard.keys.{binding_id}"
        if binding_id not in known:
            remedy = suggestion(binding_id, known, f"it is one of {', '.join(sorted(known))}")
            raise CommandError(f"{place}: there is no such binding", remedy)
        for key in _split(text) or ("",):
            if not _is_key(key):
                raise CommandError(f"{place}: {key!r} is no key", 'write it as "x", "f5", "ctrl+r" or "question_mark"')
    _check_conflicts(keys, places)


def _is_key(key: str) -> bool:
    chord = _CHORD.fullmatch(key)
    name = chord[1] if chord else key
    return (len(name) == 1 and name.isprintable() and name != " ") or name in _KNOWN


def _check_conflicts(keys: Mapping[str, str], places: Mapping[str, str]) -> None:
    bindings = every_binding(keys)
    everywhere = [bound for bound in bindings if bound.scope == EVERYWHERE]
    for scope in _SCREENS:
        owners: dict[str, str] = {}
        own = [bound for bound in bindings if bound.scope == scope and scope != EVERYWHERE]
        for key, binding_id in _pairs([*own, *everywhere]):
            other = owners.setdefault(key, binding_id)
            if other != binding_id and not {other, binding_id}.isdisjoint(keys):
                moved, stays = (other, binding_id) if other in keys else (binding_id, other)
                place = f"{places.get(moved, 'config file')}: dashboard.keys.{moved}"
                raise CommandError(f"{place}: {key!r} is the key of {stays} already", "give one of them another key")


def _pairs(bindings: Iterable[Bound]) -> Iterator[tuple[str, str]]:
    for bound in bindings:
        for key in bound.keys:
            yield key, bound.id

"""Every key reaches its action on every screen, and every action is done in some test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from ef_engine.service.workspace import Workspace
from ef_tui.actions import BY_ID
from ef_tui.app import EfApp
from ef_tui.flow_actions import FLOWS_BY_ID
from ef_tui.keymap import _SCREENS, _declared
from tests.tui import test_actions, test_flows_screen
from tests.tui.conftest import opened
from tests.tui.visits import VIEWS

VIEW_OF = {
    "everywhere": "main", "main screen": "main", "output": "report", "forecast": "forecast-3",
    "comparison": "comparison-3", "set": "set-2", "flows": "steps", "stage form": "stage-nothing",
}  # fmt: skip
"""Where the keys of a scope count; pages with a wide table, because that has keys too."""


@pytest.mark.parametrize("scope", _SCREENS)
async def test_every_key_reaches_its_action(
    looked_at: Callable[[str], Workspace], scope: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-good.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    before = {name for other, names in _SCREENS.items() for name in names if other < scope}
    bindings = [each for name in _SCREENS[scope] if name not in before for each in _declared(name) if each.id]
    pressed = [(key, binding.action) for binding in bindings for key in binding.key.split(",")]
    actions = {action for _, action in pressed}
    ran: list[str] = []

    async def run_action(app: EfApp, action: str, *_: object, **__: object) -> bool:
        ran.append(action)
        return action in actions  # else the next binding of the key is tried, as if this one had nothing to do

    async with opened(looked_at("typical")) as person:
        await VIEWS[VIEW_OF[scope]].visit(person)
        with patch.object(EfApp, "run_action", run_action):
            await person.press(*(key for key, _ in pressed))
    reached = [action for action in ran if action in actions]
    assert [(key, action) for (key, _), action in zip(pressed, reached, strict=True)] == pressed


def test_every_action_is_done_in_some_test() -> None:
    tests = (*vars(test_actions).values(), *vars(test_flows_screen).values())
    done = {name for test in tests for name in getattr(test, "does", ())}
    assert done == {*BY_ID, *FLOWS_BY_ID}

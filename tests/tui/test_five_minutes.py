"""The first five minutes of a new user in a real terminal: stage the sample, run it, compare two scenarios, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ef_engine.service.sample import init
from ef_engine.store.places import places_under
from tests.house.files import ROOT
from tests.jobs.conftest import Shop, end, until
from tests.tui.terminals import Terminal, terminal

SIZE = (160, 45)
DOWN, ESC, ENTER, CTRL_R = "\x1b[B", "\x1b", "\r", "\x12"

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The sample in a directory of its own; no browser opens."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    init(tmp_path / "house")
    shop = Shop(home, places_under(home))
    yield shop
    end(shop)


def opened_on(shop: Shop) -> list[str]:
    return ["--workspace", str(shop.home)]


def assert_nothing_is_left(shown: Terminal, shop: Shop) -> None:
    assert shown.wait() == 0
    assert shown.is_restored()
    until(lambda: not shop.supervisor_pids())


def the_page(shop: Shop) -> Path:
    (page,) = shop.places.data.glob("*/reports/compare-*.html")
    return page


def test_by_keyboard_only(shop: Shop) -> None:
    with terminal(*opened_on(shop), size=SIZE, directory=shop.home.parent / "house") as shown:
        shown.until_visible("4 Evaluated 0")
        shown.press("s")
        shown.until_visible("household-set.json")
        shown.press(DOWN)
        shown.until_visible("Valid: a forecast set, car and home")
        shown.press(CTRL_R)
        shown.until_visible("4 Evaluated 7")
        shown.press("4/")
        shown.until_visible("state=failed")
        shown.press("kind=forecastset")
        shown.until_visible("4 Evaluated 1 of 7")
        shown.press(ENTER)
        shown.until(lambda: sum("kind=forecastset" in line for line in shown.picture.lines) == 1)  # the box is gone
        shown.press(ENTER)
        shown.until_visible("6 of 6 scenarios have a result")
        shown.press("2")
        shown.until_visible("Behind")
        shown.press(f" {DOWN} ")
        shown.until_visible("2 selected")
        shown.press("c")
        shown.until_visible("less net worth than A")
        shown.press("r")
        shown.until_visible("The report is")
        assert the_page(shop).read_bytes().startswith(b"<!doctype html>")
        shown.press("q")
        shown.until_visible("2 selected")
        shown.press("q")
        shown.until_visible("4 Evaluated")
        shown.press("q")
        assert_nothing_is_left(shown, shop)


def test_by_mouse_only(shop: Shop) -> None:
    with terminal(*opened_on(shop), size=SIZE, directory=shop.home.parent / "house") as shown:
        shown.until_visible("4 Evaluated 0")
        shown.click(" s stage")
        shown.click("household-set.json")
        shown.until_visible("Valid: a forecast set, car and home")
        shown.click(" stage and run")
        shown.until_visible("4 Evaluated 7")
        shown.click("to 12,361.16", times=2)
        shown.until_visible("6 of 6 scenarios have a result")
        shown.click("2 Ranking")
        shown.click("Core | keep | smaller flat")
        shown.click("space select")
        shown.click("Core | replace | smaller flat")
        shown.click("space select")
        shown.until_visible("2 selected")
        shown.click("c compare")
        shown.until_visible("less net worth than A")
        shown.click("2 Chart")
        shown.until_visible("┤")
        shown.click("r report")
        shown.until_visible("The report is")
        assert the_page(shop).read_bytes().startswith(b"<!doctype html>")
        shown.click("esc back")
        shown.until_visible("2 selected")
        shown.click("esc back")
        shown.until_visible("4 Evaluated")
        shown.click("q quit")
        assert_nothing_is_left(shown, shop)


def test_make_demo_opens_the_dashboard_in_a_terminal_and_q_ends_it(tmp_path: Path) -> None:
    """The environment is the one these tests run in, so that nothing is installed."""
    (tmp_path / "Makefile").symlink_to(ROOT / "Makefile")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "constraints.txt").touch()
    environment = tmp_path / ".venv"
    environment.mkdir()
    (environment / "bin").symlink_to(Path(sys.executable).parent)
    for stamp in (".made", ".runs"):
        (environment / stamp).touch()
    with terminal("demo", size=SIZE, program=("make",), directory=tmp_path, MAKEFLAGS="") as shown:
        shown.until_visible("4 Evaluated 8")
        shown.until_visible("✓ evaluated  an invented")
        shown.press("q")
        assert shown.wait() == 0
        assert shown.is_restored()
    assert "What to try next" not in shown.text
    home = tmp_path / "demo"
    until(lambda: not Shop(home, places_under(home)).supervisor_pids())
    assert sorted(os.listdir(tmp_path)) == [".venv", "Makefile", "constraints.txt", "demo", "pyproject.toml"]

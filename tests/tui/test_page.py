"""The page about the dashboard lists the keys there are; what the dashboard and the command line share agrees."""

from __future__ import annotations

from ef_engine.cli.dashboard_settings import THEMES as THEME_SETTINGS
from ef_tui.keymap import every_binding
from ef_tui.themes import NAMES, theme_for
from screenshots.__main__ import HERE, PICTURES
from tests.house.files import ROOT

BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->"


def keys_table() -> str:
    """The keys as the page has them."""
    lines = ["| keys | | name |", "|---|---|---|"]
    scope = "everywhere"
    for bound in every_binding():
        where = "" if bound.scope == scope or not lines else f"| **{bound.scope}** | | |"
        lines += [where] if where else []
        scope = bound.scope
        keys = ", ".join(f"`{key}`" for key in bound.shown.split(", "))
        lines.append(f"| {keys} | {bound.title} | `{bound.id}` |")
    return "\n".join(lines) + "\n"


def test_the_page_lists_every_key() -> None:
    page = (ROOT / "docs/dashboard.md").read_text(encoding="utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0] == keys_table()


def test_the_settings_know_every_theme() -> None:
    assert set(THEME_SETTINGS) == {"auto", *NAMES}


def test_the_theme_goes_by_the_terminal() -> None:
    colours = {"TERM": "xterm-256color"}
    assert theme_for(colours) == "dark"
    assert theme_for(colours | {"SSH_CONNECTION": "1 2 3 4"}) == "ansi"
    assert theme_for(colours | {"NO_COLOR": "1"}) == "ansi"
    assert theme_for({"TERM": "xterm"}) == "ansi"
    assert theme_for({"TERM": "xterm", "COLORTERM": "truecolor"}) == "dark"


def test_every_picture_is_there_and_none_besides() -> None:
    assert {path.stem for path in HERE.glob("*.svg")} == set(PICTURES)

"""A tree in text."""

from __future__ import annotations

from ef_engine.report.tree import tree_lines

NODES = [(0, "a"), (1, "b"), (2, "c"), (3, "d"), (2, "e"), (1, "f"), (2, "g")]


def test_branches_join_each_to_what_it_hangs_on() -> None:
    assert tree_lines(NODES) == ["a", "├─ b", "│  ├─ c", "│  │  └─ d", "│  └─ e", "└─ f", "   └─ g"]


def test_a_terminal_without_branches_gets_plain_signs() -> None:
    assert tree_lines(NODES[:4], "ascii") == ["a", "`- b", "   `- c", "      `- d"]


def test_nothing_is_no_line() -> None:
    assert tree_lines([]) == []

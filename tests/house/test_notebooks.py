"""The page for notebooks is a session that runs, and each line shows what its page says."""

from __future__ import annotations

import ast
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.house.documents import blocks
from tests.house.files import ROOT

PAGE = ROOT / "docs/notebooks.md"


def shown_after(node: ast.stmt, lines: list[str]) -> str | None:
    """The comment right below a line: what it shows."""
    below = lines[node.end_lineno or 0 : (node.end_lineno or 0) + 1]
    return below[0].removeprefix("# ") if below and below[0].startswith("# ") else None


def test_every_line_shows_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "house").mkdir()
    household = files("ef_engine.sample").joinpath("household.json").read_bytes()
    (tmp_path / "house/household.json").write_bytes(household)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    compared = 0
    for block in blocks(PAGE, "python"):
        for node in ast.parse(block).body:
            if not isinstance(node, ast.Expr):
                exec(compile(ast.Module([node], []), PAGE.name, "exec"), names)
                continue
            expected = shown_after(node, block.splitlines())
            found = eval(compile(ast.Expression(node.value), PAGE.name, "eval"), names)
            assert str(found) == str(ast.literal_eval(expected or "")), ast.unparse(node)
            compared += 1
    assert compared >= 10

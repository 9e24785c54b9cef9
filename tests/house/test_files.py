"""Every file of the project keeps its proportions and says nothing about the machine it was written on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.files import ROOT, project_files

MOST_LINES = 500
MOST_LINES_OF_A_FUNCTION = 60
UNWANTED = re.compile(r"[/]work/|[/]root/|[/]home/\w|[f]ile://|[i]ndex-url")

TEXTS = [path for path in project_files() if path.suffix in {"", ".md", ".py", ".toml", ".txt", ".json", ".cfg"}]
SOURCES = [path for path in TEXTS if path.suffix == ".py"]
WRITTEN = [path for path in TEXTS if path.suffix != ".json"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_check() -> None:
    assert len(SOURCES) > 20


def test_every_file_has_fewer_than_500_lines() -> None:
    lengths = {name(path): path.read_text(encoding="utf-8").count("\n") for path in WRITTEN}
    assert {path: lines for path, lines in lengths.items() if lines >= MOST_LINES} == {}


def test_every_module_begins_with_its_docstring() -> None:
    modules = [path for path in SOURCES if "tests" not in path.parts]
    texts = {name(path): path.read_text(encoding="utf-8") for path in modules}
    assert [path for path, text in texts.items() if text and not text.startswith(('"""', 'r"""'))] == []


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{name(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {place: lines for place, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


def test_nothing_names_a_place_of_one_machine() -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNWANTED.search(line)
    ]
    assert not found, "\n".join(found)


def test_pinned_versions_are_exact_and_carry_no_address() -> None:
    pins = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert pins
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!-]+", pin) for pin in pins)

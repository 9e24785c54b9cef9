"""What is depended on is used, declared, and met in one place."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

from tests.house.files import ROOT

HOMES = {
    "distributed": {"ef_engine/jobs/remote.py"},
    "filelock": {"ef_engine/store/locks.py"},
    "jinja2": {"ef_engine/report/html.py"},
    "openpyxl": {
        "ef_engine/report/excel.py",
        "ef_engine/sources/excel_cells.py",
        "ef_engine/sources/excel_template.py",
    },
    "pandas": {"ef_engine/frames.py"},
    "plotext": {"ef_tui/chart.py"},
    "sqlalchemy": {
        f"ef_engine/sources/database/{name}.py"
        for name in ("bulk", "connect", "dump", "failures", "inputs", "schema", "selects", "stored", "tables")
    },
    "sqlglot": {"ef_engine/sources/database/select_guard.py"},
    "shtab": {"ef_engine/cli/commands/completions.py"},
}
OURS = ("ef_engine", "ef_tui")
TERMINAL = ("rich", "textual")
OF_FILES = {"plotly"}
"""Packages of which only a file is used."""
OF_OTHERS = {"markupsafe": "jinja2"}
"""Packages that belong to one that is declared."""


def imports() -> dict[str, set[str]]:
    """Which of our modules import which outside packages, inside functions too."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(path for ours in OURS for path in (ROOT / ours).rglob("*.py")):
        for name in imported_names(path):
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names and package not in OURS:
                found[package].add(path.relative_to(ROOT).as_posix())
    return found


def imported_names(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]


def test_dependencies_are_those_that_are_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["cluster"]]
    declared = {re.split(r"[<>=!~ \[]", line, maxsplit=1)[0] for line in lines}
    assert declared == {OF_OTHERS.get(name, name) for name in imports()} | OF_FILES


def test_each_outside_package_has_one_home() -> None:
    found = imports()
    assert {package: found[package] for package in HOMES} == HOMES


def test_only_the_dashboard_draws_with_the_terminal_packages() -> None:
    found = imports()
    assert {path.partition("/")[0] for package in TERMINAL for path in found[package]} == {"ef_tui"}


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert [line for line in listed.splitlines() if "  # " not in line] == []

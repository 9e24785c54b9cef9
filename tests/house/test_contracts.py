"""The import contracts of pyproject.toml hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOT

LAYERS = "layers: who may import whom"
NO_TERMINAL = "the engine never meets the terminal UI"
ONE_DOOR = "the dashboard goes through the one door"
PURE = "pure is pure"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the packages and their contracts, to break."""
    for package in ("ef_engine", "ef_tui"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def check(house: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)


def add_line(module: Path, line: str) -> None:
    module.parent.mkdir(exist_ok=True)
    before = module.read_text(encoding="utf-8") if module.exists() else '"""A module."""\n'
    module.write_text(f"{before}\n{line}\n", encoding="utf-8")


def test_the_copy_of_an_unbroken_house_keeps_its_contracts(house: Path) -> None:
    checked = check(house)
    assert checked.returncode == 0, checked.stdout
    assert "Contracts: 4 kept, 0 broken." in checked.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("ef_engine/model/money.py", "import ef_engine.simulation", LAYERS),
        ("ef_engine/simulation/result.py", "import ef_engine.evaluation", LAYERS),
        ("ef_engine/store/places.py", "import ef_engine.service", LAYERS),
        ("ef_engine/service/__init__.py", "import ef_engine.cli", LAYERS),
        ("ef_engine/store/places.py", "import textual", NO_TERMINAL),
        ("ef_engine/cli/__init__.py", "from textual.app import App", NO_TERMINAL),
        ("ef_tui/screens/base.py", "import ef_engine.store.places", ONE_DOOR),
        ("ef_tui/rows.py", "from ef_engine.jobs.watch import Watch", ONE_DOOR),
        ("ef_engine/model/money.py", "import time", PURE),
        ("ef_engine/model/money.py", "from os import path", PURE),
        ("ef_engine/simulation/result.py", "def now() -> None:\n    import random", PURE),
        ("ef_engine/evaluation/__init__.py", "import pandas", PURE),
        ("ef_engine/errors.py", "import pathlib\nimport ef_engine.model.money\n", None),
    ],
)
def test_an_import_in_the_wrong_direction_breaks_its_contract(
    house: Path, module: str, line: str, contract: str | None
) -> None:
    add_line(house / module, line)
    checked = check(house)
    broken = [kept for kept in (LAYERS, NO_TERMINAL, ONE_DOOR, PURE) if f"{kept} BROKEN" in checked.stdout]
    assert broken == ([contract] if contract else []), checked.stdout
    assert (checked.returncode != 0) == (contract is not None)

"""`pytest tests/report --update_golden` writes the golden files anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ef_engine.cli import main

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update_golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Holds a text against a golden file."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update_golden", default=False):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample workspace with everything run. Nobody may run or delete anything in it."""
    home = tmp_path_factory.mktemp("sample")
    run = ["run", "--in_process"]
    for words in (
        ["init", str(home)],
        [*run, "forecast", str(home / "household.json")],
        [*run, "forecastset", str(home / "household-set.json")],
    ):
        assert main(["--workspace", str(home), "--username", "ann", *words]) == 0
    return home

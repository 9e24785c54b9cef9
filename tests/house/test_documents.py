"""What the documents show is what happens."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ef_engine.cli.commands import COMMANDS
from ef_engine.sources.json_file import read_bytes
from ef_engine.version import VERSION
from tests.cli.processes import EF_CLI, here
from tests.house.documents import Example, blocks, examples, links
from tests.house.files import ROOT, project_files

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
ANYTHING = "..."
SECONDS = 60


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run_example(example: Example, directory: Path, last_id: str) -> str:
    words = [last_id if word == "ID" else word for word in shlex.split(example.command)]
    script = Path(sys.executable).with_name(words[0])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("EF_")}
    done = subprocess.run(
        [script, *words[1:]],
        cwd=directory,
        env=environment | {"EF_HOME": str(directory / "home"), "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"{example.command}\n{done.stderr}"
    return done.stdout


def run_here(example: Example, directory: Path, last_id: str) -> str:
    """The same in this process, which has imported already what each of many commands would import anew."""
    words = [last_id if word == "ID" else word for word in shlex.split(example.command)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        for key in [key for key in os.environ if key.startswith("EF_")]:
            patch.delenv(key)
        patch.setenv("EF_HOME", str(directory / "home"))
        patch.setenv("COLUMNS", "100")
        done = here([*EF_CLI, *words[1:]])
    assert done.returncode == 0, f"{example.command}\n{done.stderr}"
    return done.stdout


def agrees(printed: str, expected: tuple[str, ...]) -> bool:
    """Whether the lines are those expected, a line of three dots standing for any number of lines."""
    wanted = "".join(".*" if line.strip() == ANYTHING else re.escape(line.rstrip()) + "\n" for line in expected)
    lines = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch(wanted, lines, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("document", "run"),
    [
        ("README.md", run_example),
        ("docs/command-line.md", run_here),
        ("docs/excel.md", run_here),
        ("docs/records.md", run_here),
        ("docs/reports.md", run_here),
        ("docs/schedules.md", run_here),
    ],
)
def test_commands_do_what_the_document_shows(
    document: str, run: Callable[[Example, Path, str], str], tmp_path: Path
) -> None:
    ours = [example for example in examples(ROOT / document) if example.command.startswith("ef_cli ")]
    assert len(ours) >= 3
    last_id = ""
    for example in ours:
        printed = run(example, tmp_path, last_id)
        last_id = found[0] if (found := re.findall(r"^[0-9a-f]{12}\b", printed)) else last_id
        if example.printed:
            assert agrees(printed, example.printed), f"{example.command}\n{printed}"


def test_a_set_up_does_what_its_document_shows(tmp_path: Path) -> None:
    document = ROOT / "docs/compose.md"
    (tmp_path / "ef.toml").write_text(blocks(document, "toml")[0], encoding="utf-8")
    for example in examples(document):
        printed = run_example(example, tmp_path, "")
        assert not example.printed or agrees(printed, example.printed), f"{example.command}\n{printed}"


def test_the_python_example_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_example(Example("ef_cli init house", ()), tmp_path, "")
    (example,) = blocks(ROOT / "README.md", "python")
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})
    status, paid, *deferred, worth = printed.getvalue().splitlines()
    assert (status, paid[:4]) == ("feasible", "2026")
    assert any(line.startswith("new laptop ") for line in deferred)
    assert float(worth)


def test_the_documents_shown_as_json_are_valid() -> None:
    shown = blocks(ROOT / "docs/json.md", "json")
    assert [read_bytes(text.encode(), "docs/json.md").kind for text in shown] == ["forecast", "forecastset"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    assert [target for target in links(document) if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_that_are_named_exist(document: Path) -> None:
    known = {word for command in COMMANDS for word in (command.name, *command.aliases)}
    named = re.findall(r"ef_cli (?:--workspace \S+ )?([a-z][\w-]*)", document.read_text(encoding="utf-8"))
    assert set(named) <= known


def test_targets_of_make_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    named = {target for text in texts for target in re.findall(r"(?:`|^\$ )make ([a-z]+)", text, re.MULTILINE)}
    assert {"demo", "test"} <= named <= targets


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

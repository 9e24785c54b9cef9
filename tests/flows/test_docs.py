"""What the page about flows shows is what happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from ef_engine.flows.document import read_flow
from ef_engine.flows.fields import FLOW_FIELDS, STEP_FIELDS
from ef_engine.flows.model import Flow
from tests.house.documents import blocks, examples
from tests.house.files import ROOT
from tests.house.test_documents import agrees, run_example

PAGE = ROOT / "docs" / "flows.md"


def test_the_commands_of_the_page_do_what_it_shows(tmp_path: Path) -> None:
    (document,) = blocks(PAGE, "toml")
    for example in examples(PAGE):
        printed = run_example(example, tmp_path, "")
        if example.command.startswith("ef_cli init"):
            (tmp_path / "house" / "monthly.toml").write_text(document, encoding="utf-8")
        if example.printed:
            assert agrees(printed, example.printed), f"{example.command}\n{printed}"
    assert (tmp_path / "house" / "report.txt").stat().st_size > 100


def test_the_python_of_the_page_runs_as_a_script(tmp_path: Path) -> None:
    (script,) = blocks(PAGE, "python")
    (tmp_path / "nightly.py").write_text(script, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "nightly.py"], cwd=tmp_path, env=os.environ | {"EF_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.stdout.splitlines() == [
        "Processing finished with: success",
        "success postings of Checking and postings of Credit",
    ], ran.stderr


def test_the_json_of_the_page_is_a_flow() -> None:
    (text,) = blocks(PAGE, "json")
    assert isinstance(read_flow(json.loads(text)), Flow)


def test_the_page_names_every_key() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert {field.key for field in (*STEP_FIELDS, *FLOW_FIELDS)} <= named

"""Whatever dies at whatever step, the workspace stays readable and the work can be done again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ef_engine.service.inputs import Changes
from ef_engine.service.listing import list_rows
from ef_engine.service.remove import remove
from ef_engine.service.results import result_document
from ef_engine.service.run import Wishes, run
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome
from tests.service.documents import plans, write
from tests.store.crashes import STRIDE, crash_at


def is_readable(workspace: Workspace) -> None:
    """Every list works, every file of ours is whole, and what stands as evaluated has its result."""
    for row in list_rows(workspace.places):
        assert row.state not in ("unreadable", "invalid")
        record = forecasts.read_record(workspace.places, row.id)
        if isinstance(record, Record) and record.kind == "forecast" and row.state in ("evaluated", "infeasible"):
            assert result_document(workspace.places, record)["forecast_id"] == row.id
    for path in workspace.places.stage.parent.rglob("*.json"):
        json.loads(path.read_bytes())


def stage(workspace: Workspace, file: Path) -> str:
    return stage_file(workspace, file).id


def run_all(workspace: Workspace, file: Path) -> None:
    list(run(workspace.places, stage(workspace, file), Wishes()))


def relabel(workspace: Workspace, file: Path) -> None:
    stage_file(workspace, file, Changes(label="another"))


def nothing(workspace: Workspace, file: Path) -> None:
    """The state before anything was staged."""


@pytest.mark.parametrize("stride", [STRIDE, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("before", "operation"),
    [(nothing, stage), (stage, run_all), (stage, relabel), (run_all, relabel)],
)
def test_a_crash_at_any_step_leaves_a_workspace_to_go_on_with(
    tmp_path: Path,
    before: Callable[[Workspace, Path], object],
    operation: Callable[[Workspace, Path], object],
    workspace: Workspace,
    stride: int,
) -> None:
    home, original = workspace.places.stage.parent, plans()
    original["choices"].pop()
    original["optional_budget_items"] = original["optional_budget_items"][:2]
    file, kept = write(tmp_path / "plans.json", original), tmp_path / "kept"
    before(workspace, file)
    text = file.read_bytes()
    home.mkdir(exist_ok=True)
    shutil.copytree(home, kept)
    step, is_crashing = 1, True
    while is_crashing:
        is_crashing = crash_at(step, lambda: operation(workspace, file))
        is_readable(workspace)
        json.loads(file.read_bytes())
        operation(workspace, file)
        results = [ran.outcome for ran in run(workspace.places, stage(workspace, file), Wishes())]
        assert results == [Outcome.EVALUATED] * 3
        is_readable(workspace)
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        file.write_bytes(text)
        step += stride
    assert step > 12


@pytest.mark.parametrize("stride", [STRIDE, pytest.param(1, marks=pytest.mark.slow)])
def test_a_set_that_is_staged_appears_with_all_its_scenarios_or_not_at_all(
    workspace: Workspace, tmp_path: Path, stride: int
) -> None:
    file, home = write(tmp_path / "plans.json", plans()), workspace.places.stage.parent
    text, counts, step = file.read_bytes(), set(), 1
    while crash_at(step, lambda: stage(workspace, file)):
        rows = list_rows(workspace.places)
        counts.add(len(rows))
        assert all(forecasts.read_document(workspace.places, row.id) for row in rows)
        shutil.rmtree(home, ignore_errors=True)
        file.write_bytes(text)
        step += stride
    assert counts == {0, 5}


def test_what_is_removed_is_gone_from_every_list(workspace: Workspace, plans_file: Path) -> None:
    run_all(workspace, plans_file)
    for row in list_rows(workspace.places):
        remove(workspace.places, row.id)
    assert list_rows(workspace.places) == []
    assert [path.name for path in workspace.places.data.iterdir() if path.name.startswith("Forecast")] == []

"""Staging: an id into the user's file, the content into the workspace, and no more than that."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ef_engine.errors import CommandError, InputError, NotFoundError
from ef_engine.service.clean import leftovers
from ef_engine.service.inputs import Changes
from ef_engine.service.remove import remove
from ef_engine.service.run import Wishes, run
from ef_engine.service.stage import stage_data, stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts, stage_index
from ef_engine.store.records import Record
from tests.service.documents import SMALL, small, write


def record_of(workspace: Workspace, record_id: str) -> Record:
    found = forecasts.read_record(workspace.places, record_id)
    assert isinstance(found, Record)
    return found


def test_staging_writes_the_id_and_nothing_else_into_the_file(workspace: Workspace, small_file: Path) -> None:
    staged = stage_file(workspace, small_file)
    expected = SMALL.replace('/1",\n', f'/1",\n  "forecast_id": "{staged.id}",\n', 1)
    assert small_file.read_text() == expected
    assert record_of(workspace, staged.id).label == "small"
    assert json.loads(workspace.places.staged(staged.id).read_bytes())["forecast_id"] == staged.id


def test_staging_the_same_content_again_changes_nothing_and_says_so(workspace: Workspace, small_file: Path) -> None:
    first = stage_file(workspace, small_file)
    before = {path: path.stat().st_mtime_ns for path in workspace.places.stage.iterdir()}
    again = stage_file(workspace, small_file)
    assert (again.id, again.was_known) == (first.id, True)
    assert "nothing changes" in again.summary
    assert {path: path.stat().st_mtime_ns for path in workspace.places.stage.iterdir()} == before


def test_a_stale_id_is_corrected(workspace: Workspace, small_file: Path) -> None:
    first = stage_file(workspace, small_file)
    small_file.write_text(small_file.read_text().replace("1000", "1001"))
    second = stage_file(workspace, small_file)
    assert second.id != first.id
    assert json.loads(small_file.read_text())["forecast_id"] == second.id


@pytest.mark.parametrize(
    "changes", [Changes(start_date="2026-01-02"), Changes(end_date="2026-02-28"), Changes(approximate=True)]
)
def test_overrides_stage_a_copy_and_leave_the_file_alone(
    workspace: Workspace, small_file: Path, changes: Changes
) -> None:
    plain = stage_data(workspace, SMALL.encode(), "text").id
    staged = stage_file(workspace, small_file, changes)
    assert staged.id != plain
    assert small_file.read_text() == SMALL
    assert staged.notes == (f"{small_file} stays as it is: a copy with the changes of the command line is staged.",)


def test_an_override_is_checked_like_any_input(workspace: Workspace, small_file: Path) -> None:
    with pytest.raises(InputError, match="end_date"):
        stage_file(workspace, small_file, Changes(end_date="2025-01-01"))
    assert not workspace.places.stage.exists()


def test_links_are_followed_and_modes_kept(workspace: Workspace, small_file: Path, tmp_path: Path) -> None:
    small_file.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(small_file)
    staged = stage_file(workspace, link)
    assert link.is_symlink()
    assert small_file.stat().st_mode & 0o777 == 0o640
    assert json.loads(small_file.read_text())["forecast_id"] == staged.id


def test_a_read_only_file_is_staged_with_a_warning(workspace: Workspace, small_file: Path) -> None:
    small_file.chmod(0o400)
    staged = stage_file(workspace, small_file)
    assert staged.notes == (f"Warning: {small_file} is read-only, so its id is not written into it.",)
    assert small_file.read_text() == SMALL


def test_standard_input_is_staged_with_a_warning(workspace: Workspace) -> None:
    staged = stage_data(workspace, SMALL.encode(), "standard input")
    assert staged.notes == ("Warning: standard input is no file, so the id is written nowhere but here.",)


def test_work_that_was_saved_meanwhile_is_not_overwritten(
    workspace: Workspace, small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = forecasts.stage

    def stage_while_the_user_saves(*details: object) -> None:
        original(*details)  # type: ignore[arg-type]  # passed through
        write(small_file, small(label="newer"))

    monkeypatch.setattr(forecasts, "stage", stage_while_the_user_saves)
    staged = stage_file(workspace, small_file)
    assert staged.notes == (f"Warning: {small_file} was changed meanwhile; stage it again.",)
    assert json.loads(small_file.read_text()) == small(label="newer")


def test_a_set_is_staged_with_its_members(workspace: Workspace, plans_file: Path) -> None:
    staged = stage_file(workspace, plans_file)
    record = record_of(workspace, staged.id)
    assert staged.id.startswith("S")
    assert [member.name for member in record.members] == [
        "Core | cheap | rent",
        "Core | dear | rent",
        "Core | cheap | buy",
        "Core | dear | buy",
    ]
    assert {record_of(workspace, member.id).tracking for member in record.members} == {staged.id}
    assert json.loads(plans_file.read_text())["forecast_set_id"] == staged.id


def test_a_deleted_member_comes_back_with_its_set(workspace: Workspace, plans_file: Path) -> None:
    first, *_, last = record_of(workspace, stage_file(workspace, plans_file).id).members
    remove(workspace.places, last.id)
    again = stage_file(workspace, plans_file)
    assert again.notes == ("Of its 4 scenarios, 1 had been deleted and are staged again.",)
    assert record_of(workspace, last.id).label == "plans: Core | dear | buy"
    assert record_of(workspace, last.id).tracking == record_of(workspace, first.id).tracking == again.id
    assert stage_file(workspace, plans_file).notes == ()


def test_the_wrong_kind_is_refused_by_name(workspace: Workspace, plans_file: Path) -> None:
    with pytest.raises(CommandError, match="holds a forecast set; say `forecastset` in place of `forecast`"):
        stage_file(workspace, plans_file, kind="forecast")


def test_a_set_in_excel_is_refused_with_the_sentence_that_names_json(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="an Excel file cannot hold a forecast set; write the set as JSON"):
        stage_file(workspace, tmp_path / "set.xlsx", kind="forecastset")


def test_the_source_may_differ_from_the_suffix(workspace: Workspace, tmp_path: Path, small_file: Path) -> None:
    named = tmp_path / "small.xlsx"
    small_file.rename(named)
    assert stage_file(workspace, named, source="json").id == "dcd22ba91c01"


def test_a_missing_file_is_named(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        stage_file(workspace, tmp_path / "nowhere.json")


@pytest.mark.parametrize("has_run", [False, True])
def test_a_new_label_relabels_wherever_the_label_stands(workspace: Workspace, small_file: Path, has_run: bool) -> None:
    staged = stage_file(workspace, small_file)
    if has_run:
        list(run(workspace.places, staged.id, Wishes()))
    before = forecasts.read_result(workspace.places, staged.id)
    again = stage_file(workspace, small_file, Changes(label='"new", label'))
    assert (again.id, again.notes) == (staged.id, ("Its label is now '\"new\", label'.",))
    assert record_of(workspace, staged.id).label == '"new", label'
    document = forecasts.read_document(workspace.places, staged.id)
    assert document is not None
    assert json.loads(document[0])["label"] == '"new", label'
    if before:
        after = forecasts.read_result(workspace.places, staged.id)
        assert after == before.replace(b'"small"', rb'"\"new\", label"')


def test_everything_written_is_for_its_owner_alone(workspace: Workspace, plans_file: Path) -> None:
    before = os.umask(0)
    try:
        list(run(workspace.places, stage_file(workspace, plans_file).id, Wishes()))
    finally:
        os.umask(before)
    home = workspace.places.stage.parent
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in (home, *home.rglob("*"))}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_members_that_are_known_already_keep_their_results(
    workspace: Workspace, plans_file: Path, tmp_path: Path
) -> None:
    first = record_of(workspace, stage_file(workspace, plans_file).id)
    list(run(workspace.places, first.members[0].id, Wishes()))
    larger = json.loads(plans_file.read_text())
    del larger["forecast_set_id"]
    larger["choices"][1]["options"].reverse()
    second = record_of(workspace, stage_file(workspace, write(tmp_path / "larger.json", larger)).id)
    assert first.id != second.id
    assert {member.id for member in first.members} == {member.id for member in second.members}
    assert first.members[0].id not in stage_index.read(workspace.places)


def test_a_document_whose_stager_died_is_nobody_s_data_and_is_tidied_up(workspace: Workspace, small_file: Path) -> None:
    record_id = stage_file(workspace, small_file).id
    document, theirs = workspace.places.staged(record_id), workspace.places.stage / "Forecast_mine.json"
    theirs.write_bytes(document.read_bytes())
    stage_index.remove(workspace.places, [record_id])
    (workspace.places.stage / "~$mine.xlsx").touch()  # as Excel does while it has a workbook open
    assert forecasts.loaded_files(workspace.places) == [theirs]
    assert leftovers(workspace.places) == []
    os.utime(document, (0, 0))
    os.utime(theirs, (0, 0))
    assert leftovers(workspace.places) == [document]
    assert stage_file(workspace, small_file).id == record_id
    assert leftovers(workspace.places) == []

"""A look at a workspace again and again sees every change, and costs little where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ef_engine.errors import InputError, NotFoundError
from ef_engine.service.contents import contents_of, contents_of_file
from ef_engine.service.listing import list_rows
from ef_engine.service.recent_events import recent_events
from ef_engine.service.record_names import Names
from ef_engine.service.remove import remove
from ef_engine.service.run import Wishes, run
from ef_engine.service.sample import sample_bytes
from ef_engine.service.stage import stage_file
from ef_engine.service.survey import Survey
from ef_engine.service.workspace import Workspace
from ef_engine.store import catalogue
from ef_engine.store.places import Places
from ef_engine.store.rows import Row
from tests.service.documents import SMALL, small, write


def test_a_survey_sees_what_a_list_shows_after_every_change(
    workspace: Workspace, small_file: Path, plans_file: Path
) -> None:
    survey = Survey(workspace.places)
    assert survey.look() == ()
    record_id = stage_file(workspace, small_file).id
    assert survey.look() == tuple(list_rows(workspace.places))
    list(run(workspace.places, record_id, Wishes()))
    assert [row.state for row in survey.look()] == ["evaluated"]
    loose = write(workspace.places.stage / "loose.json", small(label="loose", end_date="2026-04-30"))
    assert [row.label for row in survey.look()] == ["loose", "small"]
    write(loose, small(label="still loose", end_date="2026-05-31"))
    survey._due = 0.0
    assert [row.label for row in survey.look()] == ["still loose", "small"]
    stage_file(workspace, plans_file)
    assert survey.look() == tuple(list_rows(workspace.places))
    remove(workspace.places, record_id)
    assert record_id not in [row.id for row in survey.look()]


def test_where_nothing_changed_the_very_same_rows_come_back(workspace: Workspace, small_file: Path) -> None:
    list(run(workspace.places, stage_file(workspace, small_file).id, Wishes()))
    survey = Survey(workspace.places)
    first = survey.look()
    survey._due = 0.0
    assert survey.look() is first


def test_a_record_that_did_not_change_is_read_once(
    workspace: Workspace, small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = stage_file(workspace, small_file).id
    list(run(workspace.places, record_id, Wishes()))
    os.utime(workspace.places.run(record_id) / "state.json", (1e9, 1e9))
    survey = Survey(workspace.places)
    read: list[str] = []
    original = catalogue._read

    def note(places: Places, ids: list[str]) -> dict[str, Row]:
        read.extend(ids)
        return original(places, ids)

    monkeypatch.setattr(catalogue, "_read", note)
    for _ in range(3):
        survey._due = 0.0
        survey.look()
    assert read == [record_id]


def test_contents_are_told_section_by_section(workspace: Workspace, plans_file: Path) -> None:
    found = contents_of_file(plans_file)
    assert (found.kind, found.label, found.start, found.end) == ("forecastset", "plans", "2026-01-01", "2026-03-31")
    assert [(section.title, len(section.lines)) for section in found.sections] == [
        ("Choices", 2), ("Optional items", 4), ("Accounts", 1), ("Items", 2), ("Rules", 3), ("Milestones", 1),
    ]  # fmt: skip
    assert contents_of(workspace.places, stage_file(workspace, plans_file).id) == found


def test_every_kind_of_account_item_and_milestone_has_its_words(tmp_path: Path) -> None:
    (tmp_path / "household.json").write_bytes(sample_bytes("household.json"))
    sections = {each.title: each.lines for each in contents_of_file(tmp_path / "household.json").sections}
    accounts = {line.name: (line.about, str(line.amount)) for line in sections["Accounts"]}
    assert accounts["Rainy Day"] == ("savings, 3.5 %", "3600.00")
    assert accounts["Blue Card"] == ("credit, 21.9 %", "-2830.00")
    milestones = {line.name: line.about for line in sections["Milestones"]}
    assert milestones["own more than we owe"] == "Net Worth at least 0.00"
    assert milestones["the coast"] == "when ^trip to the coast happens"
    assert milestones["cards paid and the sea seen"] == "Store Card paid and Blue Card paid and the coast"


def test_contents_of_what_is_wrong_or_gone_are_errors(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sometimes"):
        contents_of_file(write(tmp_path / "bad.json", SMALL.replace('"monthly"', '"sometimes"')))
    with pytest.raises(NotFoundError):
        contents_of(workspace.places, "0123456789ab")


def test_the_last_events_are_told_in_their_order(workspace: Workspace, small_file: Path) -> None:
    names = Names(workspace.places)
    assert recent_events(names) == []
    record_id = stage_file(workspace, small_file).id
    list(run(workspace.places, record_id, Wishes()))
    lines = recent_events(names)
    assert [line.split()[2] for line in lines] == ["staged", "received", "prerun", "postrun"]
    assert lines[-1].split()[3:] == [record_id, "small", "attempt=1", "outcome=evaluated"]
    assert recent_events(names, 1) == lines[-1:]

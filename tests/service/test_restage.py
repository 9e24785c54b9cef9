"""Restaging: other dates make another forecast, which knows what it was made from; the original stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ef_engine.errors import InputError
from ef_engine.service.family import ancestry
from ef_engine.service.inputs import Changes
from ef_engine.service.remove import remove
from ef_engine.service.restage import restage
from ef_engine.service.run import Wishes, run
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts


def until(end: str, start: str = "2026-01-01") -> Changes:
    return Changes(start_date=start, end_date=end, label=f"until {end}")


def files(workspace: Workspace, record_id: str) -> dict[str, bytes]:
    """Everything on disk that belongs to the id, but for the index."""
    paths = [workspace.places.staged(record_id), *sorted(workspace.places.run(record_id).glob("*"))]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


@pytest.mark.parametrize("is_run", [False, True])
def test_a_forecast_gets_new_dates_label_and_id_and_the_original_stays(
    workspace: Workspace, small_file: Path, is_run: bool
) -> None:
    original = stage_file(workspace, small_file).id
    if is_run:
        list(run(workspace.places, original, Wishes()))
    before, record, text = (
        files(workspace, original),
        forecasts.known(workspace.places, original),
        small_file.read_text(),
    )
    staged = restage(workspace, original, until("2026-06-30", "2026-02-01"))
    assert (staged.id != original, staged.was_known) == (True, False)
    made = forecasts.known(workspace.places, staged.id)
    assert (made.parent, made.label) == (original, "until 2026-06-30")
    assert (made.start_date, made.end_date) == ("2026-02-01", "2026-06-30")
    document = json.loads(files(workspace, staged.id)[f"Forecast_{staged.id}.json"])
    assert (document["forecast_id"], document["start_date"]) == (staged.id, "2026-02-01")
    assert files(workspace, original) == before
    assert forecasts.known(workspace.places, original) == record
    assert small_file.read_text() == text


def test_a_set_is_restaged_with_all_its_scenarios(workspace: Workspace, plans_file: Path) -> None:
    original = stage_file(workspace, plans_file).id
    before = forecasts.known(workspace.places, original)
    staged = restage(workspace, original, until("2026-04-30"))
    made = forecasts.known(workspace.places, staged.id)
    assert (made.kind, made.parent, made.end_date) == ("set", original, "2026-04-30")
    assert [member.name for member in made.members] == [member.name for member in before.members]
    assert not {member.id for member in made.members} & {member.id for member in before.members}
    by_name = {member.name: member.id for member in before.members}
    for member in made.members:
        found = forecasts.known(workspace.places, member.id)
        assert (found.end_date, found.parent) == ("2026-04-30", by_name[member.name])
    assert forecasts.known(workspace.places, original) == before


def test_equal_content_is_the_one_that_is_known(workspace: Workspace, small_file: Path) -> None:
    original = stage_file(workspace, small_file).id
    later = restage(workspace, original, until("2026-06-30"))
    back = restage(workspace, later.id, Changes(end_date="2026-03-31"))
    assert (back.id, back.was_known) == (original, True)
    assert forecasts.known(workspace.places, original).parent is None


def test_impossible_dates_stage_nothing(workspace: Workspace, small_file: Path) -> None:
    original = stage_file(workspace, small_file).id
    with pytest.raises(InputError, match="is not after start_date"):
        restage(workspace, original, until("2025-12-31"))
    assert forecasts.known_ids(workspace.places) == {original}


def family(workspace: Workspace, small_file: Path) -> dict[str, str]:
    """A forecast, two made from it, and one made from the second of them."""
    first = stage_file(workspace, small_file).id
    later = restage(workspace, first, until("2026-06-30")).id
    other = restage(workspace, first, until("2026-05-31")).id
    latest = restage(workspace, later, until("2026-12-31")).id
    return {"first": first, "later": later, "other": other, "latest": latest}


def test_the_family_is_drawn_from_the_first_ancestor_down(workspace: Workspace, small_file: Path) -> None:
    ids = family(workspace, small_file)
    list(run(workspace.places, ids["later"], Wishes()))
    found = {name: [(each.id, each.depth) for each in ancestry(workspace.places, ids[name])] for name in ids}
    first, later, other, latest = ids.values()
    assert found["first"] == [(first, 0), (other, 1), (later, 1), (latest, 2)]
    assert found["later"] == found["latest"] == [(first, 0), (later, 1), (latest, 2)]
    assert found["other"] == [(first, 0), (other, 1)]
    row = ancestry(workspace.places, later)[1].row
    assert row is not None
    assert row.label == "until 2026-06-30"


def test_one_alone_has_no_family(workspace: Workspace, small_file: Path) -> None:
    assert ancestry(workspace.places, stage_file(workspace, small_file).id) == []


def test_a_deleted_ancestor_is_told_by_its_id(workspace: Workspace, small_file: Path) -> None:
    ids = family(workspace, small_file)
    remove(workspace.places, ids["first"])
    found = ancestry(workspace.places, ids["later"])
    assert (found[0].id, found[0].row) == (ids["first"], None)
    assert [each.id for each in found][1:] == [ids["later"], ids["latest"]]


def test_each_other_s_parents_end_the_chain(workspace: Workspace, small_file: Path) -> None:
    first = stage_file(workspace, small_file).id
    later = restage(workspace, first, until("2026-06-30")).id
    remove(workspace.places, first)
    assert restage(workspace, later, Changes(end_date="2026-03-31")).id == first
    assert forecasts.known(workspace.places, first).parent == later
    assert [each.id for each in ancestry(workspace.places, first)] == [later, first]

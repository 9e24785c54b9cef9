"""Forecasts, sets and results go into a database and come back byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.service.database_listing import with_database
from ef_engine.service.exchange import export, find_stored_id, finished_ids, import_stored, stored_ids
from ef_engine.service.run import Wishes, run
from ef_engine.service.stage import stage_data
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database.target import Target
from ef_engine.sources.json_text import dumps
from ef_engine.store import forecasts
from ef_engine.store.claims import claimed
from ef_engine.store.places import places_under
from tests.case_files import case_forecast, forecast_cases, read_case
from tests.database.servers import content, execute, scalar
from tests.service.documents import plans, small

AWKWARD = {"label": 'tab\\t "quoted", back\\slash \\N ünï 🏠', "name": 'Giro, "A\\N" ü'}


def evaluated(workspace: Workspace, document: dict[str, Any]) -> str:
    staged = stage_data(workspace, dumps(document).encode(), "file").id
    list(run(workspace.places, staged, Wishes()))
    return staged


def awkward() -> dict[str, Any]:
    """A document whose texts are hard to carry."""
    text = dumps(small(label=AWKWARD["label"])).replace(
        "Checking", AWKWARD["name"].replace("\\", "\\\\").replace('"', '\\"')
    )
    import json

    document: dict[str, Any] = json.loads(text)
    document["budget_items"][1]["memo"] = "trip \\. , \\N 'x'"
    return document


def files(workspace: Workspace, ids: list[str]) -> dict[str, bytes]:
    """What a workspace holds of these, logs and progress aside, which are no part of a result."""
    return {
        f"{each}/{path.name}": path.read_bytes()
        for each in ids
        for path in sorted(workspace.places.run(each).iterdir())
        if not path.name.startswith("attempt-") and path.name != "progress.json"
    }


def elsewhere(workspace: Workspace) -> Workspace:
    return Workspace(places_under(workspace.places.data.parent.with_name("elsewhere")), workspace.owner)


@pytest.mark.parametrize("document", [small(), awkward()], ids=["small", "awkward"])
def test_a_result_comes_back_byte_for_byte(workspace: Workspace, database: Target, document: dict[str, Any]) -> None:
    record_id = evaluated(workspace, document)
    assert export(workspace, database, [record_id]) == [record_id]
    other = elsewhere(workspace)
    assert [(each.id, each.is_new) for each in import_stored(other, database, [record_id])] == [(record_id, True)]
    assert files(other, [record_id]) == files(workspace, [record_id])
    assert len(files(other, [record_id])) == 6


def test_every_kind_of_account_and_decision_comes_back(workspace: Workspace, database: Target) -> None:
    from ef_engine.model.document import to_document

    ids = [
        evaluated(workspace, to_document(case_forecast(read_case(path)["forecast"]))) for path in forecast_cases()[::3]
    ]
    export(workspace, database, ids)
    other = elsewhere(workspace)
    import_stored(other, database, list(dict.fromkeys(ids)))
    assert files(other, ids) == files(workspace, ids)


def test_a_set_brings_its_members(workspace: Workspace, database: Target) -> None:
    set_id = evaluated(workspace, plans())
    stored = export(workspace, database, [set_id])
    assert len(stored) == 5
    assert stored[-1] == set_id
    other = elsewhere(workspace)
    import_stored(other, database, [set_id])
    assert files(other, stored) == files(workspace, stored)
    assert scalar(database, "SELECT count(*) FROM ef_forecast_set_members") == 4


def test_the_tables_can_be_asked(workspace: Workspace, database: Target) -> None:
    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    query = "SELECT balance FROM ef_forecast_balances WHERE account = 'Checking' AND part = 'balance' AND date = :day"
    assert float(scalar(database, query, day="2026-02-02")) == 1200
    assert float(scalar(database, "SELECT net_worth FROM ef_runs")) == 1300
    assert scalar(database, "SELECT reason FROM ef_decisions WHERE memo = 'trip'")


def test_what_is_only_staged_is_staged_again(workspace: Workspace, database: Target) -> None:
    staged = stage_data(workspace, dumps(plans()).encode(), "file").id
    stored = export(workspace, database, [staged])
    other = elsewhere(workspace)
    import_stored(other, database, [staged])
    for each in stored:
        assert forecasts.known(other.places, each) == forecasts.known(workspace.places, each)
        assert forecasts.read_document(other.places, each)[0] == forecasts.read_document(workspace.places, each)[0]  # type: ignore[index]


def test_exporting_again_replaces(workspace: Workspace, database: Target) -> None:
    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    before = content(database)
    export(workspace, database, [record_id])
    assert content(database) == before


def test_a_result_here_is_never_replaced_by_an_import(workspace: Workspace, database: Target) -> None:
    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    before = files(workspace, [record_id])
    assert [each.is_new for each in import_stored(workspace, database, [record_id])] == [False]
    assert files(workspace, [record_id]) == before


def test_a_staged_forecast_gets_the_result_of_an_import(workspace: Workspace, database: Target) -> None:
    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    other = elsewhere(workspace)
    stage_data(other, dumps(small()).encode(), "file")
    assert [each.is_new for each in import_stored(other, database, [record_id])] == [True]
    assert files(other, [record_id]) == files(workspace, [record_id])
    assert not other.places.staged(record_id).exists()


def test_two_users_do_not_see_each_others_forecasts(workspace: Workspace, database: Target) -> None:
    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    bob = Workspace(elsewhere(workspace).places, "bob")
    assert stored_ids(bob, database) == []
    with pytest.raises(NotFoundError):
        import_stored(bob, database, [record_id])
    bobs = Workspace(workspace.places, "bob")
    export(bobs, database, [record_id])
    assert scalar(database, "SELECT count(*) FROM ef_forecasts") == 2
    assert [each.is_new for each in import_stored(bob, database, [record_id])] == [True]


def test_an_id_may_be_abbreviated(workspace: Workspace, database: Target) -> None:
    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    assert find_stored_id(workspace, database, record_id[:3]) == record_id
    for wrong in ("", "zz", "%", "_"):
        with pytest.raises(NotFoundError):
            find_stored_id(workspace, database, wrong)
    with pytest.raises(NotFoundError):
        find_stored_id(workspace, database, record_id[:3], "forecastset")


def test_what_runs_is_not_exported(workspace: Workspace, database: Target) -> None:
    first, second = evaluated(workspace, small()), evaluated(workspace, small(end_date="2026-04-30"))
    before = content(database)
    with claimed(workspace.places, second), pytest.raises(HeldError, match="is run by another process"):
        export(workspace, database, [first, second])
    assert content(database) == before


@pytest.mark.parametrize("name", forecasts.RESULTS)
def test_a_result_that_would_not_come_back_the_same_is_refused(
    workspace: Workspace, database: Target, name: str
) -> None:
    record_id = evaluated(workspace, small())
    path = workspace.places.run(record_id) / name
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = content(database)
    with pytest.raises(CommandError, match="is not as ef writes it"):
        export(workspace, database, [record_id])
    assert content(database) == before


ALTERATIONS = (
    "UPDATE ef_forecasts SET document = '{'",
    "UPDATE ef_forecasts SET document = replace(document, 'salary', 'wages')",
    "UPDATE ef_runs SET record = '[]'",
    "UPDATE ef_runs SET record = '{}'",
    "UPDATE ef_runs SET outline = 'x'",
    "UPDATE ef_runs SET outline = NULL",
    "DELETE FROM ef_runs",
    "UPDATE ef_forecast_balances SET balance = '7' WHERE date = '2026-01-05'",
    "DELETE FROM ef_forecast_days WHERE date = '2026-01-05'",
    "UPDATE ef_decisions SET status = 'likely'",
    "UPDATE ef_postings SET cause = 'luck'",
)


def test_what_somebody_changed_in_a_database_is_not_imported(workspace: Workspace, database: Target) -> None:
    """A set's document as well as the rows of a forecast; the list tells of what it cannot read, and goes on."""
    record_id, other = evaluated(workspace, small()), elsewhere(workspace)
    for statement in ALTERATIONS:
        export(workspace, database, [record_id])
        execute(database, statement)
        with pytest.raises(CommandError, match=f"the rows of {record_id} in the database are not those"):
            import_stored(other, database, [record_id])
        states = {row.state for row in with_database(other, database, [])}
        assert states <= {"unreadable" if "record" in statement else "evaluated"}
    assert forecasts.known_ids(other.places) == set()
    set_id = evaluated(workspace, plans())
    export(workspace, database, [set_id])
    execute(database, "UPDATE ef_forecast_sets SET document = replace(document, 'salary', 'wages')")
    with pytest.raises(CommandError, match=f"the rows of {set_id} in the database are not those"):
        import_stored(other, database, [set_id])


def test_what_runs_is_not_imported_and_nothing_else_is_either(workspace: Workspace, database: Target) -> None:
    set_id = evaluated(workspace, plans())
    ids = export(workspace, database, [set_id])
    other = elsewhere(workspace)
    with claimed(other.places, ids[2]), pytest.raises(HeldError):
        import_stored(other, database, [set_id])
    assert not [path for path in other.places.data.glob("**/*") if ids[0] in path.name]
    assert forecasts.known_ids(other.places) == set()


def test_everything_finished_is_exported_at_once(workspace: Workspace, database: Target) -> None:
    set_id = evaluated(workspace, plans())
    stage_data(workspace, dumps(small(end_date="2026-05-31")).encode(), "file")
    ids = finished_ids(workspace.places)
    assert len(ids) == 5
    assert export(workspace, database, ids) == ids
    assert ids[-1] == set_id


def test_what_was_imported_can_be_restaged_and_run(workspace: Workspace, database: Target) -> None:
    from ef_engine.service.inputs import Changes
    from ef_engine.service.restage import restage

    record_id = evaluated(workspace, small())
    export(workspace, database, [record_id])
    other = elsewhere(workspace)
    import_stored(other, database, [record_id])
    again = restage(other, record_id, Changes(end_date="2026-06-30"))
    assert forecasts.known(other.places, again.id).parent == record_id
    assert [each.outcome for each in run(other.places, again.id, Wishes())] == ["evaluated"]


def test_the_default_file_is_made_by_the_first_export(workspace: Workspace) -> None:
    from ef_engine.service.database import target_of

    record_id = evaluated(workspace, small())
    target = target_of({}, workspace.places)
    export(workspace, target, [record_id])
    assert isinstance(target.file, Path)
    assert target.file.stat().st_mode & 0o777 == 0o600
    assert stored_ids(workspace, target) == [record_id]

"""Every source keeps the same promises: one forecast, one id, one result; findings at their place; all or nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ef_engine.errors import EfError, InputError
from ef_engine.model import findings as model
from ef_engine.model.content_id import forecast_id
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.service.inputs import Changes, document_of, read_stored
from ef_engine.service.listing import list_rows
from ef_engine.service.restage import restage
from ef_engine.service.results import result_bytes
from ef_engine.service.run import Wishes, run
from ef_engine.service.workspace import Workspace
from ef_engine.simulation import simulate
from ef_engine.store import atomic, forecasts
from ef_engine.store.places import places_under
from ef_engine.store.records import Record
from tests.case_files import case_forecast, forecast_cases, read_case
from tests.model.documents import MISSING, changed, forecast_document
from tests.model.test_findings import STEP, catalogue
from tests.sources.contract import WHY_NOT, Adapter, written
from tests.store.crashes import STRIDE, CountedCalls, crash_at
from tests.strategies import forecasts as random_forecasts


def sample() -> Forecast:
    """The household every newcomer starts from."""
    from ef_engine.sources.json_file import read_bytes

    value = read_bytes(files("ef_engine.sample").joinpath("household.json").read_bytes(), "household.json").value
    assert isinstance(value, Forecast)
    return value


def test_the_sample_household_has_the_same_id_and_result_from_every_source(
    source: Adapter, workspace: Workspace, tmp_path: Path
) -> None:
    source.write(written(sample()))
    assert evaluated(workspace, source) == directly(tmp_path, sample())


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_a_case_is_the_same_forecast_from_every_source(source: Adapter, path: Path) -> None:
    wanted = case_forecast(read_case(path)["forecast"])
    source.write(written(wanted))
    is_read_as(source, wanted)


@given(forecast=random_forecasts())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_forecast_is_the_same_from_every_source(source: Adapter, forecast: Forecast) -> None:
    source.write(written(forecast))
    is_read_as(source, forecast)


def is_read_as(source: Adapter, wanted: Forecast) -> None:
    """The source yields the forecast: the same id and content, and the same result to the micro-unit."""
    found = source.read()
    assert forecast_id(found) == forecast_id(wanted)
    assert _sorted(to_document(found)) == _sorted(to_document(replace(wanted, label=found.label)))
    assert simulate(found) == simulate(wanted)


def _sorted(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its lists in one order, but for accounts, whose order counts."""
    lists = {key: sorted(document[key], key=repr) for key in ("budget_items", "memo_rules")}
    return document | lists


def evaluated(workspace: Workspace, source: Adapter) -> dict[str, bytes]:
    """The files of the result of what the source holds, staged and run."""
    return _results(workspace, source.stage(workspace).id)


def directly(tmp_path: Path, forecast: Forecast) -> dict[str, bytes]:
    """The files of the result of a forecast that came from no source at all."""
    from ef_engine.service.stage import stage_input
    from ef_engine.sources.loaded import Loaded

    workspace = Workspace(places_under(tmp_path / "direct"), "ann")
    return _results(workspace, stage_input(workspace, Loaded("direct", forecast, None, b"")).id)


def _results(workspace: Workspace, record_id: str) -> dict[str, bytes]:
    list(run(workspace.places, record_id, Wishes()))
    record = forecasts.known(workspace.places, record_id)
    return {name: result_bytes(workspace.places, record, name) for name in forecasts.RESULTS}


MISTAKES = [(mistake, expected) for mistake, expected in catalogue("forecast") if len(expected) == 1]


def mistaken(mistake: str) -> tuple[dict[str, Any], model.Path, object]:
    """A document with a mistake of the catalogue in it, where it is, and the value that is wrong."""
    from ef_engine.sources.json_text import parse

    place, _, text = mistake.partition(" = ")
    path: model.Path = tuple(int(index) if index else key for index, key in STEP.findall(place))
    value = MISSING if text == "missing" else parse(text.encode(), mistake)
    return changed(forecast_document(), path, value), path, value


REASONS = {kind: {mistake: why(*mistaken(mistake)[1:]) for mistake, _ in MISTAKES} for kind, why in WHY_NOT.items()}
"""By source and mistake, why nobody can make it there; empty where one can."""


@pytest.mark.parametrize(
    ("source", "mistake"),
    [(kind, mistake) for kind, reasons in REASONS.items() for mistake, why in reasons.items() if not why],
    indirect=["source"],
)
def test_every_mistake_is_found_at_its_place(source: Adapter, mistake: str) -> None:
    document, _, _ = mistaken(mistake)
    source.write(document)
    wanted = read_forecast(document)
    assert isinstance(wanted, list)
    with pytest.raises(InputError) as caught:
        source.read()
    found = [(problem.place, problem.text) for problem in caught.value.problems]
    assert found == [(source.place_of(finding.path), finding.problem) for finding in wanted]


def test_what_cannot_be_written_is_listed_with_its_reason() -> None:
    """`unwritable.json`: every mistake of the catalogue that a source has no test of, so that none is lost unseen."""
    listed: dict[str, dict[str, list[str]]] = {}
    for kind, reasons in REASONS.items():
        for mistake, why in reasons.items():
            if why:
                listed.setdefault(kind, {}).setdefault(why, []).append(mistake)
    assert listed == json.loads(Path(__file__).with_name("unwritable.json").read_text(encoding="utf-8"))
    tested_somewhere = {mistake for reasons in REASONS.values() for mistake, why in reasons.items() if not why}
    assert {mistake for mistake, _ in MISTAKES} - tested_somewhere == {
        'label = "\\ud800"', "accounts[0].balance = 1E-999999",
    }  # fmt: skip


def test_all_mistakes_are_found_at_once(source: Adapter, kind: str) -> None:
    document = forecast_document()
    places: list[model.Path] = [("accounts", 1, "apr"), ("budget_items", 0, "cadence"), ("memo_rules", 1, "priority")]
    for path in places:
        document = changed(document, path, wrong(kind, path))
    source.write(document)
    with pytest.raises(InputError) as caught:
        source.read()
    found = {problem.place for problem in caught.value.problems}
    assert {source.place_of(path) for path in places} <= found


def wrong(kind: str, path: model.Path) -> object:
    """A value that is wrong there: a word, or nothing where the source refuses words by itself."""
    return MISSING if WHY_NOT[kind](path, "none") else "none"


def test_what_has_a_mistake_is_not_staged(source: Adapter, kind: str, workspace: Workspace) -> None:
    source.write(changed(forecast_document(), ("accounts", 0, "balance"), wrong(kind, ("accounts", 0, "balance"))))
    before = source.content()
    with pytest.raises(InputError):
        source.stage(workspace)
    assert source.content() == before
    assert list_rows(workspace.places) == []


def test_staging_writes_the_id_and_staging_again_changes_nothing(source: Adapter, workspace: Workspace) -> None:
    source.write(written(sample()))
    staged = source.stage(workspace)
    assert staged.id == forecast_id(sample())
    assert source.carried_id() in (staged.id, None)
    before = source.content()
    again = source.stage(workspace)
    assert (again.id, again.was_known) == (staged.id, True)
    assert source.content() == before


def test_what_was_staged_can_be_restaged_and_stays_as_it_was(source: Adapter, workspace: Workspace) -> None:
    source.write(written(sample()))
    original = source.stage(workspace).id
    before = source.content(), forecasts.read_document(workspace.places, original)
    again = restage(workspace, original, Changes(start_date="2026-02-01", end_date="2026-08-31", label="later"))
    assert again.id != original
    record = forecasts.known(workspace.places, again.id)
    assert (record.parent, record.label) == (original, "later")
    assert (record.start_date, record.end_date) == ("2026-02-01", "2026-08-31")
    assert (source.content(), forecasts.read_document(workspace.places, original)) == before


def small_source(source: Adapter) -> str:
    """Puts something small into the source; its id."""
    source.write(written(case_forecast(forecast_document())))
    return forecast_id(source.read())


def full_disk_at(step: int, operation: Callable[[], object]) -> bool:
    """Does the operation with no space left from the given step of its writes on; whether it got that far."""
    reached = []

    def refuse() -> None:
        reached.append(step)
        counted.left = 1
        raise OSError(28, "No space left on device")

    counted = CountedCalls(step, refuse)
    vars(atomic)["os"] = counted
    try:
        operation()
    except (EfError, OSError):
        assert reached
    finally:
        vars(atomic)["os"] = os
    return bool(reached)


@pytest.mark.parametrize("stride", [STRIDE, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("fail_at", [crash_at, full_disk_at], ids=["killed", "disk full"])
def test_a_stage_that_fails_at_any_point_is_done_whole_or_not_at_all(
    source: Adapter, workspace: Workspace, fail_at: Callable[[int, Callable[[], object]], bool], stride: int
) -> None:
    """The source is as it was, or carries the id of what is staged; nothing half lies in the workspace."""
    record_id = small_source(source)
    document = document_of(source.read(), record_id)
    before = source.content()
    step = 1
    while fail_at(step, lambda: source.stage(workspace)):
        rows = [(row.id, row.state) for row in list_rows(workspace.places)]
        assert rows in ([], [(record_id, "staged")])
        if rows:
            assert document_of(read_stored(workspace.places, record_id).value, record_id) == document
        if source.content() != before:
            assert (source.carried_id(), rows) == (record_id, [(record_id, "staged")])
            source.write(written(case_forecast(forecast_document())))
            before = source.content()
        shutil.rmtree(workspace.places.stage.parent, ignore_errors=True)
        step += stride
    assert step > len(("open", "write", "fsync", "replace")) * 2
    assert isinstance(forecasts.known(workspace.places, record_id), Record)

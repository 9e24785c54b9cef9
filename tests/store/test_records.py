"""Records in their files: what is written is read, what is foreign survives, what makes no sense is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.errors import CommandError
from ef_engine.store import documents, forecasts, records, stage_index
from ef_engine.store.places import places_under
from ef_engine.store.process import Process
from ef_engine.store.records import STATE_SCHEMA, Member, Record
from ef_engine.store.states import Finished, Outcome, Paused, Queued, Running, Staged, State

OLD = Path(__file__).parent / "version_1"

times = st.just("2026-01-31T08:15:00.123Z")
processes = st.builds(Process, st.text(), st.text(), st.text(), st.integers(1, 10**6), st.text())
states = st.one_of(
    st.builds(Staged),
    st.builds(Queued, times),
    st.builds(Running, processes, times),
    st.builds(Paused, processes, times, times),
    st.builds(Finished, st.sampled_from(Outcome), times, st.none() | times, st.text()),
)


@st.composite
def any_record(draw: st.DrawFn) -> Record:
    is_set = draw(st.booleans())
    members = st.lists(st.builds(Member, st.text(), st.text())).map(tuple)
    return Record(
        id="Sab" if is_set else "ab",
        kind="set" if is_set else "forecast",
        label=draw(st.text()),
        owner=draw(st.text()),
        state=draw(states),
        attempt=draw(st.integers(0, 99)),
        received=draw(times),
        parent=draw(st.none() | st.text()),
        tracking=draw(st.none() | st.text()),
        approximate=draw(st.booleans()),
        members=draw(members) if is_set else (),
        summary=draw(st.dictionaries(st.text(), st.text())),
        extra=draw(st.dictionaries(st.sampled_from(["later", "other"]), st.integers())),
    )


@given(any_record())
def test_a_record_survives_its_file(record: Record) -> None:
    data = documents.dump(record.to_json())
    assert records.from_json(documents.parse(data, Path("file"), record.schema)) == record


def test_fields_of_a_later_version_survive_a_rewrite(tmp_path: Path) -> None:
    places = places_under(tmp_path)
    document = Record(id="ab", kind="forecast").to_json() | {"invented_later": [1]}
    forecasts.write_record(places, records.from_json(document))
    found = forecasts.read_record(places, "ab")
    assert isinstance(found, Record)
    forecasts.write_record(places, found)
    assert json.loads(forecasts.record_path(places, "ab").read_bytes())["invented_later"] == [1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is damaged"),
        ('{"schema": "ef/state/1", "id": "a', "the file is damaged"),
        ("[]", "it holds no object"),
        ('{"schema": "ef/state/1"}', "KeyError('id')"),
        ('{"schema": "ef/state/1", "id": "ab", "kind": "forecast", "status": "dancing"}', "unknown status 'dancing'"),
        ('{"schema": "ef/result/1"}', "its schema is 'ef/result/1'"),
        ('{"schema": "ef/state/2"}', "written by a newer version (schema ef/state/2); upgrade ef."),
    ],
)
def test_a_file_that_makes_no_sense_is_listed_and_says_why(tmp_path: Path, text: str, why: str) -> None:
    places = places_under(tmp_path)
    path = forecasts.record_path(places, "ab")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    [found] = forecasts.read_records(places)
    assert isinstance(found, forecasts.Unreadable)
    assert why in str(found.problem)
    assert str(path) in str(found.problem)


def test_a_newer_index_is_refused(tmp_path: Path) -> None:
    places = places_under(tmp_path)
    places.stage.mkdir()
    places.index.write_text('{"schema": "ef/stage-index/2"}')
    with pytest.raises(CommandError, match="upgrade ef"):
        stage_index.read(places)
    with pytest.raises(CommandError, match="upgrade ef"):
        stage_index.add(places, [Record(id="ab", kind="forecast")])


def test_files_of_version_1_are_read_for_ever(tmp_path: Path) -> None:
    shutil.copytree(OLD, tmp_path, dirs_exist_ok=True)
    found = {each.id: each for each in forecasts.read_records(places_under(tmp_path))}
    words: dict[str, type[State]] = {"dcd22ba91c01": Finished, "aaaaaaaaaaaa": Staged, "bbbbbbbbbbbb": Running}
    assert {key: type(each.state) for key, each in found.items() if isinstance(each, Record)} == {
        **words,
        "S9f76ec762bca": Finished,
    }
    old_set = found["S9f76ec762bca"]
    assert isinstance(old_set, Record)
    assert [member.name for member in old_set.members] == ["Core | cheap", "Core | dear"]


def test_the_schema_of_a_state_is_the_first_thing_in_its_file() -> None:
    assert documents.dump(Record(id="ab", kind="forecast").to_json()).startswith(
        b'{"schema":"%b"' % STATE_SCHEMA.encode()
    )

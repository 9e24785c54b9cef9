"""What one import brings appears at once or not at all, whenever it dies and whoever looks; the rest stays as it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ef_engine.errors import CommandError
from ef_engine.jobs.outcomes import member_ids
from ef_engine.service.exchange import piece_of
from ef_engine.service.listing import list_rows
from ef_engine.service.run import Wishes, run
from ef_engine.service.stage import stage_data
from ef_engine.service.workspace import Workspace, open_workspace
from ef_engine.sources.json_text import dumps
from ef_engine.store import arrivals, atomic, forecasts, records, unseen
from ef_engine.store.locks import holding
from ef_engine.store.places import places_under
from tests.service.documents import plans, small
from tests.store.crashes import CountedCalls, crash_at

OLD = Path(__file__).parent / "version_1_arriving"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Where what comes was made."""
    return Workspace(places_under(tmp_path / "home"), "ann")


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    """Where it comes to; there are an evaluated forecast and a staged one that have nothing to do with it."""
    found = Workspace(places_under(tmp_path / "elsewhere"), "ann")
    evaluated(found, small(end_date="2026-07-31"))
    stage_data(found, dumps(small(end_date="2026-08-31")).encode(), "file")
    return found


def pair() -> dict[str, object]:
    """A set of two scenarios."""
    document = plans()
    return document | {"choices": document["choices"][:1]}


def evaluated(workspace: Workspace, document: dict[str, object]) -> str:
    staged = stage_data(workspace, dumps(document).encode(), "file").id
    list(run(workspace.places, staged, Wishes()))
    return staged


def with_members(workspace: Workspace, set_id: str) -> list[str]:
    """A set's members, each once, and the set."""
    return [*dict.fromkeys(member_ids(forecasts.known(workspace.places, set_id))), set_id]


def bringing(workspace: Workspace, other: Workspace, ids: list[str]) -> Callable[[], None]:
    """An import of these into the other workspace."""
    pieces = [piece_of(workspace.places, each) for each in ids]

    def bring() -> None:
        with arrivals.arrival(other.places) as arrival:
            for each in pieces:
                arrival.add(records.from_json(dict(each.record)), each.document, each.results)

    return bring


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a directory that somebody may read."""
    found = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {
        str(path): (directory / path).read_bytes()
        for path in found
        if path.suffix not in (".lock", ".jsonl")
        and not any(part.startswith(".") or part == "arriving" for part in path.parts)
    }


def home(workspace: Workspace) -> Path:
    return workspace.places.data.parent


def seen(workspace: Workspace) -> dict[str, str]:
    return {row.id: row.state for row in list_rows(workspace.places)}


def result(workspace: Workspace, ids: list[str]) -> dict[str, bytes]:
    """The files of these, but for the logs of attempts, which stay where they were written."""
    return {
        f"{each}/{path.name}": path.read_bytes()
        for each in ids
        for path in workspace.places.run(each).iterdir()
        if not path.name.startswith("attempt-") and path.name != "progress.json"
    }


def crashes(workspace: Workspace, bring: Callable[[], None]) -> Iterator[int]:
    """Kills an import before each of its system calls, but for most of those that only prepare it; yields after each.

    The workspace is put back after that, and in the end the import goes through.
    """
    pristine = shutil.copytree(home(workspace), home(workspace).with_name("pristine"))
    sure, total = calls_of(bring)
    for step in (1, sure // 2, *range(sure - 1, total + 1)):
        again(workspace, pristine)
        assert crash_at(step, bring)
        yield step
    again(workspace, pristine)
    bring()


def calls_of(bring: Callable[[], None]) -> tuple[int, int]:
    """How many system calls an import makes until it is sure to happen, and at all."""
    counted, moves = CountedCalls(0, lambda: None), []

    def move(source: Path, target: Path) -> None:
        moves.append(-counted.left)
        atomic.move(source, target)

    vars(atomic)["os"], vars(arrivals)["move"] = counted, move
    try:
        bring()
    finally:
        vars(atomic)["os"], vars(arrivals)["move"] = os, atomic.move
    return moves[0], -counted.left


def again(workspace: Workspace, pristine: Path) -> None:
    """Puts a workspace back to what it was."""
    shutil.rmtree(home(workspace))
    shutil.copytree(pristine, home(workspace))


def test_a_set_killed_at_any_moment_is_there_as_a_whole_or_not_at_all(workspace: Workspace, other: Workspace) -> None:
    """Also for readers that come before anybody has tidied up; and what was there before stays byte for byte."""
    ids = with_members(workspace, evaluated(workspace, pair()))
    before, untouched = seen(other), tree(home(other))
    after, outcomes = before | {each: seen(workspace)[each] for each in ids}, set()
    for _ in crashes(other, bringing(workspace, other, ids)):
        found = seen(other)
        assert found in (before, after)
        assert [forecasts.read_record(other.places, each) is None for each in ids] == [found == before] * len(ids)
        assert forecasts.known_ids(other.places) == found.keys()
        assert {each.id for each in forecasts.read_records(other.places)} == found.keys()
        open_workspace(other.places)
        ended = seen(other)
        assert ended in (found, after)
        present = tree(home(other))
        assert {path: data for path, data in present.items() if path in untouched} == untouched
        assert (present == untouched) == (ended == before)
        assert unseen.entries(other.places) == []
        if ended == after:
            assert result(other, ids) == result(workspace, ids)
        outcomes.add((found == before, ended == before))
    assert outcomes == {(True, True), (True, False), (False, False)}
    assert seen(other) == after


def test_what_was_staged_or_without_a_result_before_is_whole_at_any_moment(
    workspace: Workspace, other: Workspace
) -> None:
    ids = with_members(workspace, evaluated(workspace, pair()))
    staged, late = ids[:2]
    for each in (staged, late):
        document = forecasts.read_document(workspace.places, each)
        assert document is not None
        stage_data(other, document[0], "file")
    list(run(other.places, late, Wishes(timeout=0)))
    before = seen(other)
    assert (before[staged], before[late]) == ("staged", "timed_out")
    after = before | {each: seen(workspace)[each] for each in ids}
    for _ in crashes(other, bringing(workspace, other, ids)):
        assert seen(other) in (before, before | {late: after[late]}, after)
        open_workspace(other.places)
        assert seen(other) in (before, after)
        if seen(other) == after:
            assert result(other, ids) == result(workspace, ids)
    assert seen(other) == after


def half_run(workspace: Workspace) -> list[str]:
    """A set of which one member has a result, and all else is staged."""
    ids = with_members(workspace, stage_data(workspace, dumps(pair()).encode(), "file").id)
    list(run(workspace.places, ids[0], Wishes()))
    assert set(seen(workspace).values()) >= {"evaluated", "staged"}
    return ids


def test_what_is_only_staged_appears_as_a_whole_too(workspace: Workspace, other: Workspace) -> None:
    ids = half_run(workspace)
    before = seen(other)
    after = before | {each: seen(workspace)[each] for each in ids}
    for _ in crashes(other, bringing(workspace, other, ids)):
        assert seen(other) in (before, after)
        assert forecasts.known_ids(other.places) == seen(other).keys()
        open_workspace(other.places)
        assert seen(other) in (before, after)
    assert seen(other) == after


def test_a_disk_that_is_full_at_any_moment_leaves_all_or_nothing(workspace: Workspace, other: Workspace) -> None:
    ids = half_run(workspace)
    bring, before = bringing(workspace, other, ids), seen(other)
    after = before | {each: seen(workspace)[each] for each in ids}
    pristine = shutil.copytree(home(other), home(other).with_name("pristine"))
    sure, total = calls_of(bring)
    for step in (1, sure // 2, *range(sure - 1, total + 1)):
        again(other, pristine)
        with pytest.raises(OSError, match="No space left"):
            without_space(step, bring)
        assert seen(other) in (before, after)
        open_workspace(other.places)
        assert seen(other) in (before, after)


def without_space(step: int, bring: Callable[[], None]) -> None:
    """Imports, with no space left from the given system call on."""

    def refuse() -> None:
        counted.left = 1
        raise OSError(28, "No space left on device")

    counted = CountedCalls(step, refuse)
    vars(atomic)["os"] = counted
    try:
        bring()
    finally:
        vars(atomic)["os"] = os


def left_behind(workspace: Workspace, other: Workspace) -> list[str]:
    """An import that died when it was sure to happen, and nothing of it had; its ids."""
    ids = with_members(workspace, evaluated(workspace, pair()))
    child = os.fork()
    if child == 0:
        vars(arrivals)["move_together"] = lambda _: os._exit(0)
        bringing(workspace, other, ids)()
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(unseen.entries(other.places)) == 1
    return ids


def test_whoever_imports_next_ends_what_another_left(workspace: Workspace, other: Workspace) -> None:
    ids = left_behind(workspace, other)
    bringing(workspace, other, [evaluated(workspace, small())])()
    assert seen(other).keys() > set(ids)


def test_while_an_import_ends_others_see_nothing_of_it(workspace: Workspace, other: Workspace) -> None:
    """Its lock is held, so nobody else ends it either."""
    before = seen(other)
    ids = left_behind(workspace, other)
    with holding(other.places.arrivals_lock, 1):
        open_workspace(other.places)
        assert seen(other) == before
    open_workspace(other.places)
    assert seen(other).keys() == before.keys() | set(ids)


def test_what_is_run_meanwhile_stays_its_runners(workspace: Workspace, other: Workspace) -> None:
    """It was staged here, so somebody may run it between the import's last look and its end."""
    document = forecasts.read_document(workspace.places, evaluated(workspace, small()))
    assert document is not None
    record_id = stage_data(other, document[0], "file").id
    with arrivals.arrival(other.places) as arrival:
        piece = piece_of(workspace.places, record_id)
        arrival.add(records.from_json(dict(piece.record)), piece.document, piece.results)
        list(run(other.places, record_id, Wishes()))
        own = result(other, [record_id])
    assert result(other, [record_id]) == own
    assert seen(other)[record_id] == "evaluated"


def test_readers_beside_an_import_see_all_of_a_set_or_nothing(workspace: Workspace, other: Workspace) -> None:
    """One looks as often as it can while another process imports one set after the other."""
    sets = [with_members(workspace, evaluated(workspace, plans() | {"label": f"{k}"} | earlier(k))) for k in range(12)]
    imports = [bringing(workspace, other, ids) for ids in sets]
    before, looks, partial = seen(other).keys(), 0, []
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for bring in imports:
                bring()
            code = 0
        finally:
            os._exit(code)
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        found = seen(other).keys() - before
        looks += 1
        partial += [ids for ids in sets if found & set(ids) and not found >= set(ids)]
    assert (ended[1], partial) == (0, [])
    assert looks > len(sets)
    assert len(seen(other)) == len(before) + sum(map(len, sets))


def earlier(days: int) -> dict[str, object]:
    """What makes another set: its base ends so many days earlier."""
    return {"base": plans()["base"] | {"end_date": f"2026-03-{31 - days}"}}


def test_an_import_of_version_1_that_was_left_can_be_ended(other: Workspace) -> None:
    """`ef/arrival/1` as it lay there when a computer lost its power: one evaluated, one staged."""
    before = seen(other)
    shutil.copytree(OLD, other.places.arriving)
    assert seen(other) == before
    open_workspace(other.places)
    came = {key: state for key, state in seen(other).items() if key not in before}
    assert sorted(came.values()) == ["evaluated", "staged"]
    assert all(forecasts.read_document(other.places, each) for each in came)


def test_an_import_of_nothing_leaves_no_trace(other: Workspace) -> None:
    before = sorted(home(other).rglob("*"))
    with arrivals.arrival(other.places):
        pass
    assert sorted(home(other).rglob("*")) == before


def test_a_later_version_is_left_alone(workspace: Workspace, other: Workspace) -> None:
    before = seen(other)
    entry = other.places.arriving / "1-00000000"
    entry.mkdir(parents=True)
    (entry / unseen.INTENT).write_text('{"schema": "ef/arrival/2"}')
    open_workspace(other.places)
    assert [path.name for path in unseen.entries(other.places)] == [entry.name]
    bring = bringing(workspace, other, [evaluated(workspace, small())])
    with pytest.raises(CommandError, match="written by a newer version"):
        bring()
    assert seen(other) == before

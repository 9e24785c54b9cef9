"""Notes stay; locks keep a record from being restaged, deleted and killed, and say whose they are."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from ef_engine.errors import HeldError
from ef_engine.service.protect import lock
from ef_engine.store import notes, protections
from ef_engine.store.places import places_under
from tests.cli.conftest import Terminal
from tests.jobs.conftest import Shop, until
from tests.service.documents import SMALL, plans, write


@pytest.fixture
def record_id(terminal: Terminal, tmp_path: Path) -> str:
    return terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]


def test_notes_are_shown_with_their_author_in_their_order(terminal: Terminal, record_id: str) -> None:
    terminal.ok("note", record_id, "the", "first")
    terminal.ok("--username", "bob", "note", record_id, "zweite\nZeile ä")
    shown = json.loads(terminal.ok("show", record_id, "--format", "json"))["notes"]
    assert [(note["owner"], note["text"]) for note in shown] == [("ann", "the first"), ("bob", "zweite\nZeile ä")]
    assert "ann: the first" in terminal.ok("ls", "call", record_id)


def test_a_note_outlives_new_runs_and_even_its_record(terminal: Terminal, record_id: str) -> None:
    terminal.ok("note", record_id, "keep me")
    terminal.ok("run", record_id, "--force")
    terminal.ok("rm", record_id, "--yes")
    terminal.ok("stage", "small.json")
    assert "keep me" in terminal.ok("show", record_id)


def test_a_note_after_a_torn_one_is_whole(terminal: Terminal, record_id: str, home: Path) -> None:
    terminal.ok("note", record_id, "one")
    path = home / "data" / "notes" / f"Forecast_{record_id}.jsonl"
    path.write_bytes(path.read_bytes() + b'{"schema": "ef/no')
    terminal.ok("note", record_id, "two")
    assert [note.text for note in notes.read(places_under(home), record_id)] == ["one", "two"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("words", [(), ("text",), ("dcd", " ")])
def test_a_note_needs_a_record_and_a_text(terminal: Terminal, record_id: str, words: tuple[str, ...]) -> None:
    assert terminal.run("note", *words) in (2, 4)


@pytest.mark.parametrize("command", [("restage", "ID", "--end_date", "2026-05-01"), ("rm", "ID", "--yes")])
def test_what_is_locked_is_neither_restaged_nor_deleted(
    terminal: Terminal, record_id: str, command: tuple[str, ...]
) -> None:
    words = [record_id if word == "ID" else word for word in command]
    terminal.ok("lock", record_id)
    assert terminal.run("--username", "bob", *words) == 3
    assert terminal.err.startswith(f"{record_id} is locked by ann since 2")
    assert terminal.err.endswith(f"`ef_cli unlock {record_id}` ends that.\n")
    terminal.ok("unlock", record_id)
    assert terminal.run("--username", "bob", *words) == 0


def test_clean_leaves_what_is_locked(terminal: Terminal, record_id: str) -> None:
    terminal.ok("lock", record_id)
    terminal.ok("clean", "--state", "evaluated", "--yes")
    assert "is locked by ann" in terminal.err
    terminal.ok("show", record_id)


def test_only_the_owner_of_a_lock_ends_it_unless_forced(terminal: Terminal, record_id: str) -> None:
    terminal.ok("lock", record_id)
    assert terminal.run("lock", record_id) == 2
    assert terminal.run("--username", "bob", "lock", record_id) == 3
    assert terminal.run("--username", "bob", "unlock", record_id) == 3
    assert "is locked by ann" in terminal.err
    terminal.ok("--username", "bob", "unlock", record_id, "--force")
    assert terminal.run("unlock", record_id) == 2


def test_the_lock_of_a_set_holds_for_its_forecasts_and_the_other_way_round(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("run", str(write(tmp_path / "plans.json", plans())))
    member, *_, set_id = [line.split()[0] for line in terminal.out.splitlines()]
    terminal.ok("lock", set_id)
    assert terminal.run("rm", member, "--yes") == 3
    assert f"{member} is locked with {set_id} by ann" in terminal.err
    terminal.ok("unlock", set_id)
    terminal.ok("lock", member)
    assert terminal.run("rm", set_id, "--yes") == 3


def test_a_damaged_lock_still_holds(terminal: Terminal, record_id: str, home: Path) -> None:
    terminal.ok("lock", record_id)
    protections.path_of(places_under(home), record_id).write_text("{")
    assert terminal.run("rm", record_id, "--yes") == 3
    assert "is locked by somebody;" in terminal.err


def test_of_many_who_lock_one_record_only_one_does(terminal: Terminal, record_id: str, home: Path) -> None:
    """The lock is a link that only one can make, so nobody takes another's place."""
    assert lock(places_under(home), record_id, "ann").owner == "ann"
    with pytest.raises(HeldError, match="is locked by ann"):
        lock(places_under(home), record_id, "bob")


def test_what_is_locked_is_not_killed_until_it_is_unlocked(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", record_id, "--detach")
    pid = shop.marker(record_id).process.pid
    assert shop.cli("lock", record_id).returncode == 0
    for words in (("kill", record_id), ("kill", "worker", str(pid))):
        ran = shop.cli("--username", "bob", *words)
        assert (ran.returncode, ran.stdout) == (3, "")
        assert ran.stderr.startswith(f"{record_id} is locked by ann since")
    assert shop.marker(record_id).process.pid == pid
    assert shop.cli("unlock", record_id).returncode == 0
    assert shop.cli("kill", record_id).stdout == f"{record_id} killed\n"
    until(lambda: shop.state(record_id)["outcome"] == "killed")

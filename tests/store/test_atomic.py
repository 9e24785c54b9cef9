"""Writes are seen whole or not at all."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.store import atomic
from ef_engine.store.atomic import remove_stale_temporaries, write_bytes, write_text, write_together
from tests.store.crashes import CountedCalls, crashes


@given(data=st.binary(max_size=5000), is_durable=st.booleans())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, data: bytes, is_durable: bool) -> None:
    path = tmp_path_factory.mktemp("atomic") / "file"
    write_bytes(path, data, durable=is_durable)
    assert path.read_bytes() == data
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_text_is_utf_8(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "Zürich, 40 €")
    assert (tmp_path / "file").read_bytes() == "Zürich, 40 €".encode()


def test_a_crash_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    seen = set()
    for _ in crashes(lambda: write_bytes(path, b"new" * 1000)):
        seen.add(path.read_bytes())
        path.write_bytes(b"old")
    assert seen == {b"old", b"new" * 1000}


@pytest.mark.parametrize("step", range(1, 6))
def test_an_error_at_any_step_before_the_rename_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def disk_full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic, "os", CountedCalls(step, disk_full))
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_files_written_together_appear_in_their_order(tmp_path: Path) -> None:
    """Whoever sees the last sees all of them."""
    names = ["first", "second", "last"]
    for _ in crashes(lambda: write_together(tmp_path, dict.fromkeys(names, b"new"))):
        present = [name for name in names if (tmp_path / name).exists()]
        assert present == names[: len(present)]
        for name in present:
            (tmp_path / name).unlink()


def test_files_are_for_their_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_bytes(tmp_path / "file", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_mode_that_is_asked_for_is_kept_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_bytes(tmp_path / "file", b"", mode=0o664)
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o664


def test_temporaries_of_the_dead_are_removed_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".a.1.00.tmp", ".a.2.00.tmp", ".hidden"))
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (time.time() - 4000, time.time() - 4000))
    assert remove_stale_temporaries(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == sorted([young, other])


def test_a_directory_that_is_not_there_has_no_temporaries(tmp_path: Path) -> None:
    assert remove_stale_temporaries(tmp_path / "nowhere") == 0

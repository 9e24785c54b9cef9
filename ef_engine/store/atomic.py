"""Writes that a reader sees whole or not at all, whatever dies in between.

Temp file in the same directory -> write -> fsync -> rename -> fsync the directory. Without `durable` the two fsyncs are
left out: still never half a file, but after a power cut possibly the old one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ef_engine.store.places import FILE_MODE

STALE_SECONDS = 3600.0
"""A temporary this old belongs to a writer that died; younger ones may still be written, here or elsewhere."""

_SUFFIX = ".tmp"


def write_bytes(path: Path, data: bytes, *, durable: bool = True, mode: int = FILE_MODE) -> None:
    """Replaces the file's content; raises OSError and leaves the file untouched when that fails."""
    write_together(path.parent, {path.name: data}, durable=durable, mode=mode)


def write_text(path: Path, text: str, *, durable: bool = True, mode: int = FILE_MODE) -> None:
    """As `write_bytes`, for text in UTF-8."""
    write_bytes(path, text.encode(), durable=durable, mode=mode)


def write_together(
    directory: Path, contents: Mapping[str, bytes], *, durable: bool = True, mode: int = FILE_MODE
) -> None:
    """Writes files of one directory: all are complete on disk before the first appears, the last named appears last."""
    with _temporaries(directory, contents) as temporaries:
        for temporary, data in zip(temporaries, contents.values(), strict=True):
            _write_new(temporary, data, durable, mode)
        for temporary, name in zip(temporaries, contents, strict=True):
            os.replace(temporary, directory / name)
        if durable:
            _sync_directory(directory)


@contextmanager
def _temporaries(directory: Path, names: Mapping[str, bytes]) -> Iterator[list[Path]]:
    paths = [directory / f".{name[:100]}.{os.getpid()}.{os.urandom(4).hex()}{_SUFFIX}" for name in names]
    try:
        yield paths
    except BaseException:
        for path in paths:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def move(source: Path, target: Path) -> None:
    """Renames a file or directory, for good: both directories are on disk afterwards. OSError where it cannot be."""
    move_together({source: target})


def move_together(targets: Mapping[Path, Path]) -> None:
    """Renames one after the other, and then sees to it that all the directories are on disk."""
    for source, target in targets.items():
        os.rename(source, target)
    for directory in {path.parent for pair in targets.items() for path in pair if path.parent.exists()}:
        _sync_directory(directory)


def _write_new(path: Path, data: bytes, durable: bool, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), mode)
    try:
        os.fchmod(descriptor, mode)
        _write_all(descriptor, data)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stale_temporaries(directory: Path, older_than: float = STALE_SECONDS) -> list[Path]:
    """What writers that died left in the directory."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        return [Path(each.path) for each in entries if is_temporary(each.name) and _age(each) > older_than]
    return []


def remove_stale_temporaries(directory: Path, older_than: float = STALE_SECONDS) -> int:
    """Removes what writers that died left in the directory; returns how many files that were."""
    found = stale_temporaries(directory, older_than)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def is_temporary(name: str) -> bool:
    """Whether a file of this name is one of ours in the making."""
    return name.startswith(".") and name.endswith(_SUFFIX)


def _age(entry: os.DirEntry[str]) -> float:
    with suppress(FileNotFoundError):
        return time.time() - entry.stat(follow_symlinks=False).st_mtime
    return 0.0

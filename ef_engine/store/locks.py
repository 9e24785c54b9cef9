"""Native file locks: the kernel frees one when its holder dies, so none is ever stale. Lock files are never deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ef_engine.errors import HeldError
from ef_engine.store.places import FILE_MODE, make_directory


@contextmanager
def holding(path: Path, timeout: float) -> Iterator[None]:
    """Holds the lock; raises `HeldError` when another process still has it after `timeout` seconds."""
    from filelock import FileLock, Timeout  # costs 30 ms, which only writers should pay

    make_directory(path.parent)
    lock = FileLock(path, timeout=timeout, mode=FILE_MODE, fallback_to_soft=False, preserve_lock_file=True)
    try:
        lock.acquire(poll_interval=min(0.02, timeout or 0.02))
    except Timeout as error:
        raise HeldError(f"{path.name} is held by another process", "wait until it is done and try again") from error
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock right now; a momentary shared lock, so it may make a claimant try twice."""
    import fcntl

    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

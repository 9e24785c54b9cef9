"""`log/ef.log`: what was done, and the tracebacks of what nobody expected. At a megabyte it moves to `ef.log.1`."""

from __future__ import annotations

import os
from pathlib import Path

from ef_engine.store.clock import now
from ef_engine.store.places import FILE_MODE, make_directory
from ef_engine.store.rotation import rotate


def log_error(error: BaseException, directory: Path) -> Path | None:
    """Appends the traceback; returns the file, or None where it could not be written."""
    import traceback

    return log_line("error " + "".join(traceback.format_exception(error)), directory)


def log_line(text: str, directory: Path) -> Path | None:
    """Appends with a single write, so that lines of several processes never mix; None where that failed."""
    path = directory / "ef.log"
    try:
        make_directory(directory)
        rotate(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
        try:
            os.write(descriptor, f"{now()} process {os.getpid()} {text}\n".encode(errors="backslashreplace"))
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return path

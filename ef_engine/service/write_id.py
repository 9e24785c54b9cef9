"""Writes an id into the user's own file: the one place where ef changes a file that is not its own.

Whatever speaks against it is a sentence and no error: the forecast is staged already.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.errors import InputError
from ef_engine.service.sources import file_source
from ef_engine.store.atomic import write_bytes

if TYPE_CHECKING:
    from ef_engine.sources.loaded import Loaded

_OPEN_MARKS = ("~${}", ".~lock.{}#")


def write_id(path: Path, read: Loaded, record_id: str) -> str | None:
    """Puts the id into the file that was read, keeping its mode and what a link points to; a sentence if it could not.

    A file that no longer holds what was read is somebody's newer work and stays as it is.
    """
    try:
        data = file_source(read.source).identified(read, record_id)
    except InputError as error:
        return f"Warning: the id is not written into {path}, which {error.problems[0].text}."
    if data == read.data:
        return None
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode):
            return f"Warning: {path} is no file, so the id is written nowhere but here."
        if not _is_writable(target, mode):
            return f"Warning: {path} is read-only, so its id is not written into it."
        if target.read_bytes() != read.data:
            return f"Warning: {path} was changed meanwhile; stage it again."
        write_bytes(target, data, mode=stat.S_IMODE(mode))
        if _is_open_elsewhere(target):
            return f"Warning: {path} seems to be open in a spreadsheet program, which would save it without its id."
    except OSError as error:
        return f"Warning: the id could not be written into {path} ({error.strerror})."
    return None


def _is_open_elsewhere(path: Path) -> bool:
    """Whether Excel or LibreOffice says with a file of its own beside this one that somebody has it open."""
    return any(path.with_name(mark.format(path.name)).exists() for mark in _OPEN_MARKS)


def _is_writable(path: Path, mode: int) -> bool:
    """Whether it is meant to be written: for root everything could be."""
    return bool(mode & 0o222) and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)

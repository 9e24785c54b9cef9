"""Reports as files: where they lie, how they are made, and whether they can be shown.

Beside a page lies the script of its charts; within a workspace it is one file with many names (hard links).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from ef_engine.errors import CommandError
from ef_engine.store.atomic import write_bytes
from ef_engine.store.places import Places, make_directory

SUFFIXES = {"html": ".html", "excel": ".xlsx"}
"""The formats that are files by nature; the others go to stdout."""


def report_path(places: Places, record_id: str, form: str, name: str = "report") -> Path:
    """Where a report of the format is put by default."""
    return places.run(record_id) / "reports" / f"{name}{SUFFIXES[form]}"


def write_report(places: Places, path: Path, data: bytes, form: str = "html") -> Path:
    """Writes a report, the script of the charts beside a page; raises CommandError where that cannot be done."""
    try:
        make_directory(path.parent)
        if form == "html":
            _put_script(path.parent, places.data / "charts")
        write_bytes(path, data)
    except OSError as error:
        problem = f"{path} cannot be written ({(error.strerror or str(error)).lower()})"
        raise CommandError(problem, "name a file in a directory that is yours with --output") from error
    return path


def _put_script(directory: Path, kept_in: Path) -> None:
    """A link to the copy the workspace keeps, or a copy where links cannot be made."""
    from ef_engine.report.chart_script import script_name, script_path

    target, kept, installed = directory / script_name(), kept_in / script_name(), script_path()
    size = installed.stat().st_size
    if target.is_file() and target.stat().st_size == size:
        return
    if not kept.is_file() or kept.stat().st_size != size:
        make_directory(kept_in)
        write_bytes(kept, installed.read_bytes())
    target.unlink(missing_ok=True)
    try:
        os.link(kept, target)
    except FileExistsError:
        pass
    except OSError:
        write_bytes(target, kept.read_bytes())


def can_be_shown(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a program with windows can be started: not over SSH, not without a display."""
    variables = os.environ if environment is None else environment
    if any(variables.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        return False
    return bool(sys.platform in ("win32", "darwin") or variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def show_file(path: Path) -> bool:
    """Opens a file with what the desktop opens its kind with; False where nothing can be shown.

    Never a browser in the terminal: it would write over whoever asked.
    """
    opener = shutil.which("open" if sys.platform == "darwin" else "explorer" if os.name == "nt" else "xdg-open")
    if not can_be_shown() or opener is None:
        return False
    quiet = subprocess.DEVNULL
    started = subprocess.Popen([opener, str(path)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    # Somebody has to take note of its end, and a dashboard lives on.
    threading.Thread(target=started.wait, daemon=True).start()
    return True

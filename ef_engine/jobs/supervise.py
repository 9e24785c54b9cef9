"""Starting a supervisor: `launch` from a client, `python -m ef_engine.jobs.supervise` as the process itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

from ef_engine.secret import without_secrets
from ef_engine.store.flow_calls import without_step
from ef_engine.store.locks import is_held
from ef_engine.store.places import DIRECTORY_MODE, FILE_MODE, Places, make_directory
from ef_engine.store.rotation import rotate

MODULE = "ef_engine.jobs.supervise"


def is_supervised(places: Places) -> bool:
    """Whether a supervisor has the workspace."""
    return is_held(places.supervisor_lock)


def launch(places: Places) -> None:
    """Starts a supervisor in a session of its own, so that no terminal takes it along when it closes.

    Does not wait for it. One too many finds the workspace taken and leaves.
    """
    make_directory(places.log)
    path = places.log / "supervisor.log"
    rotate(path)
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", MODULE, *places.directories],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=without_step(without_secrets(os.environ)),
        )
    finally:
        os.close(log)
    # For who lives longer than the supervisor: when that ends, nothing of it stays behind.
    threading.Thread(target=supervisor.wait, name="supervisor", daemon=True).start()


def is_command_line_of_supervisor(places: Places, words: list[str]) -> bool:
    """Whether a process of this command line supervises the workspace."""
    return words[1:] == ["-m", MODULE, *places.directories]


def main(arguments: list[str]) -> int:
    """Supervises the workspace of four directories until its queue is empty."""
    from ef_engine.errors import HeldError
    from ef_engine.jobs.engines import Engines
    from ef_engine.jobs.slots import LocalEngine, start_forkserver
    from ef_engine.jobs.supervisor import Supervisor

    os.umask(0o777 & ~DIRECTORY_MODE)
    places = Places(*map(Path, arguments))
    start_forkserver()
    try:
        asyncio.run(Supervisor(places, Engines(LocalEngine())).run())
    except HeldError:
        return HeldError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

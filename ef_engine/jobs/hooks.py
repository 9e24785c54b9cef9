"""The command a user wants run when a run is over: its words are never given to a shell, a document is its input."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

SECONDS = 60.0


async def run_hook(words: Sequence[str], directory: str, document: Mapping[str, Any]) -> None:
    """Runs the command where it was typed, the document as JSON its standard input; ended after a minute.

    Never raises.
    """
    place = directory if os.path.isdir(directory) else "/"
    if directory and place != directory:
        print(f"--on_finish {words[0]}: {directory} is gone, so it runs in /", flush=True)
    try:
        process = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.PIPE, cwd=place)
    except OSError as error:
        print(f"--on_finish {words[0]}: {error}", flush=True)
        return
    try:
        await asyncio.wait_for(process.communicate(json.dumps(document).encode()), SECONDS)
    except TimeoutError:
        print(f"--on_finish {words[0]}: still running after {SECONDS:g} seconds, ended", flush=True)
        with suppress(ProcessLookupError):
            process.kill()
    except (BrokenPipeError, ConnectionResetError):
        await process.wait()

"""Signals that end the dashboard: the terminal is given back as it was, and what runs goes on."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ef_tui.app import EfApp

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
"""Those that would end it otherwise, and leave the terminal as it is."""


def signals_end(app: EfApp) -> None:
    """From now on these signals close the app in good order; the exit code is 128 and the number, as shells have it."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, _end, app, number)


def _end(app: EfApp, number: signal.Signals) -> None:
    app.exit(return_code=128 + number)

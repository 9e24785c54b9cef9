"""Makes the work of a worker hang in the way `EF_FAULT` names; found by Python at the start of every process.

Only processes with this directory on their PYTHONPATH are concerned.
"""

from __future__ import annotations

import os
from typing import NoReturn

FAULT = os.environ.get("EF_FAULT")


def spin() -> NoReturn:
    """Busy in Python for ever; other threads of the process go on."""
    while True:
        pass


def compute() -> NoReturn:
    """Busy in C code for ever, in calls that take seconds each."""
    import numpy as np

    matrix = np.random.default_rng(1).random((1500, 1500))
    while True:
        np.linalg.svd(matrix)


def work(places: object, record_id: str, observer: object) -> NoReturn:
    """In place of the work: one step of progress, then none."""
    observer.phase_begun("hanging", 100)  # type: ignore[attr-defined]  # an Observer
    observer.write()  # type: ignore[attr-defined]  # it is a ProgressWriter
    {"spin": spin, "compute": compute}[FAULT or "spin"]()


if FAULT:
    import ef_engine.jobs.worker

    ef_engine.jobs.worker.work = work

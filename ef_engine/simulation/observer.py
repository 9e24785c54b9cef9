"""Progress of a simulation, reported to an observer whose default does nothing."""

from __future__ import annotations


class Observer:
    """Is told how far a simulation is; subclasses may raise from `advanced` to stop it between two decisions."""

    def phase_begun(self, name: str, total: int) -> None:
        """A phase (`satisfice`, `priority 2`, ..., `write`) begins; it will take `total` steps."""

    def advanced(self, done: int) -> None:
        """`done` of the phase's steps are finished."""


SILENT = Observer()

"""What happened, for whoever listens: facts in the past tense, never orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from ef_tui.snapshot import Snapshot

if TYPE_CHECKING:
    from ef_engine.service.schedules import Begun


class SnapshotRead(Message):
    """The workspace looks different from before; of several, only the newest counts."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """A newer snapshot takes the place of one that nobody has seen yet."""
        return isinstance(message, SnapshotRead)


class DueFound(Message):
    """Something was due: its command was started from here, or for a reason it was not."""

    def __init__(self, begun: Sequence[Begun]) -> None:
        super().__init__()
        self.begun = begun


class LookFailed(Message):
    """It could not be found out what is due."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

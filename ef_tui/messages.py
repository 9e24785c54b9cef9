"""What happened, for whoever listens: facts in the past tense, never orders."""

from __future__ import annotations

from textual.message import Message

from ef_tui.snapshot import Snapshot


class SnapshotRead(Message):
    """The workspace looks different from before; of several, only the newest counts."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """A newer snapshot takes the place of one that nobody has seen yet."""
        return isinstance(message, SnapshotRead)

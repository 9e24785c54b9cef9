"""A line to type into; its cursor does not blink, since every blink is sent, also where nobody types."""

from __future__ import annotations

from typing import Any

from textual.widgets import Input


class Box(Input):
    """An `Input` that is silent until a key is pressed."""

    def __init__(self, *arguments: Any, **details: Any) -> None:
        super().__init__(*arguments, **details)
        self.cursor_blink = False

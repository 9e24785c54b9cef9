"""The themes: dark, light, ansi (the terminal's own sixteen colours) and contrast (for tired eyes and bright rooms)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.theme import Theme

THEMES = (
    Theme(
        name="dark", primary="#7aa2f7", secondary="#7dcfff", accent="#e0af68", success="#9ece6a", warning="#e0af68",
        error="#f7768e", foreground="#c8d0e8", background="#16171f", surface="#1b1d27", panel="#232634", dark=True,
        variables={"muted": "#7f88a8", "border-blurred": "#3a3f55", "block-cursor-text-style": "bold"},
    ),
    Theme(
        name="light", primary="#2f5fb3", secondary="#1b7a8c", accent="#9a5b00", success="#2f7d32", warning="#9a5b00",
        error="#b3261e", foreground="#23262f", background="#fafaf7", surface="#f2f2ee", panel="#e6e6e0", dark=False,
        variables={"muted": "#6b6f7a", "border-blurred": "#b9b9b0", "block-cursor-text-style": "bold"},
    ),
    Theme(
        name="contrast", primary="#ffff00", secondary="#00ffff", accent="#ffff00", success="#00ff00",
        warning="#ffff00", error="#ff6060", foreground="#ffffff", background="#000000", surface="#000000",
        panel="#303030", dark=True, text_alpha=1.0,
        variables={"muted": "#ffffff", "border-blurred": "#808080", "block-cursor-text-style": "bold"},
    ),
    Theme(
        name="ansi", ansi=True, primary="ansi_blue", secondary="ansi_cyan", accent="ansi_yellow",
        success="ansi_green", warning="ansi_yellow", error="ansi_red", foreground="ansi_default",
        background="ansi_default", surface="ansi_default", panel="ansi_default", boost="ansi_default", dark=True,
        variables={
            "muted": "ansi_bright_black", "border-blurred": "ansi_bright_black",
            "ansi-background": "ansi_black", "ansi-foreground": "ansi_white",
            "block-cursor-foreground": "ansi_black", "block-cursor-background": "ansi_white",
            "input-cursor-background": "ansi_white", "input-cursor-foreground": "ansi_black",
            "input-selection-background": "ansi_bright_blue", "input-selection-foreground": "ansi_black",
        },
    ),
)  # fmt: skip

NAMES = tuple(theme.name for theme in THEMES)


def theme_for(environment: Mapping[str, str] = os.environ) -> str:
    """The theme where none is asked for: over SSH, in sixteen colours and without any, the terminal's own."""
    is_far = "SSH_CONNECTION" in environment or "SSH_TTY" in environment
    is_plain = "NO_COLOR" in environment or not _has_many_colors(environment)
    return "ansi" if is_far or is_plain else "dark"


def _has_many_colors(environment: Mapping[str, str]) -> bool:
    terminal = environment.get("TERM", "")
    return environment.get("COLORTERM") in ("truecolor", "24bit") or "256" in terminal or "direct" in terminal

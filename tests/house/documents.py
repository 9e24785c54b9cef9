"""The examples in our documents: fenced blocks, and the commands of a console block with what they print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "


@dataclass(frozen=True, slots=True)
class Example:
    """A command, and the lines it is said to print; none where the document leaves them out."""

    command: str
    printed: tuple[str, ...]


def blocks(document: Path, language: str) -> list[str]:
    """The contents of the document's fenced blocks of a language."""
    return [text for found, text in _BLOCK.findall(document.read_text(encoding="utf-8")) if found == language]


def examples(document: Path) -> list[Example]:
    """The commands of a document's console blocks, in order."""
    commands = "\n".join(blocks(document, "console")).split(f"\n{_PROMPT}")
    lines = [command.removeprefix(_PROMPT).splitlines() for command in commands if command.strip()]
    return [Example(first, tuple(rest)) for first, *rest in lines]


def links(document: Path) -> list[str]:
    """The targets of the document's links to files."""
    found = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    return [target for target in found if "://" not in target]

"""Text that is never shown: a password, or a URL with one in it.

It is a `str`, so whatever needs the value gets it; but printed, formatted or represented it is a word. So no traceback,
log line or `repr` of something that holds it can give it away.
"""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES = ("EF_DATABASE_URL", "EF_DATABASE_PASSWORD", "PGPASSWORD")
"""Variables of the environment that may hold a password."""

HIDDEN = "(hidden)"


class Secret(str):
    """A text whose every rendering is `(hidden)`; `revealed` gives the text itself."""

    __slots__ = ()

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _: str) -> str:
        return HIDDEN


def revealed(text: str) -> str:
    """The text of a secret, or of a plain one, to be handed to what needs it and to nothing else."""
    return str.__str__(text)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that needs no database and outlives the command that starts it."""
    return {name: value for name, value in environment.items() if name not in VARIABLES}

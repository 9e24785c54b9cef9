"""Text that is never shown: a password, or a URL with one in it.

It is a `str`, so whatever needs the value gets it; but printed, formatted or represented it is a word. So no traceback,
log line or `repr` of something that holds it can give it away.
"""

from __future__ import annotations

from collections.abc import Mapping

PASSWORDS = ("EF_DATABASE_PASSWORD", "PGPASSWORD")
"""Variables of the environment that hold a password."""

URL = "EF_DATABASE_URL"
"""The variable that may hold one beside other things."""

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
    """The environment for a process that outlives the command that starts it: without what holds a password."""
    hidden = {*PASSWORDS, URL} if has_password(environment.get(URL, "")) else {*PASSWORDS}
    return {name: value for name, value in environment.items() if name not in hidden}


def has_password(url: str) -> bool:
    """Whether a database URL gives a password away; one that makes no sense may."""
    from urllib.parse import parse_qsl, urlsplit  # a command that needs no database should not pay for it

    try:
        parts = urlsplit(revealed(url))
        return bool(parts.password) or any(name == "password" for name, _ in parse_qsl(parts.query))
    except ValueError:
        return True

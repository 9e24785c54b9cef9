"""Every expected error, each with its exit code; front ends print `str(error)` and never a traceback.

EfError
  InputError       2   the input is wrong: one line a problem, each with its place and remedy
  CommandError     2   the command is wrong
  UnfinishedError  1   what was waited for is not done
  UnavailableError 1   what it needs does not answer, or broke off
  HeldError        3   somebody else holds it
  NotFoundError    4   no such thing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EfError(Exception):
    """An error a user can act on; `exit_code` is what the command line ends with."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in its user's words: `place` says where it is, `text` what is wrong, `remedy` what to do."""

    place: str
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}; {self.remedy}."


class InputError(EfError):
    """An input holds problems; all of them are reported at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class CommandError(EfError):
    """The command cannot be carried out as it was given."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem}; {remedy}" + ("" if remedy.endswith("?") else "."))


class UnfinishedError(CommandError):
    """What was waited for is not done in the time that was given."""

    exit_code = 1


class UnavailableError(CommandError):
    """A server, a connection or a disk that the command needs does not do its part."""

    exit_code = 1


class HeldError(CommandError):
    """Another process holds what the command needs."""

    exit_code = 3


class NotFoundError(CommandError):
    """What the command names does not exist."""

    exit_code = 4

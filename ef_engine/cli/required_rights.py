"""Which right a command needs: a table of all of them, so that none is forgotten.

None stands for what touches nothing of a workspace. What needs one more for some of its words asks for that itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from ef_engine.cli.commands import command_named
from ef_engine.service.rights import Right

REQUIRED: Mapping[str, Right | None] = {
    "init": None,
    "stage": Right.STAGE,
    "stage-select": Right.STAGE,
    "restage": Right.STAGE,
    "run": Right.RUN,
    "list": Right.READ,
    "list calls": Right.READ,
    "ls": Right.READ,
    "ls calls": Right.READ,
    "ls call": Right.READ,
    "ls stats": Right.READ,
    "ls workers": Right.READ,
    "ps": Right.READ,
    "wait": Right.READ,
    "restart": Right.RUN,
    "kill": Right.KILL,
    "pause": Right.PAUSE,
    "resume": Right.PAUSE,
    "report": Right.READ,
    "compare": Right.READ,
    "show": Right.READ,
    "explain": Right.READ,
    "log": Right.READ,
    "listen": Right.READ,
    "stats": Right.READ,
    "note": Right.NOTE,
    "lock": Right.LOCK,
    "unlock": Right.LOCK,
    "stack": Right.READ,
    "rm": Right.DELETE,
    "clean": Right.DELETE,
    "schedule": None,
    "schedule add": Right.SCHEDULE,
    "schedule list": Right.READ,
    "schedule remove": Right.SCHEDULE,
    "schedule serve": Right.SCHEDULE,
    "schedule print": Right.READ,
    "compose": None,
    "compose build": Right.STAGE,
    "compose down": Right.KILL,
    "export": Right.EXPORT,
    "import": Right.STAGE,
    "template": None,
    "schema": None,
    "db": Right.ADMIN,
    "whoami": None,
    "config": None,
    "completions": None,
}


def required_right(full_name: str) -> Right | None:
    """The right a command needs, whatever name it was called by."""
    name, blank, part = full_name.partition(" ")
    return REQUIRED[f"{command_named(name).name}{blank}{part}"]

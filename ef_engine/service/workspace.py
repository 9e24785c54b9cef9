"""Whose files, and where: what every verb needs to know."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from ef_engine.service.rights import ALL, Right, check
from ef_engine.store import unseen
from ef_engine.store.places import Places


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as one user sees it; `owner` is written on what they stage.

    `rights` are what the `profile` ("" for none) of the config file `config` grants. `engine` is where forecasts run,
    `scheduler` the address of a cluster. `environment` has the variables by which commands that are started for them
    choose that file and profile too.
    """

    places: Places
    owner: str = ""
    rights: frozenset[Right] = ALL
    profile: str = ""
    config: str = ""
    engine: str = "local"
    scheduler: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def require(self, right: Right) -> None:
        """Raises ForbiddenError where the user's profile does not grant the right; ask before doing anything."""
        check(right, self.rights, self.profile, self.config)


def login_name(environment: Mapping[str, str]) -> str:
    """Whose everything is, unless somebody says otherwise."""
    for variable in ("LOGNAME", "USER", "USERNAME"):
        if name := environment.get(variable):
            return name
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "user"


def open_workspace(places: Places) -> None:
    """Ends what imports that died were sure to do; for a program to do before it looks at anything."""
    if unseen.entries(places):
        from ef_engine.store.arrivals import finish  # what it needs takes longer to load than most commands to answer

        finish(places)

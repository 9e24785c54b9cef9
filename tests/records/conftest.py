"""A home of its own, a terminal, and workspaces with supervisors, as the tests of the command line and of jobs have."""

from __future__ import annotations

from tests.cli.conftest import home as home
from tests.cli.conftest import terminal as terminal
from tests.jobs.conftest import busy as busy
from tests.jobs.conftest import shop as shop

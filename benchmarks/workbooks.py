"""What a large Excel workbook costs: read, checked, staged, and its id written into one cell."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from benchmarks.measure import one_process
from benchmarks.rows import Row
from benchmarks.workspaces import command

ROWS = 100_000
SECONDS, MEGABYTES = 60.0, 600.0


def rows(runs: int) -> Iterator[Row]:
    """One process from start to exit, once: what is large here varies little."""
    with tempfile.TemporaryDirectory(prefix="ef-benchmark-") as name:
        path = large_workbook(Path(name) / "large.xlsx", ROWS)
        seconds, megabytes = one_process(command(Path(name) / "workspace", "--source", "excel", "stage", str(path)))
    yield Row(what=f"a workbook of {ROWS} rows: stage FILE", value=seconds, unit="s", budget=SECONDS)
    yield Row(what=f"a workbook of {ROWS} rows: memory", value=megabytes, unit="MB", budget=MEGABYTES)


def large_workbook(path: Path, count: int) -> Path:
    """A workbook with so many budget items."""
    workbook = Workbook(write_only=True)
    content: dict[str, list[list[str | int]]] = {
        "Config": [["Field", "Value"], ["start_date", "2026-01-01"], ["end_date", "2026-12-31"]],
        "Accounts": [["Type", "Name", "Balance"], ["checking", "Checking", 1000]],
        "MemoRules": [["Memo Regex", "Account From", "Priority"], [".*", "Checking", 2]],
    }
    for title, lines in content.items():
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
    sheet = workbook.create_sheet("Budget")
    sheet.append(["Start Date", "End Date", "Priority", "Cadence", "Amount", "Memo", "Deferrable"])
    for number in range(count):
        sheet.append(["2026-03-01", "2026-03-01", 2, "once", 1.25, f"item {number}", False])
    workbook.save(path)
    return path

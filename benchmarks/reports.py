"""Reports: how long they take to make, how large they are, and how soon a browser has opened them.

Opening is measured in a Chromium where one is installed: until text is painted, and until the charts are drawn.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.households import household, ten_years
from benchmarks.measure import MEGABYTE, processes
from benchmarks.rows import Row
from benchmarks.workspaces import command, write_document
from ef_engine.cli import main

SCENARIOS = 1024
_ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def rows(runs: int) -> Iterator[Row]:
    """A page of ten years of days, and one of a set of 1,024 scenarios."""
    with tempfile.TemporaryDirectory(prefix="ef-benchmark-") as name:
        workspace = Path(name)
        record_id = _run(workspace, "forecast", write_document(ten_years(), workspace / "ten.json"))
        yield from _page("ten years of days", workspace, ["forecast", record_id], runs, 2)
        record_id = _run(workspace, "forecastset", _set_document(workspace / "set.json"))
        yield from _page(f"{SCENARIOS:,} scenarios", workspace, ["forecastset", record_id], min(runs, 2), 3)


def _page(what: str, workspace: Path, words: list[str], runs: int, seconds: float) -> Iterator[Row]:
    page = workspace / "page.html"
    measured = processes(command(workspace, "report", *words, "--format", "html", "--output", str(page)), runs)
    yield Row(what=f"page of {what}, made", value=measured.median, unit="s", note=f"{measured.megabytes:.0f} MB used")
    yield Row(what=f"page of {what}", value=page.stat().st_size / MEGABYTE, unit="MB", budget=5)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium:
        painted, loaded = _opened(page, chromium, max(3, runs))
        yield Row(what=f"page of {what}, read", value=painted, unit="s", note="first text painted")
        yield Row(what=f"page of {what}, opened", value=loaded, unit="s", budget=seconds, note="charts drawn")


def _opened(path: Path, chromium: str, runs: int) -> tuple[float, float]:
    """Seconds until text is painted and until the page is loaded with its charts; medians."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        for _ in range(runs):
            page = browser.new_page()
            start = time.perf_counter()
            page.goto(path.as_uri())
            seconds = time.perf_counter() - start
            painted: Any = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
            found.append((painted / 1000, seconds))
            page.close()
        browser.close()
    return median(first for first, _ in found), median(last for _, last in found)


def _run(workspace: Path, kind: str, document: Path) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        main(["--workspace", str(workspace), "run", "--in_process", kind, str(document)])
    return str(re.findall(r"^(\w+) \w+$", printed.getvalue(), re.MULTILINE)[-1])


def _set_document(path: Path) -> Path:
    """A year of a household before ten decisions of two options: 1,024 scenarios."""
    import json

    from ef_engine.model.document import to_document

    base = to_document(household(years=1, checking=1, cards=1, loans=1, items=14))
    del base["schema"]
    day, account = str(base["start_date"]), base["accounts"][0]["name"]
    item = {"start_date": f"{day[:4]}-06-01", "end_date": f"{day[:4]}-06-01", "priority": 90, "cadence": "once"}
    names = [[f"decision {k} option {option}" for option in "ab"] for k in range(10)]
    base["memo_rules"].append({"memo_regex": "decision", "account_from": account, "account_to": None, "priority": 90})
    document = {
        "schema": "ef/forecast-set/1",
        "label": "ten decisions",
        "base": base,
        "optional_budget_items": [
            item | {"memo": name, "amount": 1 + k + 10 * option}
            for k, pair in enumerate(names)
            for option, name in enumerate(pair)
        ],
        "choices": [
            {"name": f"decision {k}", "options": [{"name": name[-1], "memo_regexes": [name]} for name in pair]}
            for k, pair in enumerate(names)
        ],
    }
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    return path

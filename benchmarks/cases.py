"""The measurements, each a generator of rows."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import accuracy, cluster, dashboard, databases, growth, hledger, jobs, reports, workbooks
from benchmarks.households import ONE_YEAR, TEN_YEARS, one_year, recurring
from benchmarks.measure import Measured, engine, gathered, one_process, processes
from benchmarks.rows import Row
from benchmarks.workspaces import command, evaluated_workspace, filled_workspace, run_command, write_document

LISTED = 500
MANY = 10_000


def small(runs: int) -> Iterator[Row]:
    """One year of an ordinary household: the whole process, and the engine alone."""
    with _scratch() as scratch:
        document = write_document(one_year(), scratch / "forecast.json")
        workspace = scratch / "workspace"
        whole = processes(run_command(workspace, document), runs, lambda: shutil.rmtree(workspace, ignore_errors=True))
    yield _time("1 year, 3 accounts, 20 items: run forecast FILE", whole, 1.0)
    yield _time("1 year, 3 accounts, 20 items: engine alone", engine(ONE_YEAR, 4 * runs), 0.020)


def large(runs: int) -> Iterator[Row]:
    """Ten years of a large household."""
    measured = engine(TEN_YEARS, runs)
    yield _time("10 years, 9 accounts, 60 items: engine alone", measured, 1.0)
    yield Row(what="10 years, 9 accounts, 60 items: memory", value=measured.megabytes, unit="MB", budget=300)


def rules(runs: int) -> Iterator[Row]:
    """Thirty years of recurring rules, and the same with hledger, turn by turn."""
    with _scratch() as scratch:
        daily, whole, theirs, note = _against_hledger(scratch, runs)
    yield _time("200 rules, 30 years: daily balances to CSV, from Python", daily)
    yield _time("200 rules, 30 years: run forecast FILE, every result", whole)
    yield Row(what="200 rules, 30 years: memory", value=whole.megabytes, unit="MB")
    if theirs is None:
        print("hledger is not installed: nothing to compare with", file=sys.stderr)
        return
    name = hledger.version().split(",")[0]
    yield Row(what=f"daily balances to CSV, {name}", value=theirs.median, unit="s", note=note)
    for what, ours in (("daily balances", daily), ("every result", whole)):
        ratio = median(other / own for own, other in zip(ours.seconds, theirs.seconds, strict=True))
        yield Row(
            what=f"times faster than hledger, {what}", value=ratio, unit="x", budget=1, is_at_least=True,
            note="target: 5",
        )  # fmt: skip


def _against_hledger(scratch: Path, runs: int) -> tuple[Measured, Measured, Measured | None, str]:
    """Both programs in turn, so that a busy minute hits them alike; and how far they agree."""
    forecast, workspace, ours, theirs = recurring(), scratch / "workspace", scratch / "ours.csv", scratch / "daily.csv"
    document = write_document(forecast, scratch / "forecast.json")
    daily = [sys.executable, "-m", "benchmarks.daily", str(document), str(ours)]
    journal = hledger.write_journal(forecast, scratch / "rules.journal")
    balances = hledger.balance_command(journal, forecast, theirs) if hledger.is_installed() else None
    own, all_results, other = [], [], []
    for _ in range(runs):
        shutil.rmtree(workspace, ignore_errors=True)
        own.append(one_process(daily))
        all_results.append(one_process(run_command(workspace, document)))
        other += [one_process(balances)] if balances else []
    if not other:
        return gathered(own), gathered(all_results), None, ""
    differing, of = hledger.differing_balances(theirs, ours)
    return gathered(own), gathered(all_results), gathered(other), f"{differing} of {of} balances differ"


def commands(runs: int) -> Iterator[Row]:
    """What a user waits for at every prompt, with 500 and with 10,000 forecasts on disk."""
    with _scratch() as scratch:
        filled_workspace(scratch / "workspace", LISTED)
        for words in (["--help"], ["ps"], ["list"]):
            measured = processes(command(scratch / "workspace", *words), 3 * runs)
            yield _time(f"ef_cli {' '.join(words)} with {LISTED} forecasts", measured, 0.100)
    with _scratch() as scratch:
        yield from _many(scratch / "workspace", runs)


def _many(workspace: Path, runs: int) -> Iterator[Row]:
    """The same with 10,000, most of which nobody looks at: what a list shows of them is kept in one file."""
    evaluated_workspace(workspace, MANY)
    first = processes(command(workspace, "list"), 1)
    yield _time(f"ef_cli list with {MANY} forecasts, for the first time", first)
    for words, budget in ((["ps"], 0.100), (["list", "--limit", "50"], 0.150), (["list"], 0.250)):
        measured = processes(command(workspace, *words), 3 * runs)
        yield _time(f"ef_cli {' '.join(words)} with {MANY} forecasts", measured, budget)


CASES: dict[str, Callable[[int], Iterator[Row]]] = {
    "small": small,
    "large": large,
    "rules": rules,
    "growth": growth.rows,
    "commands": commands,
    "jobs": jobs.rows,
    "cluster": cluster.rows,
    "dashboard": dashboard.rows,
    "accuracy": accuracy.rows,
    "databases": databases.rows,
    "workbooks": workbooks.rows,
    "reports": reports.rows,
}


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ef-benchmark-") as name:
        yield Path(name)


def _time(what: str, measured: Measured, budget: float | None = None) -> Row:
    note = f"fastest {1000 * measured.fastest:.1f} ms of {len(measured.seconds)}"
    return Row(what=what, value=measured.median, unit="s", budget=budget, note=note)

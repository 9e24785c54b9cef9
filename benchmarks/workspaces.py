"""Documents and workspaces for the whole-process measurements, and the commands that use them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import time
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

from benchmarks.households import household, one_year
from ef_engine.model.document import to_document
from ef_engine.model.forecast import Forecast
from ef_engine.sources.json_text import dumps

STAGED_SHARE = 5
"""Of a filled workspace's forecasts, one in so many is staged only; the others are evaluated."""


def command(workspace: Path, *words: str) -> list[str]:
    """An `ef_cli` command on a workspace, by the installed script."""
    return [str(Path(sys.executable).with_name("ef_cli")), "--workspace", str(workspace), *words]


def run_command(workspace: Path, document: Path) -> list[str]:
    """The command that stages and runs a document right there, and writes its daily balances with the other results."""
    return command(workspace, "run", "forecast", "--in_process", str(document))


def write_document(forecast: Forecast, path: Path) -> Path:
    """Write a forecast as a JSON document, amounts as decimal strings."""
    path.write_text(json.dumps(to_document(forecast), default=str), encoding="utf-8")
    return path


def write_set(path: Path, choices: int, options: int = 2) -> Path:
    """Write a set of so many options in each of some choices, every scenario another year of an ordinary household."""
    base = to_document(one_year())
    base.pop("schema")
    base["memo_rules"].append(
        {"memo_regex": "^extra ", "account_from": "Checking 1", "account_to": None, "priority": 3}
    )
    item = {"start_date": "2026-03-01", "end_date": "2026-12-01", "priority": 3, "cadence": "monthly"}
    extras = [[f"extra {c}-{o}." for o in range(options)] for c in range(choices)]
    document = {
        "schema": "ef/forecast-set/1",
        "label": "many",
        "base": base,
        "optional_budget_items": [item | {"amount": 10 + k, "memo": memo} for k, memo in enumerate(chain(*extras))],
        "choices": [
            {
                "name": str(c),
                "options": [
                    {"name": f"{c}-{o}", "memo_regexes": [f"^{re.escape(memo)}"]} for o, memo in enumerate(memos)
                ],
            }
            for c, memos in enumerate(extras)
        ],
    }
    path.write_text(dumps(document), encoding="utf-8")
    return path


def filled_workspace(workspace: Path, count: int) -> None:
    """Fill a workspace with `count` different small forecasts, evaluated or staged, in this process."""
    _fill(workspace, ["stage" if k % STAGED_SHARE == 0 else "run" for k in range(count)])


def staged_workspace(workspace: Path, count: int) -> None:
    """Stage `count` different small forecasts in a workspace, in this process."""
    _fill(workspace, ["stage"] * count)


def _fill(workspace: Path, verbs: list[str]) -> None:
    from ef_engine.cli import main

    workspace.mkdir()
    for k, verb in enumerate(verbs):
        document = write_document(_small(k), workspace.with_name("small.json"))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = main(["--workspace", str(workspace), verb, "forecast", str(document)])
        if code:
            sys.exit(f"{verb} of forecast {k} ended with {code}")


def evaluated_workspace(workspace: Path, count: int) -> None:
    """Fill a workspace with `count` evaluated forecasts as far as a list looks at them, as if run an hour ago."""
    from ef_engine.store import documents, forecasts
    from ef_engine.store.places import places_under
    from ef_engine.store.records import Record
    from ef_engine.store.states import Finished, Outcome

    places, an_hour_ago = places_under(workspace), time.time() - 3600
    for k in range(count):
        moment = f"2026-01-31T08:{k // 60 % 60:02}:{k % 60:02}.000Z"
        record = Record(
            id=f"{k:012x}", kind="forecast", label=f"household {k}", owner="ann", attempt=1, received=moment,
            start_date="2026-01-01", end_date="2026-12-31", state=Finished(Outcome.EVALUATED, moment, moment),
            fingerprint="0" * 64, summary={"net_worth": f"{k}.00", "milestones": {"debt free": "2026-06-30"}},
        )  # fmt: skip
        path = forecasts.record_path(places, record.id)
        path.parent.mkdir(parents=True)
        path.write_bytes(documents.dump(record.to_json()))
        os.utime(path, (an_hour_ago, an_hour_ago))


def _small(k: int) -> Forecast:
    """A year of a household of its own: its last day differs from that of every other."""
    forecast = household(years=1, checking=1, cards=1, loans=1, items=14)
    return replace(forecast, end_date=forecast.end_date + timedelta(days=k), label=f"household {k}")

"""`python -m benchmarks` measures everything and prints a table; it ends with 1 if a budget is exceeded."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict

import numpy

from benchmarks.cases import CASES
from benchmarks.rows import Row, table


def main() -> int:
    """Measure what was asked for."""
    arguments = _parser().parse_args()
    rows: list[Row] = []
    for case in arguments.only or CASES:
        print(f"measuring {case} ...", file=sys.stderr)
        rows.extend(CASES[case](arguments.runs))
    print(_as_json(rows) if arguments.json else f"{_machine()}\n\n{table(rows)}")
    return int(any(row.is_within is False for row in rows))


def _parser() -> argparse.ArgumentParser:
    about = "How fast the engine is and how far its approximate runs are off, as a table."
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=about)
    parser.add_argument(
        "only", nargs="*", type=_case, metavar="CASE", help=f"some of {', '.join(CASES)} (default: all)"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each measurement (default: 5)")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    return parser


def _case(name: str) -> str:
    if name not in CASES:
        raise argparse.ArgumentTypeError(f"there is no case {name!r}; there are {', '.join(CASES)}")
    return name


def _as_json(rows: list[Row]) -> str:
    described = [asdict(row) | {"is_within": row.is_within} for row in rows]
    return json.dumps({"schema": "ef/benchmark/1", "machine": _machine(), "rows": described}, indent=2)


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()}, {cores} cores, Python {platform.python_version()}, numpy {numpy.__version__}"


if __name__ == "__main__":
    sys.exit(main())

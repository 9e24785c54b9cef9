"""`python -m benchmarks.daily DOCUMENT OUTPUT`: the daily table of a forecast as CSV, and nothing else."""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main(document: str, output: str) -> None:
    """Load, simulate, write; like a worker without the search for reference cycles, of which there are none."""
    gc.disable()
    import ef_engine
    from ef_engine.evaluation.csv_text import daily_csv

    result = ef_engine.evaluate(ef_engine.load(document))
    Path(output).write_text(daily_csv(ef_engine.table(result)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

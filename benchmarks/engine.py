"""The engine alone, in its own process: `python -m benchmarks.engine RUNS SIZES` prints seconds and memory as JSON.

SIZES are the arguments of `benchmarks.households.household` as a JSON object. Reading documents and writing results are
not part of it; importing is not measured either.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.households import household
from ef_engine.simulation import simulate


def main() -> None:
    """Simulate and print."""
    forecast = household(**json.loads(sys.argv[2]))
    seconds = []
    for _ in range(int(sys.argv[1])):
        start = time.perf_counter()
        simulation = simulate(forecast)
        seconds.append(time.perf_counter() - start)
    assert simulation.failure is None, simulation.failure.reason
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "kibibytes": peak}))


if __name__ == "__main__":
    main()

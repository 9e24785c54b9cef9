"""`python -m ef_engine.jobs.own_flow`: owns a run of a flow, in a session of its own that no terminal takes along.

The request is JSON on its standard input. Every worker imports the main module of the process it works for once more,
so this one holds nothing: else each step would begin by importing what only the owner needs.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from ef_engine.jobs.flow_owner import main

    sys.exit(main())

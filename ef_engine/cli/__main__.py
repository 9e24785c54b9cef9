"""`python -m ef_engine.cli` is `ef_cli`."""

import sys

from ef_engine.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m ef_tui` is `ef_tui`."""

import sys

from ef_tui.main import main

if __name__ == "__main__":
    sys.exit(main())

"""``python -m relief_engine`` is the command ``relief``."""

import sys

from relief_engine.cli import main

if __name__ == "__main__":
    sys.exit(main())

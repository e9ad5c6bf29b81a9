"""Runs the command line from a checkout: ``python cli.py …`` is the same as the installed command ``relief …``."""

import sys

from relief_engine.cli import main

if __name__ == "__main__":
    sys.exit(main())

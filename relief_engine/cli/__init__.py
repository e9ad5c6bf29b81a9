"""Command line stage: the command ``relief``. Data goes to standard output, messages to standard error.

Exit status: 0 a decision was made, 2 unusable input, 1 an internal failure such as two routes that disagree. After an
error nothing stands on standard output, except that with ``--format json`` the error itself does, as one JSON document
(``relief-error/1``), so that a program which reads the output always reads JSON; nothing is on standard error then.
"""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    # A run makes many objects that stay, and hardly any garbage in cycles: to look for it takes a tenth of a short run,
    # once while they are made and once more when the process ends.
    gc.set_threshold(200_000, 20, 20)
    from relief_engine.cli.running import run

    status = run(sys.argv[1:] if arguments is None else arguments)
    if "duckdb" not in sys.modules:  # it would report all that is left as leaks
        gc.freeze()
    return status

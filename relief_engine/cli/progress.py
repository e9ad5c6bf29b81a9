"""Command line stage: how far a long command has come, on one line of a terminal; silent where there is none."""

from __future__ import annotations

import sys
from time import monotonic

from relief_engine.text import Language, Text

#: How often the line is written at most, in seconds.
_OFTEN = 0.2


class Progress:
    """A line on standard error, written over again and wiped at the end."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.shown = sys.stderr is not None and sys.stderr.isatty()
        self.last = float("-inf")

    def __enter__(self) -> Progress:
        return self

    def tell(self, said: Text) -> None:
        """Show this now, in place of what was shown."""
        if self.shown and monotonic() - self.last >= _OFTEN:
            self.last = monotonic()
            sys.stderr.write(f"\r\x1b[K{said.in_(self.language)}")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

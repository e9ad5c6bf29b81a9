"""Rulebooks and worked cases that no test changes, read once in a process: what is read can't change afterwards."""

from functools import cache
from pathlib import Path

from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.testing import Case, load_cases


@cache
def book(folder: Path) -> Rulebook:
    """The rulebook of a folder that stays as it is."""
    return load_rulebook(folder)


def shipped_book() -> Rulebook:
    """The shipped one."""
    return book(shipped_rules())


@cache
def worked(path: Path) -> tuple[Case, ...]:
    """The worked cases of a file, for the shipped rules."""
    return tuple(load_cases(path, shipped_book()))

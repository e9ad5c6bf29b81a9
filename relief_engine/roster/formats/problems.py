"""Roster stage, formats: how a file that can't be used is refused."""

from __future__ import annotations

from relief_engine.errors import Finding, InputError, Location
from relief_engine.text import Text


def refused(code: str, file: str, zh: str, en: str, *, line: int = 0) -> InputError:
    """The error for a file that can't be read as a table, with one finding."""
    return InputError([Finding(code, Location(file, line, 1 if line else 0), Text(zh, en))])


def missing_extra(file: str, package: str) -> InputError:
    """The error where a package that reads a format is not installed."""
    return refused(
        "roster-extra",
        file,
        f"读取这种文件需要 {package}，请运行：pip install 'relief-engine[tables]'",
        f"reading this file needs {package}; run: pip install 'relief-engine[tables]'",
    )

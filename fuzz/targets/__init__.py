"""The readers under attack, one module each."""

from __future__ import annotations

from importlib import import_module

from fuzz.target import Target

#: The targets; each is the module of that name here.
NAMES = (
    "profile",
    "mapping",
    "rulebook",
    "expression",
    "cases",
    "codes",
    "text",
    "xlsx",
    "xls",
    "parquet",
    "screening",
    "record",
    "ledger",
)


def load(name: str) -> Target:
    """The target of that name."""
    target: Target = import_module(f"fuzz.targets.{name}").TARGET
    return target

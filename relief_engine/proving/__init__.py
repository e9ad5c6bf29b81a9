"""Proving stage: profiles that show what rules do, found or proven not to exist.

The modules, in the order in which data flows: ``sampling`` (profiles drawn from the cells of a program), ``witness`` (a
vector of facts as the profile that a user would write), ``space`` (the facts of two rulebooks as one), ``records`` (the
results), ``observing`` (what a user sees of a program's values), ``stretches`` (days on which two wordings stand side
by side), ``search`` (differences by drawing), ``kinds``, ``terms``, ``normal`` and ``programs`` (programs in one normal
form), ``smt`` (the solver), ``minimal`` (small and plain witnesses), ``regions`` (days that change alike),
``differences`` and ``reach`` (the doors).
"""

from relief_engine.proving.differences import compare
from relief_engine.proving.reach import reachable
from relief_engine.proving.records import Comparison, Found, Limits, Region, Side, Transition, Verdict, Witness

__all__ = [
    "Comparison", "Found", "Limits", "Region", "Side", "Transition", "Verdict", "Witness", "compare", "reachable",
]  # fmt: skip

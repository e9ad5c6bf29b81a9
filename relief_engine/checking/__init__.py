"""Checking stage: how a rulebook that loads behaves, tried on profiles that are made from it.

Loading proves that a rulebook is well formed; these checks look for rules that can't do what their author meant. The
modules, in the order in which data flows: ``behaviour`` (what a programme answers to profiles drawn for it), ``checks``
(what is wrong with that).
"""

from __future__ import annotations

from relief_engine.checking.behaviour import Behaviour, observe
from relief_engine.checking.checks import CHECKS, Check
from relief_engine.engine import Engine
from relief_engine.errors import Finding
from relief_engine.rulebook.model import Rulebook

__all__ = ["CHECKS", "Behaviour", "Check", "findings", "observe"]


def findings(rulebook: Rulebook) -> list[Finding]:
    """Everything that the behavioural checks find, in the order of the files; the same every time.

    Args:
        rulebook: a rulebook that has loaded without findings.
    """
    engine = Engine(rulebook)
    found = []
    for programme in rulebook.programmes.values():
        behaviour = observe(engine, programme)
        found += [finding for check in CHECKS for finding in check(behaviour)]
    return sorted(found, key=lambda finding: (finding.where, finding.code))

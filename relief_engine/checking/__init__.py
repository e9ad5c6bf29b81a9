"""Checking stage: what is wrong with a rulebook that loads, and what is worth a look.

Loading proves that a rulebook is well formed; these checks look for rules that can't do what their author meant. The
modules, in the order in which data flows: ``written`` (the files again, with their places), ``tables``, ``limits``,
``dates`` and ``unused`` (what files show by themselves, found for certain); ``behaviour`` (what a programme answers to
profiles drawn for it), ``extending`` (a program with nodes for questions), ``questions`` (what is asked of each part),
``alone`` (a question by itself), ``smaller`` (a profile made small), ``reaching`` (answers), ``effects`` (parts without
effect), ``forbidden`` (cases that must not be), ``checks`` (everything looked for in a programme).
"""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.checking.behaviour import Behaviour, observe
from relief_engine.checking.checks import CHECKS, Check
from relief_engine.checking.dates import DATE_CHECKS
from relief_engine.checking.limits import LIMIT_CHECKS
from relief_engine.checking.tables import TABLE_CHECKS
from relief_engine.checking.unused import UNUSED_CHECKS
from relief_engine.checking.written import written
from relief_engine.engine import Engine
from relief_engine.errors import Finding
from relief_engine.rulebook.model import Rulebook

__all__ = ["CHECKS", "Behaviour", "Check", "examined", "findings", "observe"]


def examined(rulebook: Rulebook) -> list[Finding]:
    """All errors and hints that the checks find, in the order of the files; the same every time.

    Args:
        rulebook: a rulebook that has loaded without findings. Its files are read again for their places.
    """
    engine = Engine(rulebook)
    found = list(_of_files(rulebook))
    for programme in rulebook.programmes.values():
        behaviour = observe(engine, programme)
        found += [finding for check in CHECKS for finding in check(behaviour)]
    return sorted(found, key=lambda finding: (finding.where, finding.code))


def findings(rulebook: Rulebook) -> list[Finding]:
    """The errors alone: what keeps a rulebook from being used."""
    return [finding for finding in examined(rulebook) if finding.level == "error"]


def _of_files(rulebook: Rulebook) -> Iterator[Finding]:
    """What the files show by themselves."""
    files = written(rulebook)
    for table in files.tables:
        for check in (*TABLE_CHECKS, *LIMIT_CHECKS):
            yield from check(rulebook, table)
    for document in files.of("programmes"):
        programme = rulebook.programmes.get(document.value["programme"])
        if programme is not None:
            for look in DATE_CHECKS:
                yield from look(rulebook, document, programme)
    for seek in UNUSED_CHECKS:
        yield from seek(rulebook, files)

"""Checking stage: dates as they are written, beside what became of them.

Loading refuses gaps, overlaps and versions that never hold. What it can't see as wrong is left to these checks: an end
that the expiry of a source moves, and versions that change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from relief_engine.checking.written import parts
from relief_engine.errors import Finding
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import LAST
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.sources import Source
from relief_engine.text import Text

#: What stands beside a decision ends with its source in silence; of all else loading says so.
_BESIDE = ("deadlines", "ways", "check_by_hand", "remarks")


def ends_after_expiry(rulebook: Rulebook, document: Document, _: Programme) -> Iterator[Finding]:
    """An end that is written after a cited document expires: the rule holds no longer than the document."""
    for path, part in parts(document.value):
        if path[-1:] == ("rounding",):
            # What money is rounded to is no day.
            continue
        expiring = _expiring(rulebook, part)
        if expiring is not None and expiring.expires is not None and "to" in part and not part.get("outlives_source"):
            last = dt.date.fromisoformat(str(part["to"]))
            if last > expiring.expires:
                message = Text(
                    f"写明的止日 {last} 晚于所引的 {expiring.number} 的失效日，实际只到 {expiring.expires}；"
                    "请改止日，或写 outlives_source",
                    f"the written end, {last}, is after {expiring.number} expires: it holds to {expiring.expires}. "
                    "Change the end or write outlives_source",
                )
                yield Finding("end-after-expiry", document.where((*path, "to")), message)


def ends_with_source(rulebook: Rulebook, document: Document, programme: Programme) -> Iterator[Finding]:
    """A programme, or what is shown beside it, whose only end is the expiry of a document that it cites."""
    value = document.value
    places: list[tuple[Path_, dict[str, Any]]] = [((), value)]
    places += [((key, index), part) for key in _BESIDE for index, part in enumerate(value.get(key, ()))]
    for path, part in places:
        expiring = _expiring(rulebook, part)
        if expiring is None or expiring.expires is None or "to" in part or part.get("outlives_source"):
            continue
        until = LAST if not path else programme.period.last
        if expiring.expires < until:
            what = Text(f"“{part['id']}”", repr(part["id"])) if path else Text("项目", "the programme")
            message = Text(
                f"{what.zh}没有写 to，随 {expiring.number} 于 {expiring.expires} 失效",
                f"{what.en} has no 'to' and ends with {expiring.number} on {expiring.expires}",
            )
            yield Finding("ends-with-source", document.where(path), message, "hint")


def versions_without_change(_rulebook: Rulebook, _document: Document, programme: Programme) -> Iterator[Finding]:
    """A version of a parameter that says what the version before it says, by the same clauses."""
    for parameter in programme.parameters.values():
        versions = parameter.versions.versions
        for (_, before), (period, after) in pairwise(versions):
            if (before.value, before.unit) == (after.value, after.unit) and {str(c) for c in before.citations} == {
                str(c) for c in after.citations
            }:
                message = Text(
                    f"参数“{parameter.name}”自 {period.first} 起的版本与前一版本相同",
                    f"the version of {parameter.name!r} from {period.first} is the same as the one before it",
                )
                yield Finding("version-repeats", after.where, message, "hint")


def _expiring(rulebook: Rulebook, part: dict[str, Any]) -> Source | None:
    """The document cited by a part of a programme that expires first; None if none does."""
    cites = part.get("cite")
    if not isinstance(cites, list):
        return None
    sources = [rulebook.sources[cite["source"]] for cite in cites]
    return min((s for s in sources if s.expires is not None), key=lambda s: s.expires or LAST, default=None)


#: Each looks at one programme and its file.
DATE_CHECKS = (ends_after_expiry, ends_with_source, versions_without_change)

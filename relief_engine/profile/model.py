"""Profile stage: the record of what is known about one applicant with its leases and loans."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from relief_engine.compiled.layout import AS_OF_SLOT, Layout, Value
from relief_engine.errors import Location
from relief_engine.rulebook.facts import Encoded
from relief_engine.rulebook.shapes import Subject

#: The lists of a profile and the kind of subject that each holds.
LISTS: Mapping[str, Subject] = {"leases": "lease", "loans": "loan"}

#: The keys of one rent step in a profile (contract, design section 4).
STEP_DAY, STEP_AMOUNT = "from", "monthly_rent"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one subject: encoded values and texts by fact id, and the figures that do not exist."""

    values: Mapping[str, Encoded | str]
    not_available: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What is known about one applicant. Made by an engine, which checks it; immutable and safe to share.

    ``leases`` and ``loans`` are None where the profile does not mention them (unknown), and empty where there are none.
    ``locate`` gives the place of a path such as ``("leases", 0, "start")`` in the file that the profile came from.
    """

    as_of: dt.date | None
    applicant: Known
    leases: tuple[Known, ...] | None
    loans: tuple[Known, ...] | None
    locate: Callable[[tuple[str | int, ...]], Location]
    source: str
    _vectors: dict[tuple[Subject, int], tuple[Value, ...]] = field(default_factory=dict)

    def subjects(self, subject: Subject) -> tuple[Known, ...] | None:
        """What is known about each subject of a kind; None where the profile does not mention the kind."""
        if subject == "applicant":
            return (self.applicant,)
        return self.leases if subject == "lease" else self.loans

    def not_available(self, subject: Subject, index: int | None) -> frozenset[str]:
        """The facts of a subject and its applicant that are known not to exist."""
        found = self.applicant.not_available
        listed = self.subjects(subject)
        if subject != "applicant" and index is not None and listed:
            found |= listed[index].not_available
        return found

    def vector(self, layout: Layout, subject: Subject, index: int | None, as_of: dt.date) -> list[Value]:
        """The vector of facts about one subject; ``index`` None stands for a subject of which nothing is known."""
        key = (subject, -1 if index is None else index)
        known = self._vectors.get(key)
        if known is None:
            values: list[Value] = [None] * layout.size
            listed = self.subjects(subject)
            parts = [self.applicant]
            if subject != "applicant" and index is not None and listed:
                parts.append(listed[index])
            slots = layout.slots
            for part in parts:
                for fact, value in part.values.items():
                    slot = slots.get(fact)
                    if slot is not None and not isinstance(value, str):
                        values[slot] = value
            layout.derive(values)
            known = tuple(values)
            self._vectors[key] = known
        vector = list(known)
        vector[AS_OF_SLOT] = as_of.toordinal()
        return vector

    @property
    def digest(self) -> str:
        """``sha256:…`` of what is known, whatever the order or style in which it was written."""
        content = {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "applicant": _content(self.applicant),
            "leases": None if self.leases is None else [_content(known) for known in self.leases],
            "loans": None if self.loans is None else [_content(known) for known in self.loans],
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _content(known: Known) -> dict[str, object]:
    return {**known.values, **dict.fromkeys(known.not_available, "not_available")}

"""Roster stage: rows that may be one and the same, listed twice.

Two rows are taken for one if they agree in who the applicant is and in what identifies the subject (facts that the
rulebook marks with ``identifies``), and their periods share a day. Nothing is dropped: a person looks.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from relief_engine.profile.model import Known, Profile
from relief_engine.rulebook.facts import Fact, NotBeforeRelation, SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

#: A period that no day bounds.
_ALWAYS = (0, 10**9)


class Duplicates:
    """What was seen of a roster so far."""

    def __init__(self, rulebook: Rulebook, kind: SubjectKind) -> None:
        self.kind = kind
        self.who = _identifying(rulebook, APPLICANT)
        self.codes = [fact.id for fact in self.who if fact.type == "credit_code"]
        self.what = () if kind.id == APPLICANT else _identifying(rulebook, kind.id)
        known = rulebook.subjects.get(kind.id)
        relations = () if known is None else known.relations
        self.period = next(((r.earlier, r.later) for r in relations if isinstance(r, NotBeforeRelation)), None)
        self.seen: dict[Hashable, list[tuple[int, tuple[int, int], Mapping[str, object]]]] = {}

    def hint(self, row: int, profile: Profile) -> Text | None:
        """What to say of a row that may repeat an earlier one; None if it does not. Rows come in their order."""
        subjects = profile.subjects(self.kind.id) or ()
        subject = subjects[0] if subjects else profile.applicant
        who = {fact.id: profile.applicant.values[fact.id] for fact in self.who if fact.id in profile.applicant.values}
        days = self._days(subject)
        found: int | None = None
        for key in self._keys(who, subject):
            earlier = self.seen.setdefault(key, [])
            if found is None:
                found = next(
                    (number for number, other, name in earlier if _meet(days, other) and self._fit(who, name)), None
                )
            earlier.append((row, days, who))
        if found is None:
            return None
        return Text(f"可能与第 {found} 行重复，请核对", f"may repeat row {found}; please check")

    def _keys(self, who: Mapping[str, object], subject: Known) -> Iterator[Hashable]:
        """One key for each way to tell the applicant; a row that names nobody is never a duplicate."""
        what: Hashable = tuple(subject.values.get(fact.id) for fact in self.what)
        if self.kind.id != APPLICANT and not any(fact.id in subject.values for fact in self.what):
            what = frozenset(subject.values.items())
        for fact, value in who.items():
            yield fact, value, what

    def _fit(self, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
        """Whether two applicants may be one: firms of one name with different codes are two."""
        return all(one[code] == other[code] for code in self.codes if code in one and code in other)

    def _days(self, subject: Known) -> tuple[int, int]:
        if self.period is None:
            return _ALWAYS
        first, last = (subject.values.get(fact) for fact in self.period)
        return (
            first if isinstance(first, int) else _ALWAYS[0],
            last if isinstance(last, int) else _ALWAYS[1],
        )


def _identifying(rulebook: Rulebook, subject: str) -> tuple[Fact, ...]:
    known = rulebook.subjects.get(subject)
    return () if known is None else tuple(fact for fact in known.facts if fact.identifies)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two periods share a day."""
    return one[0] <= other[1] and other[0] <= one[1]

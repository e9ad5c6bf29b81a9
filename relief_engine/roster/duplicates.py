"""Roster stage: rows that may be one and the same, listed twice.

Two rows are taken for one if they agree in who the applicant is and in what identifies the subject (facts that the
rulebook marks with ``identifies``), and their periods share a day. Rows of one place and days but of different
applicants are told too. Nothing is dropped: a person looks.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from relief_engine.profile.model import Known, Profile
from relief_engine.rulebook.facts import Fact, NotBeforeRelation, SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

#: A period that no day bounds.
_ALWAYS = (0, 10**9)
#: So many earlier rows that agree in one thing are kept to compare with: a roster with more of them gets no more hints.
_MOST = 100
#: So many rows are told that their premises are another's; more of one address are a building and not one unit.
_MOST_TOLD = 3


class _Seen(NamedTuple):
    """What is kept of a row: its number, its days, and what is known of its applicant and its subject."""

    row: int
    days: tuple[int, int]
    applicant: Mapping[str, object]
    subject: Mapping[str, object]


class _Earlier:
    """Rows that agree in one thing, by the codes of their applicants: those with other codes need not be looked at."""

    __slots__ = ("all", "by_codes", "told")

    def __init__(self) -> None:
        self.by_codes: dict[Hashable, list[_Seen]] = {}
        self.all: list[_Seen] = []
        self.told = 0

    def like(self, codes: Hashable) -> Iterator[_Seen]:
        """Rows of the same codes or of none, at most so many of each; any row, where ``codes`` is None."""
        if codes is None:
            return iter(self.all)
        return chain(self.by_codes.get(codes, ()), self.by_codes.get(None, ()))

    def add(self, seen: _Seen, codes: Hashable) -> None:
        """Keep a row, unless there are enough."""
        for kept in (self.all, self.by_codes.setdefault(codes, [])):
            if len(kept) < _MOST:
                kept.append(seen)


class _Shelf:
    """What was seen, by what rows agree in. Most things are seen once, and nothing is made for a row that is alone."""

    def __init__(self) -> None:
        self._alone: dict[Hashable, tuple[_Seen, Hashable]] = {}
        self._several: dict[Hashable, _Earlier] = {}

    def earlier(self, key: Hashable, seen: _Seen, codes: Hashable) -> _Earlier | None:
        """The rows seen before this one, to which it is to be added; None where it is the first, and is kept."""
        first = self._alone.setdefault(key, (seen, codes))
        if first[0] is seen:
            return None
        found = self._several.get(key)
        if found is None:
            found = self._several[key] = _Earlier()
            found.add(*first)
        return found


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
        #: What tells two units of one place apart, or the two leases of a chain: choices, and figures such as an area.
        self.marks = [
            fact.id for fact in (() if known is None else known.facts) if fact.type in ("choice", "count", "number")
        ]
        self._who = tuple(fact.id for fact in self.who)
        self._what = tuple(fact.id for fact in self.what)
        self.seen = _Shelf()
        self.places = _Shelf()

    def hint(self, row: int, profile: Profile) -> Text | None:
        """What to say of a row that may repeat an earlier one, or has its premises; None otherwise. Rows come in order.

        Of one applicant and place, and of one place, only the first hundred rows (of each code) are compared with.
        """
        subjects = profile.subjects(self.kind.id) or ()
        subject = subjects[0] if subjects else profile.applicant
        seen = _Seen(row, self._days(subject), profile.applicant.values, subject.values)
        given = tuple(map(seen.applicant.get, self.codes))
        codes = None if None in given or not given else given
        found: int | None = None
        for key in self._keys(seen):
            earlier = self.seen.earlier(key, seen, codes)
            if earlier is None:
                continue
            if found is None:
                numbers = (o.row for o in earlier.like(codes) if _meet(seen.days, o.days) and self._fit(seen, o))
                found = min(numbers, default=None)
            earlier.add(seen, codes)
        other = self._other(seen, subject)
        if found is not None:
            return Text(f"可能与第 {found} 行重复，请核对", f"may repeat row {found}; please check")
        if other is not None:
            return Text(
                f"与第 {other} 行同一房屋、租期重叠，承租方不同，请核对",
                f"the place of row {other}, another applicant, and days in common; please check",
            )
        return None

    def _other(self, seen: _Seen, subject: Known) -> int | None:
        """The earlier row of another applicant whose place and days are those of this one."""
        if self.period is None or not self._what:
            return None
        what = tuple(map(subject.values.get, self._what))
        place = None if None in what else self.places.earlier(what, seen, None)
        if place is None:
            return None
        found = None
        if place.told < _MOST_TOLD:
            found = next(
                (
                    o.row
                    for o in place.all
                    if _meet(seen.days, o.days) and self._differ(seen, o) and self._agree(seen, o)
                ),
                None,
            )
        place.told += found is not None
        place.add(seen, None)
        return found

    def _differ(self, one: _Seen, other: _Seen) -> bool:
        """Whether two applicants are two: by their codes, or by all that is known of both."""
        mine, others = one.applicant, other.applicant
        shared = [name for name in self._who if name in mine and name in others]
        return bool(shared) and (not self._fit(one, other) or all(mine[name] != others[name] for name in shared))

    def _keys(self, seen: _Seen) -> Iterator[Hashable]:
        """One key for each way to tell the applicant; a row that names nobody is never a duplicate."""
        given = tuple(map(seen.subject.get, self._what))
        what: Hashable = given
        if self.kind.id != APPLICANT and given.count(None) == len(given):
            what = frozenset(seen.subject.items())
        for fact in self._who:
            if fact in seen.applicant:
                yield fact, seen.applicant[fact], what

    def _fit(self, one: _Seen, other: _Seen) -> bool:
        """Whether two applicants may be one: firms of one name with different codes are two."""
        return _same(self.codes, one.applicant, other.applicant)

    def _agree(self, one: _Seen, other: _Seen) -> bool:
        """Whether two units of one place may be one."""
        return _same(self.marks, one.subject, other.subject)

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


def _same(facts: Sequence[str], one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether those of some facts are the same that are known of both."""
    return all(one[name] == other[name] for name in facts if name in one and name in other)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two periods share a day."""
    return one[0] <= other[1] and other[0] <= one[1]

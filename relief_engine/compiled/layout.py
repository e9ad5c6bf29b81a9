"""Compiled stage: the layout of facts in a flat vector, one *slot* each, and the facts that are derived there.

A vector holds what is known about one subject (with its applicant) for one decision. Slot 0 is the day of the
decision. Texts have no slot. ``None`` is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from relief_engine.rulebook.facts import AnyFact, Domain, ExtremeFact, FormFact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.terms import Subject

#: One slot: an encoded value, a list of steps, or unknown.
Value = int | tuple[tuple[int, int], ...] | None
AS_OF_SLOT = 0
_TEXTS = ("text", "credit_code")


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Which fact stands in which slot for one kind of subject."""

    subject: Subject
    facts: tuple[AnyFact | None, ...]
    slots: Mapping[str, int]
    forms: tuple[tuple[int, FormFact, tuple[tuple[int, int], ...]], ...]
    extremes: tuple[tuple[int, ExtremeFact, int, int, int], ...]
    #: The ids of the applicant's facts and of the subject's own, in the order of their slots (from slot 1).
    applicant_ids: tuple[str, ...] = field(init=False)
    own_ids: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        facts = [fact for fact in self.facts if fact is not None]
        object.__setattr__(self, "applicant_ids", tuple([f.id for f in facts if f.subject == "applicant"]))
        object.__setattr__(self, "own_ids", tuple([f.id for f in facts if f.subject != "applicant"]))

    @property
    def size(self) -> int:
        """The number of slots."""
        return len(self.facts)

    def width(self, slot: int) -> int:
        """How many values the choice or yes/no fact in a slot has."""
        domain = getattr(self.facts[slot], "domain", None)
        return len(domain.ids) if isinstance(domain, Domain) else 2

    def derive(self, values: list[Value]) -> None:
        """Fill the derived slots of a vector from the others."""
        for slot, form, given_by in self.forms:
            for given, choice in given_by:
                if values[given] is not None:
                    values[slot] = choice
                    break
            else:
                values[slot] = form.otherwise
        for slot, fact, steps, start, end in self.extremes:
            values[slot] = (
                None if values[steps] is None else extreme_step(fact, values[steps], values[start], values[end])
            )


def extreme_step(fact: ExtremeFact, steps: Value, start: Value, end: Value) -> int | None:
    """The lowest or highest step in force on the days that count; None while an unknown day could change it."""
    if not isinstance(steps, tuple):
        return None
    earliest = fact.first_day if not isinstance(start, int) else max(start, fact.first_day)
    latest = fact.last_day if not isinstance(end, int) else min(end, fact.last_day)
    counted = []
    for index, (begins, amount) in enumerate(steps):
        ends = steps[index + 1][0] - 1 if index + 1 < len(steps) else fact.last_day
        if begins <= latest and ends >= earliest:
            counted.append(amount)
    if not counted or ((start is None or end is None) and len(set(counted)) > 1):
        return None
    return min(counted) if fact.lowest else max(counted)


def layout_of(rulebook: Rulebook, subject: Subject) -> Layout:
    """The layout of one kind of subject: the day, the applicant's facts, the subject's own, the derived ones."""
    groups: list[Subject] = ["applicant"] if subject == "applicant" else ["applicant", subject]
    facts: list[AnyFact | None] = [None]
    for group in groups:
        known = rulebook.subjects.get(group)
        if known is not None:
            facts.extend(fact for fact in known.facts if fact.type not in _TEXTS)
            facts.extend(known.derived)
    slots = {fact.id: index for index, fact in enumerate(facts) if fact is not None}
    forms, extremes = [], []
    for index, fact in enumerate(facts):
        if isinstance(fact, FormFact):
            forms.append((index, fact, tuple((slots[given], choice) for given, choice in fact.given_by)))
        elif isinstance(fact, ExtremeFact):
            extremes.append((index, fact, slots[fact.of], slots[fact.start], slots[fact.end]))
    return Layout(subject, tuple(facts), slots, tuple(forms), tuple(extremes))

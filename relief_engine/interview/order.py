"""Interview stage: in which order questions are asked.

First what several decisions wait for, and what is about the applicant alone; then one lease, loan or project after the
other. Within such a chapter the question comes first whose answer settles most; where they are alike, first those that
can settle something by themselves, then those about the subject, then as the facts are declared.
"""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.compiled.layout import Value
from relief_engine.decision import Outcome
from relief_engine.engine.cells import Trials
from relief_engine.engine.outcome import outcome_of
from relief_engine.interview.open import Asked, Case
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.terms import APPLICANT

#: Of an industry so many kinds of codes are tried, evenly out of all.
_CODES = 16


class Open(Record):
    """A fact that may matter, and the cases in which it may, each with the fact's slot there."""

    fact: Fact
    subject: str
    places: tuple[tuple[Case, int], ...]

    @property
    def asked(self) -> Asked:
        """The fact and its subject."""
        return self.fact.id, self.subject


def open_facts(cases: Sequence[Case], rulebook: Rulebook) -> list[Open]:
    """The facts that may matter to some case, in the order in which they are asked."""
    places: dict[Asked, list[tuple[Case, int]]] = {}
    for case in cases:
        for slot in sorted(case.candidates):
            places.setdefault(case.asked(slot), []).append((case, slot))
    declared = {identity: number for number, identity in enumerate(rulebook.facts)}
    chapters = {subject: number for number, subject in enumerate(rulebook.subjects)}
    found = [Open(at[0][0].fact(at[0][1]), subject, tuple(at)) for (_, subject), at in places.items()]
    keys = {}
    for one in found:
        decision = one.places[0][0].decision
        alone = len(one.places) == 1 and decision.programme.subject != APPLICANT
        own = one.fact.subject != APPLICANT
        chapter = (chapters[decision.programme.subject], decision.index or 0) if own or alone else (-1, 0)
        score = sum(_share(case, slot) for case, slot in one.places)
        keys[one.asked] = (chapter, -int(score), score == 0, not own, declared[one.fact.id])
    return sorted(found, key=lambda one: keys[one.asked])


def settles(one: Open) -> tuple[int, int]:
    """The fewest and the most decisions that an answer settles, whatever else is unknown."""
    values = sorted({value for case, slot in one.places for value in _tried(case, slot)})
    counts = [sum(_settles(case, slot, value) for case, slot in one.places) for value in values]
    return (min(counts), max(counts)) if counts else (0, 0)


def _share(case: Case, slot: int) -> float:
    """The share of the kinds of answers that settle a case by themselves."""
    values = _tried(case, slot)
    return sum(_settles(case, slot, value) for value in values) / len(values) if values else 0.0


def _tried(case: Case, slot: int) -> list[int]:
    """Values that stand for the answers: of a figure or a day the ends, and of a figure not nothing at all."""
    fact, vector = case.fact(slot), case.decision.slots
    if fact.type in ("yes_no", "choice", "industry_code"):
        found = case.cells.values(slot, vector, Trials(case.evaluate))
        return found if len(found) <= _CODES or fact.type != "industry_code" else found[:: -(-len(found) // _CODES)]
    return [fact.lowest if fact.type == "date" else fact.lowest + 1, fact.highest]


def _settles(case: Case, slot: int, value: int) -> bool:
    vector: list[Value] = list(case.decision.slots)
    vector[slot] = value
    case.program.layout.derive(vector)
    before = case.decision.outcome
    return before is Outcome.UNDETERMINED and outcome_of(case.program, case.evaluate(vector)) is not before

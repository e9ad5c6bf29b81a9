"""Interview stage: the decisions as they stand, without the search for what is missing, and the facts each waits for.

An interview decides after every answer. What it needs then is the outcome of each decision and the facts that may
still matter, by Kleene's pruning; which of them do is found out for the few that may be asked next (``matter``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import NOTHING_MISSING, Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.engine.askable import askable
from relief_engine.engine.cells import Cells, Evaluate
from relief_engine.engine.outcome import Answer, answer_of, figure_answer, outcome_of, settled
from relief_engine.engine.residue import residue
from relief_engine.profile.model import Profile
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT

#: A fact of a subject: its id, and the subject as results call it (``applicant``, ``leases[0]``).
Asked = tuple[str, str]


class Case:
    """One decision with what it may still wait for.

    ``candidates`` are the slots that may be asked for, ``passed`` those that a person passed on, ``barred`` those of
    figures that do not exist.
    """

    def __init__(self, engine: Engine, decision: Decision, passed: Collection[Asked]) -> None:
        self.engine = engine
        self.decision = decision
        self.passed: frozenset[int] = frozenset()
        self.barred: frozenset[int] = frozenset()
        self.candidates: frozenset[int] = frozenset()
        if decision.program is None or not self.described:
            return
        self.barred = engine.barred(decision.program, decision.profile, decision.index)
        if settled(decision.program, decision.values):
            return
        waiting = self.askable(residue(decision.program, decision.values, decision.slots).slots, decision.slots)
        self.passed = frozenset(slot for slot in waiting if self.asked(slot) in passed)
        self.candidates = frozenset(waiting - self.passed)

    @property
    def described(self) -> bool:
        """Whether the profile holds the subject."""
        return self.decision.index is not None or self.decision.programme.subject == APPLICANT

    @property
    def program(self) -> ir.Program:
        """The compiled programme; only for a case that waits for something."""
        assert self.decision.program is not None
        return self.decision.program

    @cached_property
    def cells(self) -> Cells:
        """The cells of its facts."""
        return self.engine.cells(self.program)

    @cached_property
    def evaluate(self) -> Evaluate:
        """The direct route's function."""
        return self.engine.evaluator(self.program)

    def fact(self, slot: int) -> Fact:
        """The fact in a slot that can be asked for."""
        found = self.program.layout.facts[slot]
        assert isinstance(found, Fact)
        return found

    def asked(self, slot: int) -> Asked:
        """How a question about a slot is called."""
        fact = self.fact(slot)
        return fact.id, APPLICANT if fact.subject == APPLICANT else self.decision.subject

    def askable(self, slots: Iterable[int], vector: Sequence[Value]) -> set[int]:
        """The open slots that a person can fill; derived ones are traced back to the facts that they come from."""
        return askable(self.cells, slots, vector, self.barred)

    def answer(self, vector: Sequence[Value], values: Sequence[int | None]) -> Answer | None:
        """What is answered if nothing more becomes known; None where more could be asked."""
        program = self.program
        if settled(program, values):
            return answer_of(program, values)
        slots = residue(program, values, vector).slots
        if self.askable(slots, vector):
            return None
        if outcome_of(program, values) is Outcome.UNDETERMINED and slots & self.barred:
            # What is open waits only for figures that do not exist: people decide.
            return (Outcome.REFERRED, *figure_answer(program, values))
        return answer_of(program, values)


def cases(
    engine: Engine,
    profile: Profile,
    day: dt.date,
    programmes: Sequence[Programme],
    named: bool,
    passed: Collection[Asked],
) -> list[Case]:
    """A case for each decision that :meth:`Engine.decide` makes, in its order; skipped programmes have none."""
    found = []
    for programme in programmes:
        listed = profile.subjects(programme.subject)
        if programme.subject == APPLICANT or (listed is None and named):
            indices: list[int | None] = [None]
        else:
            indices = list(range(len(listed or ())))
        found += [Case(engine, _decided(engine, programme, profile, index, day), passed) for index in indices]
    return found


def in_full(case: Case) -> Decision:
    """The decision as the engine gives it. It differs only beside figures that do not exist: then people may decide."""
    decision = case.decision
    if decision.outcome is not Outcome.UNDETERMINED or not case.barred:
        return decision
    return case.engine.decide_one(decision.programme, decision.profile, decision.index, decision.as_of)


def _decided(engine: Engine, programme: Programme, profile: Profile, index: int | None, day: dt.date) -> Decision:
    """The decision of :meth:`Engine.decide_one`, but that nobody looks for what is missing."""
    if not programme.period.holds(day):
        return engine.decide_one(programme, profile, index, day)
    program = engine.program(programme, day)
    slots = profile.vector(program.layout, programme.subject, index, day)
    values = tuple(engine.evaluator(program)(slots))
    outcome = outcome_of(program, values)
    if index is None and programme.subject != APPLICANT:
        return Decision(
            programme, None, day, Outcome.UNDETERMINED, profile, program, slots, values, NOTHING_MISSING, ()
        )
    return Decision(programme, index, day, outcome, profile, program, slots, values, NOTHING_MISSING, ())

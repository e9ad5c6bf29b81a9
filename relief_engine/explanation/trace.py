"""Explanation stage: what one decision read, looked up for whoever puts it into words."""

from __future__ import annotations

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Decision, Status, status
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.profile.words import code_list
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, ExtremeFact, Fact, FormFact, SizeFact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import ParameterValue, Programme
from relief_engine.text import Text


class Trace:
    """One decision with the rulebook that it was made by; only for a programme that was in force."""

    def __init__(self, decision: Decision, rulebook: Rulebook) -> None:
        if decision.program is None:
            raise ValueError("a programme that is not in force has no trace")
        self.decision = decision
        self.program: ir.Program = decision.program
        self.programme: Programme = decision.programme
        self.standards = rulebook.standards
        self.facts = rulebook.facts
        self.codes = code_list(rulebook)
        self.absent = decision.profile.not_available(decision.programme.subject, decision.index)

    def known(self, fact: AnyFact) -> Value:
        """The value that the decision read for a fact; None if it is unknown, or has no slot."""
        slot = self.program.layout.slots.get(fact.id)
        return None if slot is None else self.decision.slots[slot]

    def value(self, fact: AnyFact) -> Text:
        """What was read for a fact, in words; a figure that does not exist says so."""
        if fact.id in self.absent:
            return say.NOT_AVAILABLE
        return say.value(fact, self.known(fact), self.codes)

    def place(self, fact: AnyFact) -> Location | None:
        """Where a fact's value was written; for a derived one where that was which it comes from."""
        given = self._given(fact)
        if given is None:
            return None
        path: tuple[str | int, ...] = ("applicant", given.name)
        if given.subject != "applicant":
            if self.decision.index is None:
                return None
            path = (self.decision.subject.partition("[")[0], self.decision.index, given.name)
        return self.decision.profile.locate(path)

    def _given(self, fact: AnyFact) -> Fact | None:
        match fact:
            case Fact():
                return fact if fact.id in self.absent or self.known(fact) is not None else None
            case ExtremeFact(of=of):
                return self._given(self.facts[of])
            case ClassFact(code=code) | SizeFact(code=code):
                return self._given(self.facts[code])
            case FormFact(given_by=given_by):
                return next((found for name, _ in given_by if (found := self._given(self.facts[name]))), None)

    def parameter(self, name: str) -> ParameterValue:
        """The value of a parameter on the day of the decision."""
        found = self.programme.parameters[name].versions.on(self.decision.as_of)
        if found is None:  # the rulebook's checks refuse a rule that reads it on such a day
            raise LookupError(f"{name} has no value on {self.decision.as_of}")
        return found

    def indifferent(self, expr: ex.IfElse) -> bool:
        """Whether both branches of a choice are the same figure whatever the facts."""
        return self.decision.program is not None and id(expr) in self.decision.program.indifferent

    def condition(self, expr: ex.Expr, *, wanted: bool = True) -> Status:
        """Whether a condition holds, or its opposite where that is what is wanted."""
        value = self.decision.values[self.program.node_of[id(expr)]]
        return status(value if wanted or value is None else ir.negated(value))

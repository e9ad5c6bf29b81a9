"""Proving stage: facts as variables of the solver, what a valid profile is, and a model as a profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import combinations

import z3

from relief_engine.proving.kinds import Kinds
from relief_engine.proving.smt.logic import FALSE, TRUE, among, both, either, no
from relief_engine.proving.space import Space
from relief_engine.proving.terms import Step
from relief_engine.rulebook.facts import (
    FIRST_DAY,
    OPEN_END,
    AmongStepsRelation,
    Encoded,
    NotBeforeRelation,
    OneFormRelation,
    Relation,
)
from relief_engine.rulebook.periods import Period

#: The days from ``start`` to ``end`` of a year or window that a rent in steps is asked about.
Span = tuple[str, str, str, int, int]


class Variables:
    """The variables of one search: for each fact whether it is known, and its value.

    Args:
        space: the facts.
        kinds: the kinds of codes.
        period: the days that the day of the decision is one of.
        complete: whether every fact is known (of the forms of one figure, one form).
    """

    def __init__(self, space: Space, kinds: Mapping[str, Kinds], period: Period, *, complete: bool) -> None:
        self.space = space
        self.kinds = kinds
        self.period = period
        self.complete = complete
        self.day = z3.Int("day")
        self.used: dict[str, z3.ArithRef] = {}
        self.spans: dict[Span, tuple[z3.BoolRef, z3.ArithRef, z3.ArithRef]] = {}
        self.forms = [
            _alternatives(space, relation) for relation in self._relations() if isinstance(relation, OneFormRelation)
        ]
        self.optional = {name for form in self.forms for group in form for name in group}
        #: Of an amount and its steps, which may both be given, the other one.
        self.instead: dict[str, set[str]] = {}
        for relation in self._relations():
            if isinstance(relation, AmongStepsRelation):
                self.instead.setdefault(relation.value, set()).add(relation.steps)
                self.instead.setdefault(relation.steps, set()).add(relation.value)

    def known(self, fact: str) -> z3.BoolRef:
        """Whether a fact is known."""
        if not fact:
            return FALSE
        self.value(fact)
        return TRUE if self.complete and fact not in self.optional else z3.Bool(f"known {fact}")

    def value(self, fact: str) -> z3.ArithRef:
        """The value of a fact: of a code its kind; meaningless for steps and while it is unknown."""
        if fact not in self.used:
            self.used[fact] = z3.Int(fact)
        return self.used[fact]

    def possible(self, fact: str) -> frozenset[int]:
        """The kinds that a code may be of: in a complete profile it is one of the finest."""
        kinds = self.kinds.get(fact)
        return frozenset(k for k, fine in enumerate(kinds.finest if kinds else ()) if fine or not self.complete)

    def step(self, step: Step) -> tuple[z3.BoolRef, z3.ArithRef]:
        """Whether there is a step in force on the days asked about, and the lowest or highest of them."""
        span = (step.steps, step.start, step.end, step.first, step.last)
        if span not in self.spans:
            for fact in (step.start, step.end):
                if fact:
                    self.value(fact)
            name = " ".join(map(str, span))
            self.spans[span] = (z3.Bool(f"counted {name}"), z3.Int(f"lowest {name}"), z3.Int(f"highest {name}"))
        counted, low, high = self.spans[span]
        return both(self.known(step.steps), counted), low if step.lowest else high

    # --- valid profiles -----------------------------------------------------------------------------------------

    def valid(self) -> list[z3.BoolRef]:
        """What holds of every valid profile, for the facts that are used so far."""
        self._close()
        first, last = self.period.first.toordinal(), self.period.last.toordinal()
        found = [z3.And(self.day >= first, self.day <= last)]
        found += [constraint for fact, value in self.used.items() for constraint in self._bounds(fact, value)]
        for relation in self._relations():
            if isinstance(relation, NotBeforeRelation) and {relation.earlier, relation.later} <= self.used.keys():
                known = both(self.known(relation.earlier), self.known(relation.later))
                found.append(either(no(known), self.used[relation.earlier] <= self.used[relation.later]))
        for form in self.forms:
            if form[0][0] in self.used:
                found += self._one_form(form)
        for span, (counted, low, high) in self.spans.items():
            found += self._steps(span, counted, low, high)
        return found

    def _relations(self) -> Iterator[Relation]:
        subjects = (subject for rulebook in self.space.rulebooks for subject in rulebook.subjects.values())
        return (relation for subject in subjects for relation in subject.relations)

    def _close(self) -> None:
        """Where one form of a figure is used, whether another is given matters too."""
        for form in self.forms:
            names = [name for group in form for name in group]
            if any(name in self.used for name in names):
                for name in names:
                    self.known(name)

    def _bounds(self, fact: str, value: z3.ArithRef) -> list[z3.BoolRef]:
        variable = self.space.known(fact)
        if fact in self.kinds:
            return [among(value, self.possible(fact))]
        if variable.listed:
            return [z3.And(value >= 0, value < max(1, len(variable.ids)))]
        inside = z3.And(value >= variable.lowest, value <= variable.highest)
        return [z3.Or(inside, value == OPEN_END) if variable.open_ended else inside]

    def _one_form(self, form: list[list[str]]) -> list[z3.BoolRef]:
        """Facts of one group at most; in a complete profile a whole group, of which steps or their amount will do."""
        given = [either(*map(self.known, group)) for group in form]
        apart = [no(both(one, other)) for one, other in combinations(given, 2)]
        if not self.complete:
            return apart
        whole = [both(*(self._or_steps(name) for name in group)) for group in form]
        return [either(*whole), *(either(no(some), all_) for some, all_ in zip(given, whole, strict=True)), *apart]

    def _or_steps(self, name: str) -> z3.BoolRef:
        """A fact is known, or what stands in for it: an amount and its steps need not both be given."""
        return either(self.known(name), *map(self.known, self.instead.get(name, ())))

    def _steps(self, span: Span, counted: z3.BoolRef, low: z3.ArithRef, high: z3.ArithRef) -> list[z3.BoolRef]:
        """What steps there can be: see :func:`steps_of`."""
        steps, start, end, first, last = span
        fact = self.space.known(steps)
        dated = both(self.known(start), self.known(end))
        begins, ends = (self.value(name) if name else z3.IntVal(0) for name in (start, end))
        several = both(dated, ends - begins >= 1, ends >= first + 1, begins <= last - 1)
        # Not every rulebook says that an end is not before its start; of days in that order some are surely counted.
        some = both(dated, begins <= ends, ends >= first, begins <= last)
        begun, ended = self.known(start), self.known(end)
        return [
            z3.And(low >= fact.lowest, high <= fact.highest, low <= high),
            either(no(some), counted),
            # Of a period of which one day is known, that day alone counts where no other can.
            either(no(begun), ended, begins != last, counted),
            either(no(ended), begun, ends != first, counted),
            either(no(counted), several, low == high),
        ]

    # --- a model as a profile -----------------------------------------------------------------------------------

    def profile(self, model: z3.ModelRef) -> tuple[dt.date, dict[str, Encoded]]:
        """The day and the answers that a model stands for."""
        answers: dict[str, Encoded] = {}
        for fact, value in self.used.items():
            if not _true(model, self.known(fact)):
                continue
            number = _number(model, value)
            if fact in self.kinds:
                answers[fact] = self.kinds[fact].first[number]
            elif self.space.known(fact).fact.type == "steps":
                continue
            else:
                answers[fact] = number
        for span, (counted, low, high) in self.spans.items():
            if _true(model, self.known(span[0])):
                ends = [value if isinstance(value := answers.get(name), int) else None for name in span[1:3]]
                made = steps_of(
                    span, ends[0], ends[1], _number(model, low), _number(model, high), counted=_true(model, counted)
                )
                answers[span[0]] = self._with_own(span[0], answers, made)
        for fact in self.used:
            if self.space.known(fact).fact.type == "steps" and fact not in answers and _true(model, self.known(fact)):
                answers[fact] = ((FIRST_DAY, self.space.known(fact).lowest),)
        return dt.date.fromordinal(_number(model, self.day)), answers

    def _with_own(self, steps: str, answers: Mapping[str, Encoded], made: tuple[tuple[int, int], ...]) -> Encoded:
        """Steps of which an amount that is given beside them is one: long before all that counts."""
        for form in self.forms:
            for group in form:
                for name in group if steps in group else ():
                    amount = answers.get(name)
                    if name != steps and isinstance(amount, int) and all(amount != step for _, step in made):
                        return ((made[0][0] - 1, amount), *made)
        return made


def steps_of(
    span: Span, start: int | None, end: int | None, low: int, high: int, *, counted: bool
) -> tuple[tuple[int, int], ...]:
    """Steps with a lowest and a highest amount on the days that count, or none that says so.

    Which of these can be is what ``Variables`` asks for: an amount on every day that surely counts, two amounts only
    where there are two such days, and none told where an unknown day could change it.
    """
    first, last = span[3:]
    earliest = first if start is None else max(start, first)
    latest = last if end is None else min(end, last)
    before = max(min(earliest, latest) - 1, FIRST_DAY)
    if start is not None and end is not None and earliest <= latest:
        return ((before, low),) if low == high else ((before, low), (latest, high))
    if counted:
        # A step that holds from before the days until after them counts even where there are none.
        return ((before, low),) if earliest <= last else ((before, low), (earliest + 1, low))
    if earliest <= latest:
        # A day is unknown, and the amount depends on it.
        return ((before, low), (latest if start is None and end is None else earliest + 1, low + 1))
    return ((latest + 1, low),)


def _alternatives(space: Space, relation: OneFormRelation) -> list[list[str]]:
    return [[name for name in group if space.variable(name) is not None] for group in relation.groups]


def _true(model: z3.ModelRef, formula: z3.BoolRef) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def _number(model: z3.ModelRef, value: z3.ArithRef) -> int:
    found: int = model.eval(value, model_completion=True).as_long()
    return found

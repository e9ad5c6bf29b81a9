"""Comparing stage: the edits of one programme that its answers may lean on: dates, parameters, conditions, benefit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from relief_engine.comparing.beside import compare_beside
from relief_engine.comparing.declared import compare_declared
from relief_engine.comparing.edit import AnyEdit, Aspect, Home, Owner, Part, Reach
from relief_engine.comparing.matching import by_id, by_name, reordered, stretches
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.comparing.uses import Uses
from relief_engine.comparing.values import days, same_value, value_words
from relief_engine.comparing.written import formula, same
from relief_engine.explanation import say
from relief_engine.rulebook.expression_text import written
from relief_engine.rulebook.periods import Dated, Period
from relief_engine.rulebook.programme import BenefitWording, Criterion, Let, Parameter, Programme, Referral, Wording
from relief_engine.text import Text

T = TypeVar("T")
_FIGURES = (Aspect.AMOUNT, Aspect.CEILING, Aspect.RATE, Aspect.PAYABLE, Aspect.UNTIL)


def programme_edits(old: Programme | None, new: Programme | None) -> list[AnyEdit]:
    """What was edited in one programme, which only one of the rulebooks may have."""
    known = new or old
    if known is None:
        return []
    notebook = Notebook(Owner(Home.PROGRAMME, known.id, known.title))
    whole = Element(Part.PROGRAMME, known.id, known.title)
    if old is None or new is None:
        write = notebook.added if old is None else notebook.removed
        write(whole, days(known.period), known.where, known.citations, Reach.ANSWER)
        return notebook.edits
    _Pair(old, new, notebook).compare(whole)
    return notebook.edits


class _Pair:
    """One programme as both rulebooks have it."""

    def __init__(self, old: Programme, new: Programme, notebook: Notebook) -> None:
        self.old = old
        self.new = new
        self.notebook = notebook
        self.uses = Uses((old, new))
        #: The days on which both may be used; what an element says on others follows from the programme's own dates.
        self.shared = old.period.cut(new.period)

    def compare(self, whole: Element) -> None:
        old, new, notes = self.old, self.new, self.notebook
        sides = Sides.of(old.where, new.where, old.citations, new.citations)
        notes.compared(whole, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
        notes.compared(whole, Aspect.WORDS, old.summary, new.summary, sides, Reach.WORDING)
        notes.compared(whole, Aspect.WORDS, old.authority, new.authority, sides, Reach.WORDING)
        notes.compared(whole, Aspect.DATES, days(old.period), days(new.period), sides, Reach.ANSWER)
        notes.compared(whole, Aspect.KIND, say.both(old.subject), say.both(new.subject), sides, Reach.ANSWER)
        notes.cites(whole, sides)
        for parameter, now in by_name(old.parameters, new.parameters):
            self.parameter(parameter, now)
        for let, now_let in by_name(old.lets, new.lets):
            self.let(let, now_let)
        for criterion, now_criterion in by_id(old.criteria, new.criteria):
            self.conditions(Part.CRITERION, criterion, now_criterion)
        for referral, now_referral in by_id(old.referrals, new.referrals):
            self.conditions(Part.REFERRAL, referral, now_referral)
        self.order(Part.CRITERION, old.criteria, new.criteria)
        self.order(Part.REFERRAL, old.referrals, new.referrals)
        self.benefit()
        compare_beside(old, new, notes, self.shared)
        compare_declared(old.properties, new.properties, notes)

    def order(self, part: Part, old: tuple[Criterion | Referral, ...], new: tuple[Criterion | Referral, ...]) -> None:
        """The order in which elements are shown."""
        before, after = [element.id for element in old], [element.id for element in new]
        if reordered(before, after):
            element = Element(part, "", Text("顺序", "order"))
            sides = Sides.of(old[0].where, new[0].where)
            self.notebook.changed(
                element, Aspect.ORDER, say.both("、".join(before)), say.both("、".join(after)), sides, Reach.WORDING
            )

    def versions(
        self, old: Dated[T] | None, new: Dated[T] | None
    ) -> Iterator[tuple[Period | None, T | None, T | None]]:
        """The versions of both sides that hold on one stretch of days; the period is None where it is all days."""
        if self.shared is None:
            return
        for period, before, after in stretches(old or Dated(()), new or Dated(()), self.shared):
            if before is not after:
                yield None if period == self.shared else period, before, after

    def parameter(self, old: Parameter | None, new: Parameter | None) -> None:
        known = new or old
        if known is None:
            return
        reach = self.uses.reach(known.name)
        for period, before, after in self.versions(
            None if old is None else old.versions, None if new is None else new.versions
        ):
            notes = [version.note for version in (after, before) if version is not None and version.note is not None]
            element = Element(Part.PARAMETER, known.name, notes[0] if notes else say.both(known.name), period)
            if before is None and after is not None:
                self.notebook.added(element, value_words(after), after.where, after.citations, reach)
            elif after is None and before is not None:
                self.notebook.removed(element, value_words(before), before.where, before.citations, reach)
            elif before is not None and after is not None:
                sides = Sides.of(before.where, after.where, before.citations, after.citations)
                if not same_value(before, after):
                    one, other = value_words(before, after), value_words(after, before)
                    self.notebook.changed(element, Aspect.VALUE, one, other, sides, reach)
                    continue  # the clauses of both stand with the values
                one, other = value_words(before), value_words(after)
                if before.unit != after.unit:
                    self.notebook.compared(element, Aspect.UNIT, one, other, sides, Reach.WORDING)
                self.notebook.compared(element, Aspect.WORDS, before.note, after.note, sides, Reach.WORDING)
                self.notebook.cites(element, sides)

    def let(self, old: Let | None, new: Let | None) -> None:
        known = new or old
        if known is None:
            return
        element, reach = Element(Part.LET, known.name, known.title), self.uses.reach(known.name)
        if old is None or new is None:
            write = self.notebook.added if old is None else self.notebook.removed
            write(element, say.both(written(known.value)), known.value.where, (), reach)
            return
        sides = Sides.of(old.value.where, new.value.where)
        if not same(old.value, new.value):
            self.notebook.changed(element, Aspect.VALUE, formula(old.value), formula(new.value), sides, reach)
        self.notebook.compared(element, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
        if old.shown != new.shown:
            before, after = (Text("显示", "shown") if let.shown else Text("不显示", "not shown") for let in (old, new))
            self.notebook.changed(element, Aspect.SETTING, before, after, sides, Reach.SHOWN)

    def conditions(self, part: Part, old: Criterion | Referral | None, new: Criterion | Referral | None) -> None:
        """A criterion or referral: its own keys, then its wordings."""
        known = new or old
        if known is None:
            return
        if old is not None and new is not None:
            element = Element(part, known.id, known.title)
            cites, now_cites = ([c for _, w in side.versions.versions for c in w.citations] for side in (old, new))
            sides = Sides.of(old.where, new.where, cites, now_cites)
            self.notebook.compared(element, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
            if isinstance(old, Referral) and isinstance(new, Referral) and set(old.in_place_of) != set(new.in_place_of):
                before, after = (say.both("、".join(sorted(r.in_place_of))) for r in (old, new))
                self.notebook.changed(element, Aspect.IN_PLACE_OF, before, after, sides, Reach.ANSWER)
        for period, before_, after_ in self.versions(
            None if old is None else old.versions, None if new is None else new.versions
        ):
            self.wording(Element(part, known.id, known.title, period), before_, after_)

    def wording(self, element: Element, old: Wording | None, new: Wording | None) -> None:
        notes = self.notebook
        if old is None and new is not None:
            notes.added(element, say.both(written(new.condition)), new.where, new.citations, Reach.ANSWER)
        elif new is None and old is not None:
            notes.removed(element, say.both(written(old.condition)), old.where, old.citations, Reach.ANSWER)
        elif old is not None and new is not None:
            sides = Sides.of(old.where, new.where, old.citations, new.citations)
            if not same(old.condition, new.condition):
                one, other = formula(old.condition), formula(new.condition)
                notes.changed(element, Aspect.CONDITION, one, other, sides, Reach.ANSWER)
            notes.compared(element, Aspect.WORDS, old.remark, new.remark, sides, Reach.WORDING)
            notes.cites(element, sides)

    def benefit(self) -> None:
        old, new, notes = self.old.benefit, self.new.benefit, self.notebook
        title = Text("待遇", "benefit")
        element = Element(Part.BENEFIT, "benefit", title)
        # A benefit has no place of its own, but it always has a wording.
        first, now = (benefit.versions.versions[0][1] for benefit in (old, new))
        sides = Sides.of(first.where, now.where, first.citations, now.citations)
        notes.compared(element, Aspect.KIND, say.both(old.kind), say.both(new.kind), sides, Reach.ANSWER)
        one, other = (say.PAYERS.get(benefit.payer, say.both(benefit.payer)) for benefit in (old, new))
        if old.payer != new.payer:
            notes.changed(element, Aspect.PAYER, one, other, sides, Reach.ANSWER)
        for period, before, after in self.versions(old.versions, new.versions):
            if before is not None and after is not None:
                self.figures(Element(Part.BENEFIT, "benefit", title, period), before, after)

    def figures(self, element: Element, old: BenefitWording, new: BenefitWording) -> None:
        """The formulas of two wordings of the benefit. A benefit holds on all days of its programme."""
        notes = self.notebook
        cites, now_cites = ((*w.citations, *(w.rounding.citations if w.rounding else ())) for w in (old, new))
        sides = Sides.of(old.where, new.where, cites, now_cites)
        for aspect in _FIGURES:
            before, after = getattr(old, aspect.value), getattr(new, aspect.value)
            if not same(before, after):
                places = Sides.of(
                    old.where if before is None else before.where, new.where if after is None else after.where,
                    old.citations, new.citations,
                )  # fmt: skip
                notes.changed(element, aspect, formula(before), formula(after), places, Reach.ANSWER)
        step, now = (None if w.rounding is None else say.money(w.rounding.step) for w in (old, new))
        notes.compared(element, Aspect.ROUNDING, step, now, sides, Reach.ANSWER)
        notes.cites(element, sides)

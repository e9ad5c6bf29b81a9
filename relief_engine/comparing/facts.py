"""Comparing stage: the edits of the facts about one kind of subject, how they are read and what people are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from relief_engine.comparing.edit import AnyEdit, Aspect, Home, Owner, Part, Reach
from relief_engine.comparing.matching import by_id, by_name, reordered
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.rulebook.facts import (
    AmongStepsRelation,
    ExtremeFact,
    Fact,
    FormFact,
    NotBeforeRelation,
    Relation,
    SubjectFacts,
)
from relief_engine.rulebook.units import in_words
from relief_engine.text import Text, joined

_YES_NO = (Text("否", "no"), Text("是", "yes"))
#: Settings of a fact, what each is called, and how far a change reaches.
_SETTINGS = (
    ("not_available", Text("可以填“无”", "may be not_available"), Reach.READING),
    ("open_ended", Text("可以没有止日", "may have no end"), Reach.READING),
    ("changeable", Text("申请方可以改变", "the applicant can change it"), Reach.SHOWN),
    ("informative", Text("不影响结论", "informative"), Reach.SHOWN),
    ("identifies", Text("用来区分", "identifies"), Reach.SHOWN),
)
#: Words about a fact that nobody but people reads.
_WORDS = ("question", "period", "note", "evidence")


def fact_edits(old: SubjectFacts | None, new: SubjectFacts | None) -> list[AnyEdit]:
    """What was edited in the facts of one kind of subject, which only one of the rulebooks may have."""
    known = new or old
    if known is None:
        return []
    notes = Notebook(Owner(Home.FACTS, known.kind.id, known.label))
    whole = Element(Part.SUBJECT, known.kind.id, known.label)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        names = say.both("、".join(fact.id for fact in known.facts))
        write(whole, names, known.facts[0].where if known.facts else None, (), Reach.ANSWER)
        return notes.edits
    sides = Sides.of(_place(old), _place(new))
    notes.compared(whole, Aspect.TITLE, old.label, new.label, sides, Reach.WORDING)
    notes.compared(whole, Aspect.WORDS, say.both(old.kind.counter), say.both(new.kind.counter), sides, Reach.WORDING)
    lists = [say.both(subject.kind.list or subject.kind.id) for subject in (old, new)]
    notes.compared(whole, Aspect.NAMES, lists[0], lists[1], sides, Reach.READING)
    for before, after in by_id(old.facts, new.facts):
        _fact(before, after, notes)
    for derived, now in by_id(old.derived, new.derived):
        _derived(derived, now, notes)
    _relations(old, new, sides, notes)
    return notes.edits


def _place(known: SubjectFacts) -> Location | None:
    return known.facts[0].where if known.facts else None


# --- facts ------------------------------------------------------------------------------------------------------------


def _fact(old: Fact | None, new: Fact | None, notes: Notebook) -> None:
    known = new or old
    if known is None:
        return
    element = Element(Part.FACT, known.id, known.label)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        unit = in_words(known.unit)
        # What no programme can have read before, or reads any more, changes no answer; what is read then may.
        write(element, Text(f"{known.type}，{unit.zh}", f"{known.type}, {unit.en}"), known.where, (), Reach.READING)
        return
    sides = Sides.of(old.where, new.where)
    notes.compared(element, Aspect.TYPE, say.both(old.type), say.both(new.type), sides, Reach.READING)
    if old.unit != new.unit:
        notes.changed(element, Aspect.UNIT, in_words(old.unit), in_words(new.unit), sides, Reach.READING)
    if (old.lowest, old.highest, old.denominator) != (new.lowest, new.highest, new.denominator):
        notes.changed(element, Aspect.LIMITS, _limits(old), _limits(new), sides, Reach.READING)
    for name, words, reach in _SETTINGS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            told = [say.titled(words, _YES_NO[value]) for value in (before, after)]
            notes.changed(element, Aspect.SETTING, told[0], told[1], sides, reach)
    notes.compared(element, Aspect.TITLE, old.label, new.label, sides, Reach.WORDING)
    for name in _WORDS:
        notes.compared(element, Aspect.WORDS, getattr(old, name), getattr(new, name), sides, Reach.WORDING)
    _names(element, _columns(old), _columns(new), sides, notes)
    _choices(old, new, sides, notes)


def _limits(fact: Fact) -> Text:
    if fact.type in ("count", "amount", "number", "steps"):
        low, high = (say.figure(Fraction(bound, fact.denominator), fact.unit) for bound in (fact.lowest, fact.highest))
        return say.span(low, high)
    return say.both(f"{fact.lowest}—{fact.highest}")


def _columns(fact: Fact) -> dict[str, str]:
    """The words by which a column of a roster is known to be the fact."""
    return dict.fromkeys((*fact.headers, fact.label.zh, fact.label.en), fact.id)


def _names(
    element: Element, old: dict[str, str], new: dict[str, str], sides: Sides, notes: Notebook
) -> None:  # fmt: skip
    """Names by which something is read, with what they mean."""
    if old != new:
        one, other = (
            [name if len(set(mine.values())) < 2 else f"{name} → {meant}" for name, meant in mine.items()
             if theirs.get(name) != meant]
            for mine, theirs in ((old, new), (new, old))
        )  # fmt: skip
        notes.changed(element, Aspect.NAMES, _listed(one), _listed(other), sides, Reach.READING)


def _listed(names: Iterable[str]) -> Text | None:
    found = list(names)
    return Text("、".join(found), ", ".join(found)) if found else None


def _choices(old: Fact, new: Fact, sides: Sides, notes: Notebook) -> None:
    before, after = (
        {} if f.domain is None else dict(zip(f.domain.ids, f.domain.labels, strict=True)) for f in (old, new)
    )
    for name in dict.fromkeys((*after, *before)):
        element = Element(Part.CHOICE, f"{new.id}.{name}", after.get(name, before.get(name, say.both(name))))
        if name not in before:
            notes.added(element, after[name], new.where, (), Reach.ANSWER)
        elif name not in after:
            notes.removed(element, before[name], old.where, (), Reach.ANSWER)
        else:
            notes.compared(element, Aspect.TITLE, before[name], after[name], sides, Reach.WORDING)
    if reordered(before, after):
        element = Element(Part.FACT, new.id, new.label)
        notes.changed(element, Aspect.ORDER, _listed(before), _listed(after), sides, Reach.WORDING)
    named = [_aliases(fact) for fact in (old, new)]
    # Names of a choice that only one side has go with it.
    kept = set(before) & set(after)
    one, other = (
        {name: choice for name, choice in mine.items() if choice in kept or theirs.get(name, choice) != choice}
        for mine, theirs in ((named[0], named[1]), (named[1], named[0]))
    )
    _names(Element(Part.FACT, new.id, new.label), one, other, sides, notes)


def _aliases(fact: Fact) -> dict[str, str]:
    """The names under which a profile may give a choice, each with the id of the choice."""
    ids = () if fact.domain is None else fact.domain.ids
    return {name: ids[position] for name, position in fact.names.items()}


# --- what follows from facts, and how they go together ----------------------------------------------------------------


def _derived(old: FormFact | ExtremeFact | None, new: FormFact | ExtremeFact | None, notes: Notebook) -> None:
    known = new or old
    if known is None:
        return
    element = Element(Part.DERIVED, known.id, known.label)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        write(element, _said(known), known.where, (), Reach.ANSWER)
        return
    sides = Sides.of(old.where, new.where)
    notes.compared(element, Aspect.TITLE, old.label, new.label, sides, Reach.WORDING)
    notes.compared(element, Aspect.VALUE, _said(old), _said(new), sides, Reach.ANSWER)
    labels = [joined(list(fact.domain.labels)) if isinstance(fact, FormFact) else None for fact in (old, new)]
    notes.compared(element, Aspect.WORDS, labels[0], labels[1], sides, Reach.WORDING)


def _said(fact: FormFact | ExtremeFact) -> Text:
    if isinstance(fact, FormFact):
        ids = fact.domain.ids
        given = "; ".join(f"{name} → {ids[choice]}" for name, choice in fact.given_by)
        return say.both(f"{given}; {ids[fact.otherwise]}")
    first, last = (dt.date.fromordinal(ordinal) for ordinal in (fact.first_day, fact.last_day))
    extreme = "lowest" if fact.lowest else "highest"
    return say.both(f"{extreme} {fact.of}, {fact.start}—{fact.end}, {first}—{last}")


def _relations(old: SubjectFacts, new: SubjectFacts, sides: Sides, notes: Notebook) -> None:
    """Relations have no ids: they are what they say."""
    before, after = ({text.en: text for text in map(_relation, known.relations)} for known in (old, new))
    for one, other in by_name(before, after):
        if one is None and other is not None:
            notes.added(Element(Part.RELATION, other.en, other), other, sides.new, (), Reach.READING)
        elif other is None and one is not None:
            notes.removed(Element(Part.RELATION, one.en, one), one, sides.old, (), Reach.READING)


def _relation(relation: Relation) -> Text:
    match relation:
        case NotBeforeRelation(later=later, earlier=earlier):
            return Text(f"{later} 不早于 {earlier}", f"{later} not before {earlier}")
        case AmongStepsRelation(value=value, steps=steps):
            return Text(f"{value} 是 {steps} 之一", f"{value} among {steps}")
        case _:
            groups = [" + ".join(group) for group in relation.groups]
            return Text(f"只填一种：{'；'.join(groups)}", f"one form of: {'; '.join(groups)}")

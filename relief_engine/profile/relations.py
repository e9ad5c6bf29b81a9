"""Profile stage: what must hold between the facts of one subject, each rule a pure function from values to problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from relief_engine.profile.words import value_text
from relief_engine.rulebook.facts import (
    AmongStepsRelation,
    AnyFact,
    Encoded,
    ExtremeFact,
    Fact,
    NotBeforeRelation,
    OneFormRelation,
    SubjectFacts,
)
from relief_engine.rulebook.record import Value
from relief_engine.text import Text, joined


class Problem(Value):
    """A relation that does not hold: the fact to look at, a stable code, and what was expected."""

    fact: str
    code: str
    message: Text


#: Known values by fact id, as in ``profile.model.Known``.
Values = Mapping[str, Encoded | str]
#: Finds the problem with known values, if there is one.
Test = Callable[[Values], Problem | None]
#: A test, and the fact without which it finds nothing.
Check = tuple[str, Test]


def checks(known: SubjectFacts) -> tuple[Check, ...]:
    """The checks of one kind of subject, in their declared order; unknown values are never a problem."""
    facts = {fact.id: fact for fact in known.facts}
    found: list[Check] = []
    for relation in known.relations:
        match relation:
            case NotBeforeRelation(later=later, earlier=earlier):
                found.append((later, _order(facts[earlier], facts[later])))
            case OneFormRelation(groups=groups):
                found += _one_form(facts, groups)
            case AmongStepsRelation(value=value, steps=steps):
                found.append((steps, _among_steps(facts[value], facts[steps])))
    # The lowest and the highest step ask for the same days: one check for both.
    spans = {(e.of, e.start, e.end, e.first_day, e.last_day): e for e in known.derived if isinstance(e, ExtremeFact)}
    found += [(extreme.of, _no_gap(facts[extreme.of], extreme)) for extreme in spans.values()]
    return tuple(found)


def _called(fact: Fact) -> Text:
    """A fact in a message: in Chinese with its key, which is what stands in the file."""
    return Text(f"{fact.label.zh}（{fact.name}）", fact.name)


def _in_words(fact: AnyFact, value: Encoded | str) -> Text:
    return Text(value_text(fact, value, "zh"), value_text(fact, value, "en"))


def _order(earlier: Fact, later: Fact) -> Test:
    def test(values: Values) -> Problem | None:
        first, last = values.get(earlier.id), values.get(later.id)
        if not isinstance(first, int) or not isinstance(last, int) or last >= first:
            return None
        a, b = _in_words(earlier, first), _in_words(later, last)
        zh = f"{_called(later).zh}{b.zh} 早于{_called(earlier).zh}{a.zh}"
        return Problem(later.id, "end-before-start", Text(zh, f"{later.name} {b.en} lies before {earlier.name} {a.en}"))

    return test


def _one_form(facts: Mapping[str, Fact], groups: Sequence[Sequence[str]]) -> list[Check]:
    """A check for each fact but those of the first form: no fact of an earlier form is given beside it."""
    found: list[Check] = []
    for index, group in enumerate(groups):
        before = [facts[fact] for earlier in groups[:index] for fact in earlier]
        found += [(fact, _only_form(facts[fact], before)) for fact in group if before]
    return found


def _only_form(fact: Fact, before: Sequence[Fact]) -> Test:
    def test(values: Values) -> Problem | None:
        other = next((other for other in before if other.id in values), None)
        if other is None:
            return None
        a, b = _called(fact), _called(other)
        return Problem(
            fact.id, "two-forms", Text(f"{a.zh}与{b.zh}只能写一种", f"give either {a.en} or {b.en}, not both")
        )

    return test


def _among_steps(value: Fact, steps: Fact) -> Test:
    def test(values: Values) -> Problem | None:
        amount, listed = values.get(value.id), values.get(steps.id)
        if not isinstance(amount, int) or not isinstance(listed, tuple) or any(amount == step for _, step in listed):
            return None
        a = _in_words(value, amount)
        b = joined([_in_words(value, step) for step in dict.fromkeys(step for _, step in listed)])
        zh = f"{_called(value).zh}{a.zh} 不是{_called(steps).zh}中的一段（{b.zh}）"
        return Problem(value.id, "not-a-step", Text(zh, f"{value.name} {a.en} is none of the {steps.name} ({b.en})"))

    return test


def _no_gap(steps: Fact, extreme: ExtremeFact) -> Test:
    """The days of the period that surely count, up to the first step, need an amount too."""

    def test(values: Values) -> Problem | None:
        listed = values.get(steps.id)
        if not isinstance(listed, tuple):
            return None
        start, end = values.get(extreme.start), values.get(extreme.end)
        # Of a period whose end is unknown only its first day surely counts.
        surely = end if isinstance(end, int) else start if isinstance(start, int) else extreme.first_day - 1
        latest = min(surely, extreme.last_day)
        # An unknown start may lie anywhere up to the end, if that is known to fall into the period.
        begins = start if isinstance(start, int) else end if isinstance(end, int) and end <= latest else None
        if begins is None:
            return None
        first, last = max(begins, extreme.first_day), min(latest, listed[0][0] - 1)
        if first > last:
            return None
        since, until = dt.date.fromordinal(first), dt.date.fromordinal(last)
        zh = f"{_called(steps).zh}缺少第一段之前的租金（{since} 至 {until}）"
        en = f"{steps.name} leaves out the rent before its first step ({since} to {until})"
        return Problem(steps.id, "steps-gap", Text(zh, en))

    return test

"""Checking stage, the checks: each a pure function from the behaviour of a programme to findings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from relief_engine.checking.behaviour import Behaviour
from relief_engine.checking.effects import parts_without_effect
from relief_engine.checking.forbidden import (
    negative_amounts,
    ranges_without_referral,
    undetermined_with_everything_known,
)
from relief_engine.decision import Outcome
from relief_engine.engine.missing import Search
from relief_engine.engine.outcome import answer_of
from relief_engine.engine.residue import residue
from relief_engine.errors import Finding
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Text

#: So many completions of a profile are tried before all of them are looked at.
_COMPLETIONS = 8
Check = Callable[[Behaviour], Iterator[Finding]]


def undetermined_with_nothing_missing(behaviour: Behaviour) -> Iterator[Finding]:
    """A profile that stays undetermined although no unknown fact can change the answer: a condition says it twice."""
    seen: set[Hashable] = set()
    samplers = {id(sampler.program): sampler for sampler in behaviour.samplers}
    for whole, sample in zip(behaviour.complete, behaviour.partial, strict=True):
        if sample.outcome is not Outcome.UNDETERMINED:
            continue
        program = sample.program
        question = id(program), sample.barred, residue(program, sample.values, sample.vector).key
        if question in seen:
            continue
        seen.add(question)
        if _differ(samplers[id(program)], whole, sample):
            continue
        search = Search(program, behaviour.engine.cells(program), behaviour.engine.evaluator(program), sample.barred)
        search.run(sample.vector)
        if search.agreed:
            message = Text(
                "这份资料的结论是“资料不足”，但没有哪一项缺少的资料会改变结论：条件的写法需要调整",
                "this profile is undetermined, yet no unknown fact changes the answer: a condition needs rewording",
            )
            where = behaviour.programme.where
            yield Finding("nothing-missing", where, message, profile=behaviour.yaml(sample))
            return


def _differ(sampler: Sampler, whole: Sample, partial: Sample) -> bool:
    """Whether a few completions of what is unknown, drawn at random, give two answers: that spares much searching."""
    program, vector = sampler.program, list(partial.vector)
    answer = answer_of(program, whole.values)
    hidden = [slot for slot in sampler.read if vector[slot] is None and whole.vector[slot] is not None]
    for _ in range(_COMPLETIONS):
        for slot in hidden:
            vector[slot] = None
        for slot in hidden:
            fact = program.layout.facts[slot]
            vector[slot] = sampler.value(slot, fact, vector) if isinstance(fact, Fact) else None
        if sampler.cells.ordered(vector) and answer_of(program, sampler.values(vector)) != answer:
            return True
    return False


def absent_figures_without_referral(behaviour: Behaviour) -> Iterator[Finding]:
    """A figure may be known not to exist, and nothing says who decides then and by which clause."""
    programme = behaviour.programme
    if programme.not_available is not None:
        return
    for sampler in behaviour.samplers:
        facts = [sampler.program.layout.facts[slot] for slot in sampler.read]
        absent = [fact for fact in facts if isinstance(fact, Fact) and fact.not_available]
        if absent:
            message = Text(
                f"“{absent[0].label.zh}”可以填“无”，但项目没有 not_available，转人工时说不出理由和依据",
                f"{absent[0].id} may not exist, yet the programme has no not_available to say why people decide then",
            )
            yield Finding("not-available-unexplained", programme.where, message)
            return


CHECKS: tuple[Check, ...] = (
    undetermined_with_nothing_missing,
    undetermined_with_everything_known,
    parts_without_effect,
    ranges_without_referral,
    negative_amounts,
    absent_figures_without_referral,
)

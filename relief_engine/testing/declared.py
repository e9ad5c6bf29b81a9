"""Testing stage: what programmes say of themselves in ``properties:``, held against what they do.

The conditions and the bound of the section are compiled with the programme's own names, apart from the program that
decides. Each property is a function of an engine, a profile as a plain mapping, and a programme's id (all if None).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.compiled.lowering import compile_programme
from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.engine.cells import Trials
from relief_engine.engine.outcome import outcome_of
from relief_engine.routes.direct import DirectRoute
from relief_engine.rulebook.expressions import Expr
from relief_engine.rulebook.facts import OPEN_END, Fact
from relief_engine.rulebook.programme import Let, Programme, Remark
from relief_engine.rulebook.properties import Monotone, Properties
from relief_engine.rulebook.record import contents
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.testing.failures import failed
from relief_engine.testing.holding import decisions, figures
from relief_engine.testing.written import written
from relief_engine.text import Text

#: About so many other values of a fact are tried, and so many days to split a period.
_OTHERS, _SPLITS = 24, 12
_RANK = {Outcome.INELIGIBLE: 0, Outcome.REFERRED: 1, Outcome.ELIGIBLE: 2}
_BOUND = "properties.at_most"
_NOTHING = Text("", "")


class _Section:
    """The section of one programme on the days around one, compiled."""

    def __init__(self, engine: Engine, programme: Programme, program: ir.Program) -> None:
        assert programme.properties is not None
        self.program = compile_programme(
            _with_section(programme, programme.properties), engine.rulebook.standards, program.layout,
            max(program.period.first, programme.period.first),
        )  # fmt: skip
        self.run = DirectRoute().compiled(self.program)
        self.conditions = {remark.id: node for remark, node in self.program.remarks["remarks"]}

    def holds(self, name: str, vector: Sequence[Value]) -> bool:
        """Whether a part of the section applies to a vector; where its condition is unknown it does not."""
        node = self.conditions.get(name)
        return node is None or self.run(vector)[node] == ir.MET

    def bound(self, vector: Sequence[Value]) -> Fraction | None:
        """The highest value of the bound, or None while it is unknown."""
        figure = self.program.lets[_BOUND]
        value = self.run(vector)[figure.high]
        return None if value is None else Fraction(value, figure.denominator)


def _with_section(programme: Programme, section: Properties) -> Programme:
    """The programme with the bound as a named figure, and the conditions as those of remarks."""
    parts = dict(zip(Programme.record_fields, contents(programme), strict=True))
    conditions: dict[str, Expr | None] = {
        f"monotone[{index}]": entry.condition for index, entry in enumerate(section.monotone)
    }
    if section.additive is not None:
        conditions["additive"] = section.additive.condition
    if section.at_most is not None:
        conditions["at_most"] = section.at_most.condition
        parts["lets"] = {**programme.lets, _BOUND: Let(_BOUND, _NOTHING, False, section.at_most.value)}
    parts["remarks"] = tuple(
        Remark(name, _NOTHING, condition, programme.period, (), programme.where)
        for name, condition in conditions.items()
    )
    return Programme(**parts)


@lru_cache(maxsize=256)
def _section(engine: Engine, program: ir.Program) -> _Section:
    return _Section(engine, program.programme, program)


def _of(engine: Engine, profile: Mapping[str, object], programme: str | None) -> Iterator[tuple[Decision, _Section]]:
    """The decisions in force whose programme has a section."""
    for decision in decisions(engine, profile, programme):
        if decision.program is not None and decision.programme.properties is not None:
            yield decision, _section(engine, decision.program)


# --- the properties -----------------------------------------------------------------------------------------------


def results_are_monotone(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """Where a programme says so, a result never moves the other way as one fact rises and nothing else changes.

    The fact is raised and lowered to every value between which the rules tell anything apart, some 24 at most.
    """
    for decision, section in _of(engine, profile, programme):
        declared = decision.programme.properties
        for index, entry in enumerate(declared.monotone if declared is not None else ()):
            name = f"monotone[{index}]"
            if section.holds(name, decision.slots):
                _rising(engine, profile, decision, section, entry, name)


def _rising(
    engine: Engine, profile: Mapping[str, object], decision: Decision, section: _Section, entry: Monotone, name: str
) -> None:
    program = decision.program
    assert program is not None
    here = _result(program, decision.values, entry.result)
    if here is None:
        return
    run, slot = engine.evaluator(program), program.layout.slots[entry.fact.id]
    for value in _others(engine, decision, entry.fact):
        vector = _with(decision, slot, value)
        if not engine.cells(program).ordered(vector) or not section.holds(name, vector):
            continue
        there = _result(program, run(vector), entry.result)
        if there is None:
            continue
        now = decision.slots[slot]
        higher = isinstance(now, int) and value > now
        low, high = (here, there) if higher else (there, here)
        if all((b <= a) if entry.rises else (b >= a) for b, a in zip(low, high, strict=True)):
            continue
        changed = _changed(profile, decision, engine, {entry.fact: value})
        zh = f"{entry.fact.label.zh}增加时，{entry.result} 不应{'减少' if entry.rises else '增加'}（{entry.where}）"
        en = f"as {entry.fact.id} rises, {entry.result} may never {'fall' if entry.rises else 'rise'} ({entry.where})"
        pair = [profile, changed] if higher else [changed, profile]
        raise failed("monotone", Text(zh, en), engine, pair, decision.programme.id, decision.as_of)


def _result(program: ir.Program, values: Sequence[int | None], result: str) -> tuple[Fraction, ...] | None:
    """What is compared: the rank of an outcome, or the lowest and highest value of a figure; None while unknown."""
    outcome = outcome_of(program, values)
    if result == "outcome":
        return (Fraction(_RANK[outcome]),) if outcome in _RANK else None
    figure = program.benefit.shown.get(result)
    if figure is None or outcome not in (Outcome.ELIGIBLE, Outcome.REFERRED):
        return None
    low, high = values[figure.low], values[figure.high]
    return None if low is None or high is None else (Fraction(low), Fraction(high))


def _others(engine: Engine, decision: Decision, fact: Fact) -> list[int]:
    """Other values of a known fact, at least one in each cell of the rules; of many, some from bottom to top."""
    program = decision.program
    assert program is not None
    slot = program.layout.slots[fact.id]
    now = decision.slots[slot]
    if not isinstance(now, int):
        return []
    vector = [*decision.slots[:slot], None, *decision.slots[slot + 1 :]]

    def values(trial: Sequence[Value]) -> Sequence[int | None]:
        derived = list(trial)
        program.layout.derive(derived)
        return engine.evaluator(program)(derived)

    cells = engine.cells(program).values(slot, vector, Trials(values))
    near = (now - 1, now + 1, now // 2, 2 * now)
    found = sorted({v for v in (*cells, *near) if v != now and (fact.lowest <= v <= fact.highest or v == OPEN_END)})
    step = max(1, len(found) // _OTHERS)
    return [*found[::step], *found[-1:]]


def _with(decision: Decision, slot: int, value: int) -> list[Value]:
    """The vector of a decision with one slot changed, derived ones with it."""
    vector = [*decision.slots[:slot], value, *decision.slots[slot + 1 :]]
    assert decision.program is not None
    decision.program.layout.derive(vector)
    return vector


def amounts_are_bounded(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """Where a programme names a bound, the money it gives never comes to more, before rounding."""
    for decision, section in _of(engine, profile, programme):
        declared = decision.programme.properties
        if declared is None or declared.at_most is None or declared.money is None:
            continue
        found = figures(decision).get(declared.money)
        given = decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED)
        if found is None or not given or not section.holds("at_most", decision.slots):
            continue
        bound = section.bound(decision.slots)
        if bound is not None and found[1] > bound:
            where = declared.at_most.where
            message = Text(
                f"{declared.money} 为 {found[1]}，超过 {bound}（{where}）",
                f"{declared.money} comes to {found[1]}, more than {bound} ({where})",
            )
            raise failed("at-most", message, engine, [profile], decision.programme.id)


def proration_adds_up(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """Where a programme says so, the money for a period is that for its two parts together, before rounding.

    The period is split at every day at which a rule turns, and in its middle.
    """
    for decision, section in _of(engine, profile, programme):
        declared = decision.programme.properties
        if declared is None or declared.additive is None or declared.money is None:
            continue
        program = decision.program
        assert program is not None
        start, end = (program.layout.slots[fact.id] for fact in (declared.additive.start, declared.additive.end))
        first, last = decision.slots[start], decision.slots[end]
        whole = _money(engine, program, section, decision.slots, declared.money)
        if whole is None or not isinstance(first, int) or not isinstance(last, int):
            continue
        for day in _splits(engine, program, (start, end), first, last):
            parts = [_with(decision, end, day), _with(decision, start, day + 1)]
            sums = [_money(engine, program, section, part, declared.money) for part in parts]
            if sums[0] is None or sums[1] is None or [a + b for a, b in zip(*sums, strict=True)] == list(whole):
                continue
            message = Text(
                f"两段之和 {sums[0][1] + sums[1][1]} 不等于全期的 {whole[1]}（{declared.additive.where}）",
                f"the parts come to {sums[0][1] + sums[1][1]}, the whole to {whole[1]} ({declared.additive.where})",
            )
            changes = ({declared.additive.end: day}, {declared.additive.start: day + 1})
            profiles = [profile, *(_changed(profile, decision, engine, change) for change in changes)]
            raise failed("additive", message, engine, profiles, decision.programme.id, decision.as_of)


def _money(
    engine: Engine, program: ir.Program, section: _Section, vector: Sequence[Value], name: str
) -> tuple[Fraction, Fraction] | None:
    """What the formula comes to for a vector, whatever the outcome; None where it is unknown or nothing is claimed."""
    figure = program.benefit.shown.get(name)
    if figure is None or not section.holds("additive", vector):
        return None
    values = engine.evaluator(program)(vector)
    low, high = values[figure.low], values[figure.high]
    return None if low is None or high is None else (Fraction(low), Fraction(high))


def _splits(engine: Engine, program: ir.Program, slots: tuple[int, int], first: int, last: int) -> list[int]:
    """Days on which a first part may end."""
    edges = {day - 1 for slot in slots for day in engine.cells(program).fixed.get(slot, ())}
    latest = min(last, max([first, *edges]) + 31)
    days = sorted(day for day in {*edges, first, (first + latest) // 2, latest - 1} if first <= day < last)
    return days[:: max(1, len(days) // _SPLITS)]


def _changed(
    profile: Mapping[str, object], decision: Decision, engine: Engine, change: Mapping[Fact, int]
) -> dict[str, object]:
    """The profile with some facts of one decision's subject changed."""
    changed = dict(profile)
    for fact, value in change.items():
        name = APPLICANT if fact.subject == APPLICANT else decision.subject.partition("[")[0]
        plain = written(engine.rulebook, fact.id, value)
        part = changed.get(name)
        if isinstance(part, list) and decision.index is not None:
            changed[name] = [
                {**one, fact.name: plain} if index == decision.index else one for index, one in enumerate(part)
            ]
        elif isinstance(part, Mapping):
            changed[name] = {**part, fact.name: plain}
    return changed

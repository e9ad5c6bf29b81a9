"""What is missing, by brute force: all completions of a dense grid, and which facts alone make a difference.

Nothing here uses the cells of the search: the values come from the tables and parameters of the rulebook and from the
other figures and days of the profile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import product

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import outcome_of
from relief_engine.rulebook.facts import OPEN_END, ExtremeFact, Fact, NotBeforeRelation
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.testing.borders import Answer, Answers
from tests.properties.strategies import World

#: What a decision shows: the outcome, and its figures, each with its lowest and highest value, money in cents.
Shown = tuple[object, ...]


def shown(program: ir.Program, values: Sequence[int | None], *, absent: bool) -> Shown:
    """The outcome and figures of a profile of which nothing is left to ask; ``absent`` if figures do not exist."""
    outcome = outcome_of(program, values)
    if outcome is Outcome.UNDETERMINED and absent:
        outcome = Outcome.REFERRED
    if outcome in (Outcome.INELIGIBLE, Outcome.UNDETERMINED):
        return (outcome,)
    found: list[object] = [outcome]
    for money in (program.benefit.amount, program.benefit.ceiling, program.benefit.payable):
        if money is not None:
            low, high = values[money.figure.low], values[money.figure.high]
            parts = money.figure.denominator
            known = low is not None and high is not None
            found += [ir.rounded(v, parts, money.step) for v in (low, high) if v is not None] if known else [None]
    for figure in (program.benefit.rate, program.benefit.until):
        if figure is not None:
            found += [values[figure.low], values[figure.high]]
    return tuple(found)


def grid(world: World, fact: Fact, answers: Answers, unknown: Iterable[str]) -> list[Answer]:
    """Values of an unknown fact: all of them, or for figures, days and codes every border with its neighbours."""
    match fact.type:
        case "yes_no":
            return [0, 1]
        case "choice":
            return list(range(len(fact.domain.ids))) if fact.domain else []
        case "industry_code":
            known = answers.get(fact.id)
            leaves = set(world.leaves(known if isinstance(known, int) else None))
            kinds = [[code for code in kind if code in leaves] for kind in world.kinds_of_code]
            return [kind[0] for kind in kinds if kind]
        case "date":
            days = {d for day in (world.days[0], world.days[-1]) for d in (day - 1, day, day + 1)}
            days |= set(world.days)
            for value in answers.values():
                if isinstance(value, tuple):
                    days |= {d for day, _ in value for d in (day - 1, day)}
            for name, value in answers.items():
                other = world.rulebook.facts[name]
                if isinstance(other, Fact) and other.type == "date" and isinstance(value, int):
                    days |= {value - 1, value, value + 1}
            days |= {fact.lowest, fact.highest}
            low, high = world.span(fact, answers)
            found: list[Answer] = [day for day in sorted(days) if low <= day <= high and day <= fact.highest]
            return [*found, OPEN_END] if fact.open_ended else found
        case _:
            return sorted(figures(world, fact, answers, unknown))


def figures(world: World, fact: Fact, answers: Answers, unknown: Iterable[str]) -> set[int]:
    """The limits of the size standard, multiples of the other amounts, and ends; each with its neighbours."""
    borders = set(world.limits(fact, answers))
    if not borders:
        for name, value in answers.items():
            other = world.rulebook.facts[name]
            amounts = [value] if isinstance(value, int) else [v for _, v in value] if isinstance(value, tuple) else []
            if isinstance(other, Fact) and other.type in ("amount", "steps"):
                borders |= {v for amount in amounts for v in (amount, amount * 12, amount // 12, amount // 12 + 1)}
        if any(world.rulebook.facts[name].id != fact.id and _amount(world, name) for name in unknown):
            borders |= {10_000_00, 120_000_00}
    borders |= set(named(world, fact))
    near = {b + step for b in borders for step in (-1, 0, 1)}
    return {n for n in near | {0, fact.highest, 5000_00, 7000_00} if 0 <= n <= fact.highest}


def named(world: World, fact: Fact) -> Iterator[int]:
    """The figures of the fact's kind of unit that programmes about its subject name."""
    for programme in world.rulebook.programmes.values():
        if programme.kind.id != fact.subject or fact.unit is None:
            continue
        for parameter in programme.parameters.values():
            for _, value in parameter.versions.versions:
                if value.unit is not None and value.unit.same_kind(fact.unit) and value.in_base_units is not None:
                    yield int(value.in_base_units * fact.denominator)


def _amount(world: World, name: str) -> bool:
    fact = world.rulebook.facts[name]
    return isinstance(fact, Fact) and fact.type == "amount" and name not in world.indicators


def possible(world: World, answers: Answers) -> bool:
    """Whether the profile would be taken: dates in order, and rent steps from the first day that counts."""
    in_order, extremes = bounds(world.rulebook)
    for relation in in_order:
        first, last = answers.get(relation.earlier), answers.get(relation.later)
        if isinstance(first, int) and isinstance(last, int) and last < first:
            return False
    for fact in extremes:
        steps, start, end = answers.get(fact.of), answers.get(fact.start), answers.get(fact.end)
        if isinstance(steps, tuple) and isinstance(start, int):
            latest = min(end, fact.last_day) if isinstance(end, int) else fact.last_day
            if max(start, fact.first_day) <= min(latest, steps[0][0] - 1):
                return False
    return True


@cache
def bounds(rulebook: Rulebook) -> tuple[list[NotBeforeRelation], list[ExtremeFact]]:
    """What bounds the answers of a profile, looked up once: completions are very many."""
    relations = (relation for subject in rulebook.subjects.values() for relation in subject.relations)
    return (
        [relation for relation in relations if isinstance(relation, NotBeforeRelation)],
        [fact for fact in rulebook.facts.values() if isinstance(fact, ExtremeFact)],
    )


class Brute:
    """All completions of one profile over the grid."""

    def __init__(
        self, world: World, programme: Programme, answers: Answers, as_of: dt.date, asked: Sequence[str]
    ) -> None:
        self.world, self.programme, self.as_of = world, programme, as_of
        self.answers, self.asked = answers, asked
        program = world.engine.program(programme, as_of)
        evaluate = world.engine.evaluator(program)
        absent = bool(world.barred(programme, answers))
        self.show: Callable[[list[Value]], Shown] = lambda vector: shown(program, evaluate(vector), absent=absent)
        facts = [fact for name in asked if isinstance(fact := world.rulebook.facts[name], Fact)]
        self.values = [grid(world, fact, answers, asked) for fact in facts]

    def __repr__(self) -> str:
        return f"Brute(asked={list(self.asked)}, {self.world.mapping(self.as_of, self.answers)})"

    @property
    def size(self) -> int:
        """How many completions there are."""
        total = 1
        for values in self.values:
            total *= len(values)
        return total

    def completions(self) -> Iterator[tuple[tuple[Answer, ...], Shown]]:
        """Every completion that is possible, with what would be decided."""
        for chosen in product(*self.values):
            completed = {**self.answers, **dict(zip(self.asked, chosen, strict=True))}
            if possible(self.world, completed):
                yield chosen, self.show(self.world.slots(self.programme, completed, self.as_of))

    def missing(self) -> tuple[set[str], set[Shown]]:
        """The facts that alone make a difference somewhere, and all that can be decided."""
        table = dict(self.completions())
        found: set[str] = set()
        for index, name in enumerate(self.asked):
            seen: dict[tuple[Answer, ...], Shown] = {}
            for chosen, answer in table.items():
                rest = chosen[:index] + chosen[index + 1 :]
                if seen.setdefault(rest, answer) != answer:
                    found.add(name)
                    break
        return found, set(table.values())

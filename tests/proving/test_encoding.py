"""The solver's formulas say of every profile what the direct route says, unknown facts and all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.figures import months_later
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.engine import Engine
from relief_engine.proving.kinds import kinds_of
from relief_engine.proving.normal import Terms
from relief_engine.proving.programs import Translation
from relief_engine.proving.records import Side
from relief_engine.proving.sampling import Sampler
from relief_engine.proving.stretches import Stretch, stretches
from relief_engine.rulebook.facts import Encoded
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book

z3 = pytest.importorskip("z3")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_book()


@pytest.fixture(scope="module")
def engine(rulebook: Rulebook) -> Engine:
    return Engine(rulebook)


PROGRAMMES = sorted(shipped_book().programmes)


def pinned(stretch: Stretch, encoding: Any, day: dt.date, answers: dict[str, Encoded]) -> list[Any]:
    """The variables of the solver as a profile has them."""
    variables = encoding.variables
    found = [variables.day == day.toordinal()]
    for fact, value in variables.used.items():
        found.append(variables.known(fact) == (fact in answers))
        answer = answers.get(fact)
        if fact in variables.kinds and isinstance(answer, int):
            answer = variables.kinds[fact].of_code[answer]
        if not isinstance(answer, int):
            # A value that the solver may not look at; fixed, so that products have one value.
            answer = min(variables.possible(fact), default=variables.space.known(fact).lowest)
        found.append(value == answer)
    for (steps, *_), (counted, low, high) in variables.spans.items():
        if steps in answers:
            (stand,) = stretch.stands
            layout = stand.program.layout
            vector = stretch.space.vector(0, layout, day.toordinal(), answers)
            ends = {fact.lowest: vector[slot] for slot, fact, *_ in layout.extremes if fact.of == steps}
            found.append(counted == (ends[True] is not None))
            found += [low == (ends[True] or 0), high == (ends[False] or 0)]
        else:
            found += [low == 0, high == 0]
    return found


@pytest.mark.parametrize("name", PROGRAMMES)
def test_formulas_and_direct_route_agree_on_every_node(engine: Engine, name: str) -> None:
    from relief_engine.proving.smt.domain import Variables
    from relief_engine.proving.smt.encode import Encoding

    side = Side(engine, engine.rulebook.programme(name))
    stretch = list(stretches(None, side))[-1]
    (stand,) = stretch.stands
    kinds = kinds_of(stretch.space, [stand])
    terms = Terms()
    translation = Translation(terms, stand, kinds)
    encoding = Encoding(terms, Variables(stretch.space, kinds, stretch.period, complete=False))
    nodes = stand.program.nodes
    formulas = [
        (encoding.truth if isinstance(node, ir.CONDITIONS) else encoding.number)(term)
        for node, term in zip(nodes, translation.of, strict=True)
    ]
    solver = z3.Solver()
    solver.add(*encoding.variables.valid(), *encoding.functions.axioms, *encoding.functions.monotone())
    run = engine.evaluator(stand.program)
    sampler = Sampler(engine, stand.program, name)
    tried = 0
    for number in range(10):
        sample = sampler.draw(borders=number % 2 == 0)
        if number % 3:
            sample = sampler.hidden(sample)
        if sample.barred:
            continue
        answers = stretch.space.answers(0, stand.program.layout, sample.vector)
        as_of = sample.vector[AS_OF_SLOT]
        assert isinstance(as_of, int)
        day = dt.date.fromordinal(as_of)
        if not stretch.space.valid(answers):
            continue
        tried += 1
        values = run(stretch.space.vector(0, stand.program.layout, as_of, answers))
        fixed = pinned(stretch, encoding, day, answers)
        model = exact(solver, encoding, fixed)
        for index, (node, (one, other)) in enumerate(zip(nodes, formulas, strict=True)):
            first = z3.is_true(model.eval(one, model_completion=True))
            if isinstance(node, ir.CONDITIONS):
                second = z3.is_true(model.eval(other, model_completion=True))
                assert not (first and second)
                got: int | None = ir.MET if first else ir.UNMET if second else ir.UNKNOWN
            else:
                got = model.eval(other, model_completion=True).as_long() if first else None
            assert got == values[index], (index, node, answers)
    assert tried > 4


def exact(solver: Any, encoding: Any, fixed: list[Any]) -> Any:
    """The model at a point, with what products and later days really are there."""
    more: list[Any] = []
    for _ in range(5):
        assert solver.check(*fixed, *more) == z3.sat
        model = solver.model()
        for applied in encoding.functions.applied.values():
            point = [model.eval(operand, model_completion=True).as_long() for operand in applied.operands]
            there = z3.And([operand == value for operand, value in zip(applied.operands, point, strict=True)])
            more.append(z3.Implies(there, applied.result == applied.exact(*point)))
        if all(z3.is_true(model.eval(formula, model_completion=True)) for formula in more):
            return model
    raise AssertionError("no model")


def test_what_is_told_of_later_days_is_true() -> None:
    first, last = dt.date(1900, 1, 1).toordinal(), dt.date(2100, 12, 31).toordinal()
    for months in (*range(-3, 14), 24, 60):
        low, high = sorted((28 * months, 31 * months))
        for day in range(first, last, 13):
            assert low <= months_later(day, months) - day <= high

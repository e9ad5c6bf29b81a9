"""Slots that hold the same in every row are settled when the query is made: the answers stay the same."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.routes.sql.query import answer_bounds, decision_query, slots_read
from relief_engine.routes.sql.render import Renderer
from relief_engine.routes.sql.terms import Terms
from relief_engine.rulebook.programme import Programme
from tests.properties.strategies import RENT, WORLD, ByChance, case
from tests.properties.test_programmes import days_of
from tests.sql.tables import assert_same, duckdb, expected, fetched, loaded

TRUTHS = (True, False, None)


def settled(con: Any, program: ir.Program, vectors: Sequence[Sequence[Value]], chance: random.Random) -> int:
    """Compare answers where some slots are the same in all rows and not even columns; gives how many rows it saw."""
    slots = [slot for slot in slots_read(program) if slot != AS_OF_SLOT]
    fixed: dict[int, int | None] = {}
    for slot in chance.sample(slots, chance.randrange(1, len(slots) + 1)):
        value = chance.choice(vectors)[slot]
        fixed[slot] = value if isinstance(value, int) and chance.random() < 0.5 else None
    changed = [[fixed.get(slot, value) for slot, value in enumerate(vector)] for vector in vectors]
    read = [slot for slot in slots_read(program) if slot not in fixed]
    rows = [(number, *(vector[slot] for slot in read)) for number, vector in enumerate(changed)]
    loaded(con, "slots", ["id BIGINT", *(f"s{slot} BIGINT" for slot in read)], rows)
    query = decision_query(program, "duckdb", "slots", ["id"], fixed=fixed).sql("duckdb")
    found = fetched(con.execute(f"{query} ORDER BY id"))
    assert_same(program, changed, found, expected(program, changed))
    assert_within(found, answer_bounds(program, fixed))
    return len(found)


def assert_within(found: Sequence[Mapping[str, object]], bounds: Mapping[str, tuple[int, int]]) -> None:
    for row in found:
        for name, value in row.items():
            if isinstance(value, int) and name not in ("failed", "unknown", "referred"):
                low, high = bounds[name]
                assert low <= value <= high, (name, value, bounds[name])


@pytest.mark.parametrize(
    ("programme", "rounds"),
    [
        (RENT, 4),
        *(pytest.param(p, 3, marks=pytest.mark.engines) for p in WORLD.rulebook.programmes.values() if p is not RENT),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_answers_with_settled_slots(programme: Programme, rounds: int) -> None:
    chooser, chance = ByChance(f"settled {programme.id}"), random.Random(programme.id)
    drawn = [case(chooser, programme=programme, days=days_of(programme)[-1:]) for _ in range(120)]
    program = drawn[0].program
    vectors = [one.vector for one in drawn if one.program is program]
    with duckdb.connect() as con:
        numbers = [settled(con, program, vectors, chance) for _ in range(rounds)]
    assert min(numbers) > 0


def test_a_roster_without_daily_rents_needs_no_wide_numbers() -> None:
    program = WORLD.engine.program(RENT, dt.date(2022, 6, 15))
    slots = program.layout.slots
    absent = [f"lease.{name}" for name in ("daily_rent_per_m2", "area", "annual_rent", "head_monthly_rent")]
    fixed: dict[int, int | None] = {slots[name]: None for name in absent}
    fixed |= {place: form.otherwise for place, form, _ in program.layout.forms}
    wide, narrow = (decision_query(program, "duckdb", fixed=known).sql("duckdb") for known in ({}, fixed))
    assert "INT128" in wide
    assert "INT128" not in narrow
    assert answer_bounds(program, fixed)["amount"][1] < answer_bounds(program, {})["amount"][1]


def test_conditions_with_what_is_unknown_in_every_row() -> None:
    """Every *and*, *or* and choice of two truths and the unknown, each against Kleene's tables."""
    terms = Terms({"u": None, "k": 3})
    p, q, u = terms.column("p"), terms.column("q"), terms.column("u")
    assert u == terms.unknown
    assert terms.one_of(terms.column("k"), [1, 3]) == terms.true
    one, other = (terms.one_of(column, [1]) for column in (p, q))
    never, ever = terms.all_of([one, u]), terms.any_of([other, u])
    number = terms.number
    shapes = [
        terms.any_of([never, u, other]),
        terms.all_of([ever, u, one]),
        terms.case([(never, number(1)), (one, number(2))], number(3)),
        terms.case([(ever, number(1)), (one, number(2))], u),
        terms.case([(one, number(1)), (other, u)]),
        terms.pick(other, u, number(5)),
    ]
    renderer = Renderer(terms, "duckdb", {})
    listed = ", ".join(renderer.made(term).sql("duckdb") for term in shapes)
    with duckdb.connect() as con:
        for a, b in product(TRUTHS, TRUTHS):
            given = ", ".join("NULL" if value is None else str(int(value)) for value in (a, b))
            found = con.execute(f"SELECT {listed} FROM (VALUES ({given})) AS t(p, q)").fetchone()
            branches = 2 if a else 3, 1 if b else 2 if a else None, 1 if a else None, 5 if b is False else None
            assert found == (b or None, a and None, *branches), (a, b, listed)
    unknown = [
        terms.plus(p, u), terms.minus(u, p), terms.times(number(0), u), terms.over(u, 3), terms.later(u, 2),
        terms.extreme([number(1), u], least=True), terms.compare("<", u, number(1)),
    ]  # fmt: skip
    assert {*unknown} == {terms.unknown}

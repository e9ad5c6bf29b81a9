"""The SQL route on DuckDB says what the direct route says, in every column, for every shipped programme and others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from relief_engine import Engine
from relief_engine.compiled import ir
from relief_engine.compiled.answers import columns
from relief_engine.compiled.layout import Value
from relief_engine.engine.summary import summary
from relief_engine.rulebook.load import shipped_rules
from relief_engine.rulebook.programme import Programme
from relief_engine.testing.cases import find_cases, load_cases
from tests.properties.rules import changed, world_of
from tests.properties.strategies import RENT, WORLD, ByChance, case
from tests.properties.test_programmes import days_of
from tests.sql.tables import answered, assert_same, duckdb, expected

each_programme = pytest.mark.parametrize(
    "programme", WORLD.rulebook.programmes.values(), ids=lambda programme: programme.id
)


@pytest.fixture(scope="module")
def con() -> Iterator[Any]:
    with duckdb.connect() as connection:
        yield connection


def drawn(programme: Programme, number: int, days: list[dt.date]) -> dict[ir.Program, list[list[Value]]]:
    """Vectors with unknown facts and values on borders, by program."""
    chooser = ByChance(f"sql {programme.id}")
    found: dict[ir.Program, list[list[Value]]] = {}
    for _ in range(number):
        one = case(chooser, programme=programme, days=days)
        found.setdefault(one.program, []).append(one.vector)
    return found


@cache
def worked() -> dict[ir.Program, list[list[Value]]]:
    """The vectors of the worked cases that stand beside the rules, by program."""
    found: dict[ir.Program, list[list[Value]]] = {}
    for path in find_cases(shipped_rules()):
        for one in load_cases(path, WORLD.rulebook):
            report = WORLD.engine.decide(one.profile, as_of=one.as_of, programmes=[one.programme])
            for decision in report.decisions:
                if decision.program is not None:
                    found.setdefault(decision.program, []).append(list(decision.slots))
    return found


@pytest.mark.engines
@each_programme
def test_drawn_profiles_and_worked_cases(con: Any, programme: Programme) -> None:
    outcomes: Counter[object] = Counter()
    tried = drawn(programme, 200, days_of(programme)[-1:])
    cases = {program: vectors for program, vectors in worked().items() if program.programme is programme}
    assert cases
    for program in {**tried, **cases}:
        vectors = [*tried.get(program, []), *cases.get(program, [])]
        found = answered(con, program, vectors)
        assert_same(program, vectors, found, expected(program, vectors))
        outcomes.update(row["outcome"] for row in found)
    assert len(outcomes) > 1


def test_many_rents(con: Any) -> None:
    """The rent programme has the most rules: every outcome, ranges, and months that differ come up often."""
    for program, vectors in drawn(RENT, 1_000, [dt.date(2022, 6, 15)]).items():
        found = answered(con, program, vectors)
        assert_same(program, vectors, found, expected(program, vectors))
        assert {row["outcome"] for row in found} == {"eligible", "ineligible", "referred", "undetermined"}
        assert sum(row["amount"] is not None for row in found) > 50
        assert sum(row["amount_low"] is not None for row in found) > 20


@pytest.mark.parametrize(
    ("divisor", "step", "cents"),
    [("360", "0.01", 1), ("366", "0.01", 1), ("30", "0.01", 1), ("366", "0.05", 5), ("30", "1", 100)],
)
def test_rounding_of_ties(con: Any, tmp_path: Path, divisor: str, step: str, cents: int) -> None:
    """Half a step is rounded up; 365 days never make one, these do."""
    rulebook = changed(
        tmp_path,
        ("{value: 365, unit: 天,", f"{{value: {divisor}, unit: 天,"),
        ("rounding: {to: 0.01,", f"rounding: {{to: {step},"),
    )
    engine = Engine(rulebook)
    programme = rulebook.programmes[RENT.id]
    day = dt.date(2022, 6, 15)
    program = engine.program(programme, day)
    slots, chooser = program.layout.slots, ByChance("ties")
    base: list[Value] = []
    while not base:
        one = case(chooser, programme=RENT, days=[day], unknown=0, absent=False, favoured=True)
        own = one.vector[slots["lease.tenancy"]] == 0
        base = one.vector if own and expected(one.program, [one.vector])[0]["amount"] else []
    vectors, ties = [], 0
    for rent in range(1, 2_000):
        vector = list(base)
        for name in ("lease.annual_rent", "lease.daily_rent_per_m2", "lease.area", "lease.rent_steps"):
            vector[slots[name]] = None
        vector[slots["lease.monthly_rent"]] = rent * cents
        # With six months and 366 days there is no tie, with the three of another district there is.
        vector[slots["lease.premises_district"]] = 0 if rent % 2 else base[slots["lease.premises_district"]]
        vector[slots["lease.end"]] = dt.date(2022, 1, 1).toordinal() + rent // 2 % 300
        vector[slots["lease.start"]] = dt.date(2021, 1, 1).toordinal()
        program.layout.derive(vector)
        vectors.append(vector)
    run = engine.evaluator(program)
    money = program.benefit.amount
    assert money is not None
    for vector in vectors:
        numerator = run(vector)[money.figure.low]
        if numerator is not None:
            top, bottom = money.step.as_integer_ratio()
            ties += (2 * numerator * bottom) % (2 * money.figure.denominator * top) == money.figure.denominator * top
    assert ties > 10
    assert_same(program, vectors, answered(con, program, vectors), [summary(program, run(v)) for v in vectors])


def test_random_rules(con: Any, tmp_path: Path) -> None:
    """Programmes that chance wrote: everything that the language has."""
    for number in range(4):
        world = world_of(tmp_path, f"sql {number}")
        (programme,) = world.rulebook.programmes.values()
        chooser = ByChance(f"sql {number}")
        day = dt.date(2022, 6, 1)
        cases = [case(chooser, programme=programme, world=world, days=[day]) for _ in range(150)]
        program = cases[0].program
        vectors = [one.vector for one in cases]
        run = world.engine.evaluator(program)
        wanted = [summary(program, run(vector)) for vector in vectors]
        assert_same(program, vectors, answered(con, program, vectors), wanted)


def test_columns_are_those_of_the_summary() -> None:
    for programme in WORLD.rulebook.programmes.values():
        program = WORLD.engine.program(programme, programme.period.first)
        assert [c.name for c in columns(program)] == list(expected(program, [[None] * program.layout.size])[0])


def test_codes_of_every_kind(con: Any) -> None:
    """Every code of the list, and an unknown one, with figures on every side of the limits."""
    day = dt.date(2022, 6, 15)
    program = WORLD.engine.program(RENT, day)
    slots = program.layout.slots
    figures = [(None, None), (9, 10**7), (60, 4 * 10**9), (99, None), (10**4, 10**15), (None, 10**15), (0, 0)]
    vectors = []
    assert WORLD.codes is not None
    for code in (None, *range(len(WORLD.codes.ids))):
        for employees, revenue in figures if code is None or code % 3 == 0 else figures[code % 7 : code % 7 + 1]:
            vector: list[Value] = [None] * program.layout.size
            vector[0] = day.toordinal()
            vector[slots["applicant.kind"]] = 0
            vector[slots["applicant.industry"]] = code
            vector[slots["applicant.employees"]] = employees
            vector[slots["applicant.revenue"]] = revenue
            vector[slots["applicant.assets"]] = revenue
            program.layout.derive(vector)
            vectors.append(vector)
    assert_same(program, vectors, answered(con, program, vectors), expected(program, vectors))

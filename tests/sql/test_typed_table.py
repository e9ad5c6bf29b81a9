"""The typed table: read into slots exactly, and a row with a value that can't be read is not decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from relief_engine import Engine
from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.errors import InputError
from relief_engine.routes.sql.inputs import inputs
from relief_engine.routes.sql.query import decision_query
from relief_engine.routes.sql.view import places_of, rules_query
from tests.properties.rules import changed
from tests.properties.strategies import RENT, WORLD, ByChance, case
from tests.properties.test_programmes import days_of
from tests.sql.tables import assert_same, duckdb, expected, fetched, loaded, typed_definitions, typed_rows

RELATIONS = [relation for subject in WORLD.rulebook.subjects.values() for relation in subject.relations]
DAY = dt.date(2022, 6, 15)


@pytest.fixture(scope="module")
def con() -> Iterator[Any]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def rents() -> tuple[ir.Program, list[list[Value]]]:
    chooser = ByChance("typed")
    cases = [case(chooser, days=[DAY]) for _ in range(400)]
    return cases[0].program, [one.vector for one in cases]


def test_many_programmes(con: Any) -> None:
    """One day of many programmes, straight from the typed table."""
    for programme in list(WORLD.rulebook.programmes.values())[::3]:
        chooser = ByChance(f"typed {programme.id}")
        day = days_of(programme)[0]
        cases = [case(chooser, programme=programme, days=[day]) for _ in range(60)]
        program, vectors = cases[0].program, [one.vector for one in cases]
        _, rows = typed_rows(program, vectors)
        loaded(con, "given", typed_definitions(program, "duckdb"), rows)
        query = rules_query(program, "duckdb", "given", ["id"], as_of=day, relations=RELATIONS, natural=False)
        found = fetched(con.execute(f"{query.sql('duckdb')} ORDER BY id"))
        assert [row.pop("invalid") for row in found] == [0] * len(found)
        assert_same(program, vectors, found, expected(program, vectors))


def test_natural_columns(con: Any, rents: tuple[ir.Program, list[list[Value]]]) -> None:
    """Yuan and not cents, beside all columns of the table itself."""
    program, vectors = rents
    columns, rows = typed_rows(program, vectors)
    loaded(con, "given", typed_definitions(program, "duckdb"), rows)
    query = rules_query(program, "duckdb", "given", as_of=DAY, relations=RELATIONS).sql("duckdb")
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description]
    assert names[: len(columns) + 1] == ["id", *(column.name for column in columns)]
    granted = 0
    for row, wanted in zip(sorted(cursor.fetchall(), key=itemgetter(0)), expected(program, vectors), strict=True):
        found = dict(zip(names, row, strict=True))
        cents = wanted["amount"]
        granted += isinstance(cents, int) and cents > 0
        assert (found["amount"] is None) == (cents is None)
        assert cents is None or (found["amount"] * 100, found["amount"].as_tuple().exponent) == (cents, -2)
    assert granted > 10


BAD = [
    ("applicant_kind", "Enterprise"),
    ("applicant_kind", ""),
    ("applicant_industry", "9999"),
    ("applicant_industry", "62 10"),
    ("applicant_employees", -1),
    ("applicant_employees", 10**9 + 1),
    ("applicant_revenue", "-0.000001"),
    ("applicant_revenue", "100000000.000001"),
    ("applicant_revenue", "1.0000001"),
    ("applicant_revenue", "nan"),
    ("applicant_revenue", "1e30"),
    ("lease_start", "1899-12-31"),
    ("lease_start", "9999-12-31"),
    ("lease_start", "-infinity"),
    ("lease_end", "2101-01-01"),
    ("lease_end", "infinity"),
    ("lease_monthly_rent", "100.005"),
    ("lease_lowest_step", "5"),
]


def by_the_month(program: ir.Program, vectors: list[list[Value]]) -> list[Value]:
    """An eligible lease whose rent is by the month."""
    rent = program.layout.slots["lease.monthly_rent"]
    answers = zip(vectors, expected(program, vectors), strict=True)
    return next(v for v, row in answers if row["outcome"] == "eligible" and v[rent] is not None)


#: Types that hold such values: of amounts in 万元, of rents and of numbers of people.
@pytest.mark.parametrize("types", [("DOUBLE", "DOUBLE", "BIGINT"), ("DECIMAL(38, 9)", "DECIMAL(38, 9)", "HUGEINT")])
def test_what_cannot_be_read_decides_nothing(
    con: Any, rents: tuple[ir.Program, list[list[Value]]], types: tuple[str, str, str]
) -> None:
    """The same lease over and over, each time with one value that is none."""
    program, vectors = rents
    places = {column.name: place for place, column in enumerate(inputs(program))}
    tried = [(name, value) for name, value in BAD if types[0] == "DOUBLE" or value not in ("nan", "1e30")]
    _, rows = typed_rows(program, [by_the_month(program, vectors)] * (len(tried) + 1))
    # Columns of other types than the contract's, so that such values can be there at all.
    definitions = [
        d.replace("DECIMAL(16, 6)", types[0])
        .replace("lease_monthly_rent DECIMAL(16, 2)", f"lease_monthly_rent {types[1]}")
        .replace("applicant_employees BIGINT", f"applicant_employees {types[2]}")
        for d in typed_definitions(program, "duckdb")
    ]
    loaded(con, "given", definitions, [])
    con.executemany(f"INSERT INTO given VALUES ({', '.join('?' * len(rows[0]))})", rows)
    for number, (name, value) in enumerate(tried, 1):
        con.execute(f"UPDATE given SET {name} = ? WHERE id = ?", [value, number])
    query = rules_query(program, "duckdb", "given", ["id"], as_of=DAY, relations=RELATIONS).sql("duckdb")
    cursor = con.execute(f"{query} ORDER BY id")
    names = [column[0] for column in cursor.description]
    good, *bad = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert good["outcome"] == "eligible"
    for (name, value), row in zip(tried, bad, strict=True):
        assert row.pop("id") is not None
        assert row.pop("outcome") == "invalid", (name, value)
        assert row.pop("invalid") == 1 << places[name], (name, value)
        assert set(row.values()) == {None}, (name, value)


def test_duckdb_computes_with_nothing_that_is_only_compared(rents: tuple[ir.Program, list[list[Value]]]) -> None:
    """Figures that are only held against limits stay in their unit, and texts are looked up without a join."""
    program, _ = rents
    here, there = (rules_query(program, d, "given", as_of=DAY).sql(d) for d in ("duckdb", "postgres"))
    slot = program.layout.slots["applicant.revenue"]
    assert f"(s{slot} >= 500.000000)" in here
    assert f"(s{slot} >= 500000000)" in there
    assert f"TRY_CAST(raw_{slot} AS DECIMAL(18, 6)) AS s{slot}" in here
    rent = program.layout.slots["lease.monthly_rent"]
    assert f"* 100 AS BIGINT) END AS s{rent}" in here, "a rent is computed with"
    assert " IN (" not in here
    assert "LIST_POSITION(" in here
    assert "LIST_POSITION(" not in there


def test_facts_that_contradict_each_other_decide_nothing(con: Any, rents: tuple[ir.Program, list[list[Value]]]) -> None:
    program, vectors = rents
    changes = (
        "lease_start = DATE '2022-05-01', lease_end = DATE '2022-04-30'",
        "lease_annual_rent = 5",
        "lease_rent_steps = TRUE, lease_lowest_step = 6, lease_highest_step = 5, lease_monthly_rent = NULL",
    )
    _, rows = typed_rows(program, [by_the_month(program, vectors)] * len(changes))
    loaded(con, "given", typed_definitions(program, "duckdb"), rows)
    for number, change in enumerate(changes):
        con.execute(f"UPDATE given SET {change} WHERE id = {number}")
    query = rules_query(program, "duckdb", "given", ["id"], as_of=DAY, relations=RELATIONS).sql("duckdb")
    found = con.execute(f"SELECT outcome, invalid FROM ({query}) ORDER BY id").fetchall()
    assert [row[0] for row in found] == ["invalid"] * len(changes)
    # The bits after those of the columns, a different one each time.
    bits = [row[1] for row in found]
    assert min(bits) >= 1 << len(inputs(program))
    assert len({*bits}) == len(changes)


def test_a_figure_too_large_for_any_number_is_refused(tmp_path: Path) -> None:
    rulebook = changed(tmp_path, ("{value: 6, unit: 月,", f"{{value: {10**25}, unit: 月,"))
    program = Engine(rulebook).program(rulebook.programmes[RENT.id], DAY)
    with pytest.raises(InputError) as caught:
        decision_query(program, "duckdb")
    (finding,) = caught.value.findings
    assert finding.code == "sql-figure"
    assert RENT.id in finding.message.zh


def test_more_criteria_than_a_mask_holds_are_refused(rents: tuple[ir.Program, list[list[Value]]]) -> None:
    program, _ = rents
    with pytest.raises(InputError) as caught:
        decision_query(replace(program, criteria=program.criteria * 9), "duckdb")
    assert [finding.code for finding in caught.value.findings] == ["sql-mask"]


@pytest.mark.parametrize(("denominator", "places"), [(1, 0), (5, 1), (100, 2), (4000, 5), (3, None), (30000, None)])
def test_decimals_of_a_denominator(denominator: int, places: int | None) -> None:
    assert places_of(denominator) == places

"""The typed table: read into slots exactly, and a row with a value that can't be read is not decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.errors import InputError
from relief_engine.routes.sql.inputs import inputs
from relief_engine.routes.sql.query import decision_query
from relief_engine.routes.sql.view import places_of, rules_query
from tests.properties.drawing import ByChance
from tests.properties.strategies import RENT, WORLD, case
from tests.properties.test_programmes import days_of
from tests.sql.tables import assert_same, duckdb, expected, fetched, loaded, typed_definitions, typed_rows

RELATIONS = [relation for subject in WORLD.rulebook.subjects.values() for relation in subject.relations]
DAY = dt.date(2022, 6, 15)


@pytest.fixture(scope="module")
def con() -> Any:
    return duckdb.connect()


@pytest.fixture(scope="module")
def rents() -> tuple[ir.Program, list[list[Value]]]:
    chooser = ByChance("typed")
    cases = [case(chooser, days=[DAY]) for _ in range(400)]
    return cases[0].program, [one.vector for one in cases]


def test_every_programme(con: Any) -> None:
    """One day of each programme, straight from the typed table."""
    for programme in WORLD.rulebook.programmes.values():
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
    cursor = con.execute(f"{query} ORDER BY id")
    names = [column[0] for column in cursor.description]
    assert names[: len(columns) + 1] == ["id", *(column.name for column in columns)]
    granted = 0
    for row, wanted in zip(cursor.fetchall(), expected(program, vectors), strict=True):
        found = dict(zip(names, row, strict=True))
        cents = wanted["amount"]
        granted += isinstance(cents, int) and cents > 0
        assert (found["amount"] is None) == (cents is None)
        assert cents is None or (found["amount"] * 100, found["amount"].as_tuple().exponent) == (cents, -2)
    assert granted > 10


@pytest.mark.parametrize(
    ("name", "value"),
    [
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
        ("lease_end", "2101-01-01"),
        ("lease_monthly_rent", "100.005"),
        ("lease_lowest_step", "5"),
    ],
)
def test_what_cannot_be_read_decides_nothing(
    con: Any, rents: tuple[ir.Program, list[list[Value]]], name: str, value: object
) -> None:
    program, vectors = rents
    decided = [v for v, row in zip(vectors, expected(program, vectors), strict=True) if row["outcome"] == "eligible"]
    places = {column.name: place for place, column in enumerate(inputs(program))}
    _, rows = typed_rows(program, decided[:1])
    # Columns of other types than the contract's, so that such values can be there at all.
    definitions = [
        d.replace("DECIMAL(16, 6)", "DOUBLE").replace("lease_monthly_rent DECIMAL(16, 2)", "lease_monthly_rent DOUBLE")
        for d in typed_definitions(program, "duckdb")
    ]
    loaded(con, "given", [*definitions[:1]], [])
    loaded(con, "given", definitions, [])
    con.execute(f"INSERT INTO given VALUES ({', '.join('?' * len(rows[0]))})", list(rows[0]))
    query = rules_query(program, "duckdb", "given", ["id"], as_of=DAY, relations=RELATIONS).sql("duckdb")

    def answer() -> dict[str, Any]:
        cursor = con.execute(query)
        return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))

    assert answer()["outcome"] == "eligible"
    con.execute(f"UPDATE given SET {name} = ?", [value])
    found = answer()
    assert found.pop("id") == 0
    assert found.pop("outcome") == "invalid"
    assert found.pop("invalid") & (1 << places[name])
    assert set(found.values()) == {None}


def test_facts_that_contradict_each_other_decide_nothing(con: Any, rents: tuple[ir.Program, list[list[Value]]]) -> None:
    program, vectors = rents
    decided = [v for v, row in zip(vectors, expected(program, vectors), strict=True) if row["outcome"] == "eligible"]
    _, rows = typed_rows(program, decided[:1])
    query = rules_query(program, "duckdb", "given", ["id"], as_of=DAY, relations=RELATIONS).sql("duckdb")
    for change in (
        "lease_start = DATE '2022-05-01', lease_end = DATE '2022-04-30'",
        "lease_annual_rent = 5, lease_monthly_rent = 5, lease_daily_rent_per_m2 = NULL, lease_area = NULL",
        "lease_rent_steps = TRUE, lease_lowest_step = 6, lease_highest_step = 5, lease_monthly_rent = NULL",
    ):
        loaded(con, "given", typed_definitions(program, "duckdb"), rows)
        con.execute(f"UPDATE given SET {change}")
        (found,) = con.execute(f"SELECT outcome, invalid FROM ({query})").fetchall()
        assert found[0] == "invalid", change
        assert found[1].bit_length() > len(inputs(program)), change


def test_a_figure_too_large_for_any_number_is_refused(tmp_path: Any) -> None:
    from relief_engine import Engine
    from tests.properties.rules import changed

    rulebook = changed(tmp_path, ("{value: 365, unit: 天,", f"{{value: {10**30 + 1}, unit: 天,"))
    program = Engine(rulebook).program(rulebook.programmes[RENT.id], DAY)
    try:
        decision_query(program, "duckdb")
    except InputError as error:
        (finding,) = error.findings
        assert finding.code == "sql-figure"
        assert RENT.id in finding.message.zh
    else:
        # The divisor is cancelled branch by branch; what is computed stays small.
        assert program.nodes


@pytest.mark.parametrize(("denominator", "places"), [(1, 0), (5, 1), (100, 2), (4000, 5), (3, None), (30000, None)])
def test_decimals_of_a_denominator(denominator: int, places: int | None) -> None:
    assert places_of(denominator) == places

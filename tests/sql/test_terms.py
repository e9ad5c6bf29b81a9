"""Single terms in DuckDB against the arithmetic that the routes share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.figures import months_later, overlap
from relief_engine.routes.sql.money import Leaf, cents
from relief_engine.routes.sql.nodes import Written
from relief_engine.routes.sql.render import Renderer
from relief_engine.routes.sql.terms import NARROW, Terms, TooLargeError
from relief_engine.rulebook.facts import OPEN_END
from tests.properties.strategies import RENT, WORLD
from tests.sql.tables import duckdb, loaded


def computed(terms: Terms, term: int, name: str, values: list[int | None]) -> list[int | None]:
    """The values of a term over one column."""
    found = Renderer(terms, "duckdb", {}).made(term).sql("duckdb")
    with duckdb.connect() as con:
        loaded(con, "t", ["row_number BIGINT", "s BIGINT"], list(enumerate(values)))
        rows = con.execute(
            f"SELECT {found} FROM (SELECT row_number, s AS {name} FROM t) ORDER BY row_number"
        ).fetchall()
    return [None if row[0] is None else int(row[0]) for row in rows]


@pytest.mark.parametrize("months", [0, 1, 2, 12, 37, -1, -25])
def test_months_later(months: int) -> None:
    first, last = dt.date(1900, 1, 1).toordinal(), dt.date(2100, 12, 31).toordinal()
    days = [*range(first, last, 97), *(dt.date(2023, 12, 25).toordinal() + n for n in range(80)), last, OPEN_END]
    terms = Terms()
    term = terms.later(terms.column("day", (first, OPEN_END)), months)
    assert computed(terms, term, "day", [*days, None]) == [*(months_later(day, months) for day in days), None]


@pytest.mark.parametrize("step", ["0.01", "0.05", "1", "0.1", "100"])
@pytest.mark.parametrize("denominator", [360, 366, 30, 36600, 1])
@pytest.mark.parametrize("factor", [1, 7, -3])
def test_rounding(step: str, denominator: int, factor: int) -> None:
    """Half up is away from zero, on both sides of it."""
    written = Written(WORLD.engine.program(RENT, dt.date(2022, 6, 15)))
    figure = written.terms.column("v", (-(10**6), 10**6))
    term = cents(written, Leaf(factor, (figure,)), denominator, Decimal(step))
    values = [*range(-740, 740, 1), 10**6, -(10**6)]
    wanted = [ir.rounded(factor * value, denominator, Decimal(step)) for value in values]
    assert computed(written.terms, term, "v", [*values, None]) == [*wanted, None]


def test_days_of_a_window() -> None:
    written = Written(WORLD.engine.program(RENT, dt.date(2022, 6, 15)))
    terms = written.terms
    first, last = 1000, 1365
    end = terms.column("day", (0, OPEN_END))
    term = written._days(terms.number(1100), end, first, last)
    values = [0, 999, 1000, 1099, 1100, 1101, 1364, 1365, 1366, OPEN_END]
    assert computed(terms, term, "day", [*values, None]) == [*(overlap(1100, v, first, last) for v in values), None]


def test_extremes_are_unknown_as_soon_as_a_part_is() -> None:
    terms = Terms()
    column = terms.column("v", (0, 100))
    least = terms.extreme([column, terms.number(7), terms.times(column, terms.number(2))], least=True)
    most = terms.extreme([column, terms.number(7)], least=False)
    assert computed(terms, least, "v", [0, 3, 50, None]) == [0, 3, 7, None]
    assert computed(terms, most, "v", [0, 3, 50, None]) == [7, 7, 50, None]


def test_wide_numbers_are_exact_and_too_wide_ones_are_refused() -> None:
    terms = Terms()
    column = terms.column("v", (0, NARROW))
    square = terms.times(column, column)
    term = terms.over(terms.plus(square, terms.number(1)), 10**9)
    values = [0, 10**12 + 7, NARROW]
    assert computed(terms, term, "v", list(values)) == [(value * value + 1) // 10**9 for value in values]
    with pytest.raises(TooLargeError):
        terms.times(square, column)

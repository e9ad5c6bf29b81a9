"""What a database reads in a cell is what the readers of profiles read in it; whatever else it leaves to them."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from relief_engine.profile.values import BadValue, reader
from relief_engine.profile.words import code_list
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.units import PURE

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (relief-engine[tables])")
sqlglot = pytest.importorskip("sqlglot", reason="sqlglot is not installed (relief-engine[tables])")

from sqlglot import exp  # noqa: E402

from relief_engine.roster.bulk import plain  # noqa: E402
from tests.books import shipped_book  # noqa: E402

RULEBOOK = shipped_book()
TEXTS = (
    "是", "否", "yes", "No", "TRUE", " 是", "通州", "通州区", "通洲区", "30", "30.5", "30.555", "0", "-1", "1e3",
    "30,000", "1,2", "800万元", "1000000000000", "1000000000001", "999999999999.99", "0.01", "0.001", "007", "２",
    "2022-06-01", "2022-6-1", "2022-02-30", "1899-12-31", "1900-01-01", "2100-12-31", "2101-01-01", "open", "长期",
    "无", "not_available", "", "  ", "\u3000", "企业", "enterprise", "小型", "6210", "x" * 201, "a\tb", "a\x07b",
    "运河小馆", "91110112MA01ABCD0X", "9999999999999.9999",
)  # fmt: skip
NUMBERS = (0, 1, 30, 10**9, 10**9 + 1, 10**12, 10**12 + 1, -1, 2**62)
FLOATS = (
    0.0,
    1.0,
    30.5,
    0.1 + 0.2,
    1e12,
    1e15,
    0.001,
    0.005,
    123456789.12,
    1234567890123.45,
    -0.5,
    1e300,
    800.123456,
    1 / 3,
    float("nan"),
)
DECIMALS = tuple(map(Decimal, ("0.00", "0.01", "30.50", "999999999999.99", "1000000000000.00", "-1.00", "12345.67")))
DAYS = (dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(2022, 6, 1), dt.date(2100, 12, 31), dt.date(2101, 1, 1))
MOMENTS = tuple(
    dt.datetime.combine(day, time) for day in DAYS for time in (dt.time(), dt.time(0, 0, 0, 1), dt.time(12))
)
COLUMNS = {
    "varchar": TEXTS,
    "boolean": (True, False),
    "bigint": NUMBERS,
    "double": FLOATS,
    "decimal(18, 2)": DECIMALS,
    "date": DAYS,
    "timestamp": MOMENTS,
    "timestamp_ns": MOMENTS,
}


def ordinal(day: exp.Expr) -> exp.Expr:
    first = exp.cast(exp.Literal.string("0001-01-01"), "date")
    return exp.Add(this=exp.DateDiff(this=day, expression=first, unit=exp.var("day")), expression=exp.Literal.number(1))


def facts() -> Iterator[Fact]:
    """One fact of each type and unit, and those that may be open or have a limit of their own."""
    seen = set()
    for fact in RULEBOOK.facts.values():
        if isinstance(fact, Fact):
            sort = (
                fact.type,
                fact.unit,
                fact.open_ended,
                fact.highest,
                None if fact.domain is None else fact.domain.name,
            )
            if sort not in seen:
                seen.add(sort)
                yield fact


FACTS = tuple(facts())


@pytest.fixture(scope="module")
def cells() -> Iterator[Any]:
    """A database with a table of each kind of column: the same cells for all facts."""
    with duckdb.connect() as database:
        for kind, written in COLUMNS.items():
            database.execute(f'CREATE TABLE "{kind}" (c {kind})')
            database.executemany(f'INSERT INTO "{kind}" VALUES (?)', [[cell] for cell in written])
        yield database


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_a_cell_is_read_alike_or_not_at_all(cells: Any, fact: Fact, kind: str) -> None:
    read = reader(fact, code_list(RULEBOOK))
    type_ = exp.DataType.build(kind, dialect="duckdb")
    cell = exp.column("c")
    factor = (fact.unit or PURE).scale * fact.denominator if fact.type in ("count", "amount", "number") else Fraction(1)
    value = plain.encoded(fact, cell, type_, factor, ordinal)
    filled = plain.given(cell, type_)
    refusable = plain.strange_text(fact, cell, type_) if fact.type in ("text", "credit_code") else exp.false()
    query = exp.select(value or exp.null(), filled, refusable or exp.false()).from_(
        exp.Table(this=exp.to_identifier(kind, quoted=True))
    )
    answers = cells.execute(query.sql(dialect="duckdb")).fetchall()
    for written, (found, is_given, refused) in zip(COLUMNS[kind], answers, strict=True):
        try:
            expected = None if written != written else read(written)
        except BadValue:
            expected = ()
        if fact.type in ("text", "credit_code"):
            assert refused or expected != (), (written, "a bad text is taken")
        elif found is not None:
            assert found == expected, written
        if not is_given:
            assert expected is None, written


@pytest.mark.parametrize(
    ("fact", "kind", "written"),
    [
        ("applicant.kind", "varchar", "企业"),
        ("lease.tenancy", "varchar", "direct"),
        ("applicant.registered_in_beijing", "varchar", "是"),
        ("applicant.registered_in_beijing", "boolean", True),
        ("applicant.employees", "bigint", 30),
        ("applicant.employees", "double", 30.0),
        ("applicant.revenue", "varchar", "800.123456"),
        ("lease.monthly_rent", "decimal(18, 2)", Decimal("30000.50")),
        ("lease.monthly_rent", "double", 30000.55),
        ("lease.start", "date", dt.date(2022, 6, 1)),
        ("lease.start", "timestamp", dt.datetime(2022, 6, 1)),
        ("lease.start", "timestamp_ns", dt.datetime(2022, 6, 1)),
        ("lease.end", "varchar", "open"),
        ("lease.end", "varchar", "2022-12-31"),
    ],
)
def test_what_is_plain_is_read_at_once(fact: str, kind: str, written: object) -> None:
    known = RULEBOOK.facts[fact]
    assert isinstance(known, Fact)
    factor = known.unit.scale * known.denominator if known.unit is not None else Fraction(1)
    value = plain.encoded(known, exp.column("c"), exp.DataType.build(kind, dialect="duckdb"), factor, ordinal)
    assert value is not None
    database = duckdb.connect()
    database.execute(f"CREATE TABLE t (c {kind})")
    database.execute("INSERT INTO t VALUES (?)", [written])
    found = database.execute(exp.select(value).from_("t").sql(dialect="duckdb")).fetchone()
    assert found == (reader(known, code_list(RULEBOOK))(written),)

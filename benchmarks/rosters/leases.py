"""Big rosters of leases as parquet: natural values under the Chinese headers that the facts of a rulebook declare.

The same number of a row always gives the same row, on every machine and in every version of DuckDB: the values come
from whole-number arithmetic alone. A tenth of all cells is empty; a third of the figures stands on a limit of a size
table or one step beside it; one lease in ten touches an edge of the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from relief_engine import Rulebook
from relief_engine.rulebook.facts import Fact

if TYPE_CHECKING:
    import duckdb

Usual = Mapping[str, tuple[object, int]]
#: The header of the column that numbers the rows; no fact has it, so it is carried through.
KEY = "序号"
#: How many cells in a hundred are empty.
EMPTY = 10
#: A prime below 2³¹, so that products of two residues fit 64 bits.
_PRIME = 2_147_483_647
#: A whole number from 0 up to ``n``, for row ``i`` and salt ``k``: products and sums modulo a prime.
_MIX = f"""
CREATE OR REPLACE TEMP MACRO mix(i, k, n) AS
  (((((i * 48271 + k * 69621 + 12345) % {_PRIME}) * ((i * 16807 + k * 40692 + 977) % {_PRIME}) % {_PRIME} + k)
    * 39373 + 271) % {_PRIME}) % n
"""
#: Leases at the edges of the year 2022: first and last day.
_EDGES = (
    ("2021-01-01", "2021-12-31"),
    ("2021-01-01", "2022-01-01"),
    ("2022-12-31", "2023-12-30"),
    ("2023-01-01", "2023-12-31"),
    ("2022-02-28", "2022-03-01"),
    ("2019-02-28", "2030-03-01"),
    ("2022-01-01", "2022-12-31"),
)
#: The salt that the two days of a lease share.
_LEASE = 7001
#: The facts of the shipped rent programme that the roster of a property unit has.
SHIPPED = (
    "applicant.kind",
    "applicant.industry",
    "applicant.employees",
    "applicant.revenue",
    "applicant.assets",
    "applicant.in_small_micro_directory",
    "applicant.registered_in_beijing",
    "applicant.pays_tax_in_beijing",
    "lease.owner_kind",
    "lease.owner_is_listed_company",
    "lease.premises_district",
    "lease.tenancy",
    "lease.start",
    "lease.end",
    "lease.monthly_rent",
    "lease.has_rent_free_period",
)  # fmt: skip
#: What most rows have, so that not all of them are refused or referred: the value, and in how many of a hundred rows.
_USUAL: Usual = {
    "applicant.kind": ("enterprise", 75),
    "applicant.is_individual_business": (False, 85),
    "applicant.in_small_micro_directory": (True, 30),
    "lease.owner_kind": ("district_state_owned_enterprise", 80),
    "lease.owner_is_listed_company": (False, 97),
    "lease.premises_district": ("通州区", 70),
    "lease.tenancy": ("direct", 90),
    "lease.has_rent_free_period": (False, 95),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, the fact it gives (None: the key), its SQL type, and its values as SQL over ``i``."""

    header: str
    fact: Fact | None
    type: str
    values: str


def columns(
    rulebook: Rulebook, facts: Sequence[str] | None = None, *, empty: int = EMPTY, usual: Usual | None = None
) -> tuple[Column, ...]:
    """The key and a column for each fact, or for every fact of applicants and leases that is no text.

    ``empty`` is how many cells in a hundred are empty; ``usual`` adds to what most rows have.
    """
    shares = {**_USUAL, **(usual or {})}
    known = [f for f in rulebook.facts.values() if isinstance(f, Fact) and f.subject in ("applicant", "lease")]
    chosen = [f for f in known if (f.id in facts if facts is not None else f.type not in ("text", "credit_code"))]
    found = [Column(KEY, None, "BIGINT", "i")]
    for number, fact in enumerate(chosen, start=1):
        column = _column(rulebook, fact, shares.get(fact.id), number * 101)
        kept = f"CASE WHEN mix(i, {number * 101 + 50}, 100) >= {empty} THEN {column.values} END"
        found.append(replace(column, values=f"CAST({kept} AS {column.type})"))
    return tuple(found)


def query(columns: Sequence[Column], first: int, count: int) -> str:
    """The rows ``first`` up to ``first + count`` as a query; :data:`_MIX` must be defined."""
    listed = ",\n  ".join(f'{column.values} AS "{column.header}"' for column in columns)
    return f"SELECT\n  {listed}\nFROM range({first}, {first + count}) AS rows(i)"


def write(path: Path, columns: Sequence[Column], count: int, first: int = 0) -> None:
    """A roster of ``count`` rows as parquet."""
    connection = connect()
    connection.execute(f"COPY ({query(columns, first, count)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    connection.close()


def rows(columns: Sequence[Column], first: int, count: int) -> Iterator[tuple[object, ...]]:
    """Some rows as Python values, in order."""
    connection = connect()
    result = connection.execute(f'{query(columns, first, count)} ORDER BY "{KEY}"')
    while some := result.fetchmany(10_000):
        yield from some
    connection.close()


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that knows the arithmetic of the rosters."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(_MIX)
    return connection


# --- the values of one fact -------------------------------------------------------------------------------------


def _column(rulebook: Rulebook, fact: Fact, usual: tuple[object, int] | None, salt: int) -> Column:
    header = fact.headers[0]
    match fact.type:
        case "yes_no":
            value, share = usual or (True, 70)
            return Column(header, fact, "BOOLEAN", f"(mix(i, {salt}, 100) < {share}) = {str(value).upper()}")
        case "choice":
            assert fact.domain is not None
            drawn = _one_of([f"'{name}'" for name in fact.domain.ids], salt)
            if usual is not None:
                value, share = usual
                drawn = f"CASE WHEN mix(i, {salt + 1}, 100) < {share} THEN '{value}' ELSE {drawn} END"
            return Column(header, fact, "VARCHAR", drawn)
        case "industry_code":
            return Column(header, fact, "VARCHAR", _code(rulebook, salt))
        case "date":
            return Column(header, fact, "DATE", _date(fact.name == "start", salt))
        case "count":
            return Column(header, fact, "BIGINT", _figure(rulebook, fact, salt))
        case _:
            return Column(header, fact, _decimal(fact), _figure(rulebook, fact, salt))


def _decimal(fact: Fact) -> str:
    """As many decimals as a value of the fact can have: 万元 to the cent are six."""
    scale = 1 if fact.unit is None else fact.unit.scale
    digits = len(str(int(scale * fact.denominator))) - 1
    return f"DECIMAL(18, {digits})"


def _one_of(values: Sequence[str], salt: int) -> str:
    return f"[{', '.join(values)}][1 + mix(i, {salt}, {len(values)})]"


def _code(rulebook: Rulebook, salt: int) -> str:
    """Mostly a finest code; where the list has levels, one in twenty is coarser."""
    (listed,) = rulebook.standards.code_lists.values()
    finest = [f"'{listed.ids[position]}'" for position in listed.leaves(None)]
    coarser = [f"'{code}'" for position, code in enumerate(listed.ids) if listed.children(position)]
    drawn = _one_of(finest, salt)
    return (
        f"CASE WHEN mix(i, {salt + 1}, 100) < 95 THEN {drawn} ELSE {_one_of(coarser, salt)} END" if coarser else drawn
    )


def _figure(rulebook: Rulebook, fact: Fact, salt: int) -> str:
    """Three in five as small as most tenants are, the rest of any size, a third on a limit or a step beside it."""
    small, large, digits = (121, 2_501, 0) if fact.type == "count" else (300_001, 25_000_001, 2)
    drawn = f"CASE WHEN mix(i, {salt}, 100) < 60 THEN mix(i, {salt + 1}, {small}) ELSE mix(i, {salt + 2}, {large}) END"
    limits = sorted({str(int(bound * 10**digits)) for bound in _limits(rulebook, fact)})
    if limits:
        beside = f"{_one_of(limits, salt + 4)} + mix(i, {salt + 5}, 3) - 1"
        drawn = f"CASE WHEN mix(i, {salt + 3}, 3) = 0 THEN {beside} ELSE {drawn} END"
    return drawn if digits == 0 else f"CAST({drawn} AS DECIMAL(16, 0)) * CAST(0.01 AS DECIMAL(2, 2))"


def _limits(rulebook: Rulebook, fact: Fact) -> list[Fraction]:
    """The limits of all size tables for a fact, in its own unit."""
    scale = fact.denominator * (1 if fact.unit is None else fact.unit.scale)
    return [
        Fraction(bound) / scale
        for editions in rulebook.standards.size_tables.values()
        for table in editions.values()
        for size in table.facts
        for indicator, known in size.indicators
        if known == fact.id
        for row in table.rows
        for limit in row.limits
        if limit.indicator == indicator
        for bound in limit.bounds
    ]


def _date(first: bool, salt: int) -> str:
    """The first or last day of a lease: half of the leases cover the year, one in ten touches its edge."""
    kind = f"mix(i, {_LEASE}, 100)"
    edge = _one_of([f"DATE '{start if first else end}'" for start, end in _EDGES], _LEASE + 1)
    begins = f"(DATE '2020-01-01' + CAST(mix(i, {_LEASE + 2}, 1201) AS INTEGER))"
    drawn = begins if first else f"({begins} + CAST(mix(i, {_LEASE + 3}, 1501) AS INTEGER))"
    whole = f"DATE '{2019 if first else 2023}-01-01' + CAST(mix(i, {salt}, 1000) AS INTEGER)"
    return f"CASE WHEN {kind} < 50 THEN {whole} WHEN {kind} < 60 THEN {edge} ELSE {drawn} END"

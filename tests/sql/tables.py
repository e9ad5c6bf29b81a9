"""Rows for the SQL route: drawn vectors as columns of slots, and as the typed table that an approval system keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.engine.summary import Cell, columns, summary
from relief_engine.routes.sql.inputs import Input, inputs, sql_type
from relief_engine.routes.sql.query import decision_query, slots_read
from relief_engine.routes.sql.render import Dialect
from tests.properties.strategies import WORLD

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")

Row = Mapping[str, Cell]


def slot_rows(program: ir.Program, vectors: Sequence[Sequence[Value]]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns of encoded slots, and a row for each vector, numbered in ``id``."""
    slots = slots_read(program)
    return ["id", *(f"s{slot}" for slot in slots)], [
        (number, *(vector[slot] for slot in slots)) for number, vector in enumerate(vectors)
    ]


def typed_rows(program: ir.Program, vectors: Sequence[Sequence[Value]]) -> tuple[list[Input], list[tuple[Any, ...]]]:
    """The columns of the typed table, and a row for each vector, numbered in ``id``."""
    found = inputs(program)
    return list(found), [
        (number, *(typed(column, vector[column.slot]) for column in found)) for number, vector in enumerate(vectors)
    ]


def typed(column: Input, value: Value) -> object:
    """An encoded value as it stands in the typed table."""
    if column.type == "steps":
        return value is not None
    if not isinstance(value, int):
        return None
    match column.type:
        case "yes_no":
            return bool(value)
        case "choice":
            domain = getattr(column.fact, "domain", None)
            return domain.ids[value] if domain is not None else None
        case "industry_code":
            return WORLD.codes.ids[value] if WORLD.codes is not None else None
        case "date":
            return dt.date.fromordinal(value)
        case "count":
            return value
        case _:
            return Decimal(value).scaleb(-column.decimals)


def loaded(con: Any, name: str, definitions: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table of a DuckDB connection, made anew; a definition is a name and a type."""
    con.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(definitions)})")
    if rows:
        names = [definition.partition(" ")[0] for definition in definitions]
        con.register("incoming", arrow(names, definitions, rows))
        con.execute(f"INSERT INTO {name} SELECT * FROM incoming")
        con.unregister("incoming")


def arrow(names: Sequence[str], definitions: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:
    """Rows as an Arrow table of the types that the definitions name."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    kinds = {
        "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "TEXT": pa.string(), "STRING": pa.string(), "DATE": pa.date32(),
        "DOUBLE": pa.float64(),
    }  # fmt: skip
    fields = {}
    for name, definition, column in zip(names, definitions, zip(*rows, strict=True), strict=True):
        kind = definition.partition(" ")[2]
        if kind.startswith("DECIMAL"):
            precision, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
            fields[name] = pa.array(column, pa.decimal128(int(precision), int(scale)))
        else:
            fields[name] = pa.array(column, kinds[kind])
    return pa.table(fields)


def slot_definitions(program: ir.Program) -> list[str]:
    return ["id BIGINT", *(f"s{slot} BIGINT" for slot in slots_read(program))]


def typed_definitions(program: ir.Program, dialect: Dialect) -> list[str]:
    return ["id BIGINT", *(f"{column.name} {sql_type(column, dialect)}" for column in inputs(program))]


def whole(names: Sequence[str], row: Sequence[object]) -> dict[str, Cell]:
    """A row of answers with every figure as an ``int``, whatever type a database gives it."""
    found: dict[str, Cell] = {}
    for name, value in zip(names, row, strict=True):
        if value is None or isinstance(value, str):
            found[name] = value
        else:
            assert isinstance(value, int | Decimal), (name, value)
            assert value == int(value), (name, value)
            found[name] = int(value)
    return found


def answered(con: Any, program: ir.Program, vectors: Sequence[Sequence[Value]]) -> list[dict[str, Cell]]:
    """What the query from slots to answers says in DuckDB."""
    _, rows = slot_rows(program, vectors)
    loaded(con, "slots", slot_definitions(program), rows)
    query = decision_query(program, "duckdb", "slots", ["id"]).sql("duckdb")
    return fetched(con.execute(f"{query} ORDER BY id"))


def fetched(cursor: Any) -> list[dict[str, Cell]]:
    names = [column[0] for column in cursor.description]
    found = [whole(names, row) for row in cursor.fetchall()]
    for row in found:
        del row["id"]
    return found


def expected(program: ir.Program, vectors: Sequence[Sequence[Value]]) -> list[dict[str, Cell]]:
    """What the direct route says."""
    run = WORLD.engine.evaluator(program)
    return [summary(program, run(vector)) for vector in vectors]


def assert_same(
    program: ir.Program, vectors: Sequence[Sequence[Value]], found: Sequence[Row], wanted: Sequence[Row]
) -> None:
    """Every row says the same in every column; a failure shows the columns and the slots that are read."""
    assert len(found) == len(wanted)
    assert list(found[0]) == [column.name for column in columns(program)]
    for vector, here, there in zip(vectors, found, wanted, strict=True):
        if dict(here) != dict(there):
            differ = {name: (here[name], there[name]) for name in here if here[name] != there[name]}
            read = {slot: vector[slot] for slot in slots_read(program)}
            raise AssertionError(f"{program.programme.id}: {differ}, slots {read}")

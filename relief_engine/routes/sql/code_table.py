"""SQL route: the table of codes, written into the query itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from relief_engine.routes.sql.codes import Codes, Entry
from relief_engine.routes.sql.figures import Scales, decimal
from relief_engine.routes.sql.render import Dialect, cast


def code_table(codes: Codes, dialect: Dialect, scales: Scales) -> exp.Select:
    """The table of codes as a query over fixed rows: ``code``, ``position`` and the columns of the tests.

    Many codes are alike: each names the row, of a second and short list, that says what the tests ask. Columns in
    ``scales`` are figures in their own unit.
    """
    kinds = list(zip(*codes.columns.values(), strict=True))
    rows = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    listed = [(code, place, rows[kind]) for place, (code, kind) in enumerate(zip(codes.listed.ids, kinds, strict=True))]
    alike = exp.EQ(this=exp.column("alike", table="listed"), expression=exp.column("alike", table="told"))
    names = list(codes.columns)
    told = [
        (number, *(_limit(value, scales.get(name)) for name, value in zip(names, kind, strict=True)))
        for kind, number in rows.items()
    ]
    source = (
        _split("listed", listed) if dialect == "duckdb" else _fixed("listed", ["code", "position", "alike"], listed)
    )
    return (
        exp.select(*map(exp.column, ("code", "position", *names)))
        .from_(source)
        .join(_fixed("told", ["alike", *names], told), on=alike)
    )


def _split(name: str, rows: Sequence[tuple[str, int, int]]) -> exp.Subquery:
    """Codes, positions and numbers of rows, each column as one text: DuckDB binds thousands of literals slowly."""

    def texts(column: int) -> exp.Expr:
        text = exp.Literal.string(" ".join([str(row[column]) for row in rows]))
        return exp.Anonymous(this="STRING_SPLIT", expressions=[text, exp.Literal.string(" ")])

    def unnested(values: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="UNNEST", expressions=[values])

    columns = [
        exp.alias_(unnested(texts(0)), "code"),
        exp.alias_(unnested(cast(texts(1), "BIGINT[]")), "position"),
        exp.alias_(unnested(cast(texts(2), "BIGINT[]")), "alike"),
    ]
    return exp.select(*columns).subquery(name)


def _limit(value: Entry, decimals: int | None) -> Entry | exp.Expr:
    return value if decimals is None or value is None else decimal(value, decimals)


def _fixed(name: str, columns: Sequence[str], rows: Sequence[Sequence[str | Entry | exp.Expr]]) -> exp.Values:
    return exp.Values(
        expressions=[exp.Tuple(expressions=[_value(value) for value in row]) for row in rows],
        alias=exp.TableAlias(this=exp.to_identifier(name), columns=[exp.to_identifier(column) for column in columns]),
    )


def _value(value: str | Entry | exp.Expr) -> exp.Expr:
    match value:
        case exp.Expr():
            return value
        case None:
            return exp.Null()
        case bool():
            return exp.Boolean(this=value)
        case str():
            return exp.Literal.string(value)
        case _:
            return exp.Literal.number(value)

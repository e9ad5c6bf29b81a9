"""SQL route: the query from columns of slots to answers.

What it is made of stands in the other modules: ``terms`` (small expressions, with bounds), ``codes``, ``nodes``,
``money`` and ``answers`` (a program as terms), ``layers`` (what becomes a column), ``render`` (terms in a dialect),
``code_table``. ``inputs`` and ``facts`` are the typed table and what is read from it, ``view`` both together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.compiled.answers import Column
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.routes.sql.answers import Answers, Output
from relief_engine.routes.sql.code_table import code_table
from relief_engine.routes.sql.codes import Codes
from relief_engine.routes.sql.figures import scales
from relief_engine.routes.sql.held import held
from relief_engine.routes.sql.inputs import Input
from relief_engine.routes.sql.layers import Layers
from relief_engine.routes.sql.nodes import slots_read, too_large
from relief_engine.routes.sql.render import (
    BROAD,
    Dialect,
    Renderer,
    TooWideForSpark,
    cast,
    number,
)
from relief_engine.routes.sql.terms import Bounds

__all__ = ["ROW", "DecisionQuery", "aliased", "answer_bounds", "answer_columns", "decision_query", "slots_read"]

#: What a number of 38 digits is handed out as; DuckDB would write its own type to parquet as a binary float.
_BROAD_OUTPUT = {"duckdb": "DECIMAL(38, 0)", "spark": "DECIMAL(38, 0)", "postgres": "DECIMAL"}
#: The alias of what a query reads, and of the whole row of it where that is carried through.
_SOURCE, ROW = "source", "source_row"


class DecisionQuery:
    """The query of one program over one relation, before it is put together."""

    def __init__(
        self, program: ir.Program, dialect: Dialect, *, guarded: bool, as_of: dt.date | None,
        columns: Sequence[Input] = (), fixed: Mapping[int, int | None] | None = None,
    ) -> None:  # fmt: skip
        """``columns``: those of a typed table, whose slots may stay as they are there; ``fixed``: slots not read."""
        self.program = program
        self.dialect = dialect
        self.as_of = as_of
        self.answers = Answers(program, guarded=guarded, fixed=fixed, typed=bool(columns))
        self.outputs = self.answers.outputs()
        terms = self.answers.terms
        self.layers = Layers(terms, [output.term for output in self.outputs], self.answers.names)
        self.held = held(terms, columns, dialect)
        self.scales = scales(terms, columns, self.codes.values(), dialect)
        self.renderer = Renderer(terms, dialect, self.layers.names, self.held, self.scales)

    @property
    def codes(self) -> dict[int, Codes]:
        """The tables of codes that are joined, by slot; a code that is unknown in every row needs none."""
        unknown = self.answers.terms.unknown
        return {slot: codes for slot, codes in self.answers.written.codes.items() if codes.code != unknown}

    @property
    def needed(self) -> list[str]:
        """The columns that the query's lowest layer must have beside its keys."""
        return self.layers.carried(-1)

    def written(
        self, base: Sequence[tuple[str, exp.Query]], names: Sequence[exp.Expr], shown: Sequence[exp.Expr],
        last: Sequence[exp.Expr] = (),
    ) -> exp.Select:  # fmt: skip
        """The whole query.

        Args:
            base: its lowest layers by name; the last one has the columns ``needed``. They may read the tables of
                codes, ``codes_N`` for slot *N*.
            names: the columns of that layer that are handed on.
            shown: the columns of the answer.
            last: columns of the lowest layer that stand behind the answer.
        """
        ctes: list[tuple[str, exp.Query]] = [
            (f"codes_{slot}", code_table(codes, self.dialect, self.scales))
            for slot, codes in sorted(self.codes.items())
        ]
        ctes += base
        try:
            self._add_layers(ctes, [*names, *last])
        except TooWideForSpark:
            raise too_large(self.program, "DIV") from None
        found = exp.select(*self.handed_on(names), *shown, *last).from_(ctes[-1][0])
        return with_all(found, ctes, self.dialect)

    def _add_layers(self, ctes: list[tuple[str, exp.Query]], names: Sequence[exp.Expr]) -> None:
        for level, made in enumerate(self.layers.layers):
            carried = [exp.column(name) for name in self.layers.carried(level)]
            new = [exp.alias_(self.renderer.written(term), self.layers.names[term]) for term in made]
            layer = exp.select(*[name.copy() for name in names], *carried, *new).from_(ctes[-1][0])
            ctes.append((f"step_{level + 1}", layer))

    def handed_on(self, names: Sequence[exp.Expr]) -> list[exp.Expr]:
        """The keys as they come out: a whole row as its columns."""
        return [whole_row(self.dialect) if name.name == ROW else name for name in names]

    def output(self, output: Output) -> exp.Expr:
        """One column of the answer, in the type that tables of answers have."""
        return exp.alias_(self.encoded(output), output.column.name)

    def encoded(self, output: Output) -> exp.Expr:
        """One column of the answer as a text or whole number."""
        found = self.renderer.made(output.term)
        if output.column.kind == "outcome":
            return found
        width = self.renderer.width(output.term)
        # Small numbers come as what the database takes them for, unless they are fixed.
        plain = width < BROAD and not isinstance(found, exp.Null | exp.Literal | exp.Paren)
        return found if plain else cast(found, self.type_of(output))

    def type_of(self, output: Output) -> str:
        """The SQL type of a whole number of the answer."""
        return _BROAD_OUTPUT[self.dialect] if self.renderer.width(output.term) == BROAD else "BIGINT"

    def base(self, relation: exp.Expr, keys: Sequence[exp.Expr]) -> exp.Select:
        """The lowest layer over columns of slots: the keys, the slots, and what the tables of codes say."""
        terms = self.answers.terms
        columns: list[exp.Expr] = []
        for name in self.needed:
            table = next((f"codes_{slot}" for slot, codes in self.codes.items() if name in codes.columns), _SOURCE)
            column: exp.Expr = exp.column(name, table=table)
            if name == f"s{AS_OF_SLOT}" and self.as_of is not None:
                column = number(self.as_of.toordinal())
            if table == _SOURCE and terms.bounds[terms.column(name)] is not None:
                column = cast(column, "BIGINT")
            columns.append(exp.alias_(column, name))
        found = exp.select(*keys, *columns).from_(relation)
        for slot in sorted(self.codes):
            table = f"codes_{slot}"
            fixed = terms.fixed(self.codes[slot].code)
            code = exp.column(f"s{slot}", table=_SOURCE) if fixed is None else number(fixed)
            matched = exp.EQ(this=code, expression=exp.column("position", table=table))
            found = found.join(exp.to_table(table), on=matched, join_type="left")
        return found


def decision_query(
    program: ir.Program,
    dialect: Dialect,
    relation: str | exp.Query = "slots",
    keys: Sequence[str] = (),
    *,
    as_of: dt.date | None = None,
    guarded: bool = False,
    fixed: Mapping[int, int | None] | None = None,
) -> exp.Select:
    """The query from columns of slots to the columns of :func:`relief_engine.engine.summary.columns`.

    Args:
        program: the compiled programme.
        dialect: the database that runs it. On Spark, ANSI mode must be on (it is in 4.x).
        relation: a table or a query with a column ``sN`` for every slot of :func:`slots_read`, encoded as in
            :mod:`relief_engine.compiled.layout`, derived facts included; NULL is unknown.
        keys: columns of the relation that are handed on unchanged, before the answer.
        as_of: the day of the decision; if None, a program that reads it reads the column ``s0``.
        guarded: the relation has a column ``invalid``; where that is not 0, the outcome is ``invalid`` and all other
            columns are NULL.
        fixed: slots that hold the same in every row, with what they hold (None: unknown). The relation need not have
            them, and what follows from them is not asked of any row.

    Amounts are whole cents; figures that may have more than 18 digits are decimals of scale 0.

    Raises:
        InputError: the programme has more criteria or referrals than a mask holds, or figures of more than 38 digits.
    """
    query = DecisionQuery(program, dialect, guarded=guarded, as_of=as_of, fixed=fixed)
    columns = [exp.column(key, table=_SOURCE, quoted=True) for key in keys]
    names = [exp.column(key, quoted=True) for key in keys]
    base = query.base(aliased(relation), columns)
    return query.written([("base", base)], names, [query.output(output) for output in query.outputs])


def answer_columns(program: ir.Program) -> tuple[Column, ...]:
    """The columns of the answer, in their order."""
    return tuple([output.column for output in Answers(program, guarded=False).outputs()])


def answer_bounds(program: ir.Program, fixed: Mapping[int, int | None]) -> dict[str, Bounds]:
    """The least and the greatest value that each figure of the answer can have, by column.

    ``fixed`` are the slots that hold the same in every row; a figure that is unknown in every row has no bounds.
    """
    answers = Answers(program, guarded=False, fixed=fixed)
    found = {output.column.name: answers.terms.bounds[output.term] for output in answers.outputs()}
    return {name: bounds for name, bounds in found.items() if bounds is not None}


def aliased(relation: str | exp.Query) -> exp.Expr:
    """A table or query under the name by which the query reads it."""
    if isinstance(relation, str):
        return exp.alias_(exp.to_table(relation), _SOURCE, table=True)
    return relation.subquery(_SOURCE)


def whole_row(dialect: Dialect) -> exp.Expr:
    """All columns of the row that is carried through."""
    row = exp.column(ROW)
    if dialect == "postgres":
        return exp.Dot(this=exp.Paren(this=row), expression=exp.Star())
    return exp.Column(this=exp.Star(), table=exp.to_identifier(ROW))


def with_all(query: exp.Select, ctes: Sequence[tuple[str, exp.Query]], dialect: Dialect) -> exp.Select:
    """A query with what it reads written before it; no layer is stored, or merged into the next one.

    ``OFFSET 0`` keeps DuckDB and PostgreSQL from merging. Spark does not merge what is used more than once.
    """
    for name, cte in ctes:
        fenced = cte.offset(0) if dialect != "spark" and not name.startswith("codes_") else cte
        query = query.with_(name, as_=fenced, materialized=False if dialect == "duckdb" else None, copy=False)
    return query

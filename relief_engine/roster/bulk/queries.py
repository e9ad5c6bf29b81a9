"""Roster stage: the queries of a long table from slots to results, whichever database runs them.

The answers of a programme stand in one relation, *raw*: the number of each row, its cells, and the columns of
:mod:`relief_engine.engine.summary`, all empty for a row that was set aside. The rows that the direct route decided
stand in another, :data:`HAND`, in the columns of results, as texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.summary import columns
from relief_engine.roster.answers import Answered, Screening, answer_of
from relief_engine.roster.bulk.reading import ASIDE, CELL, fixed_slots
from relief_engine.roster.bulk.rendering import RAW, SAID, Said, figures, rendered
from relief_engine.roster.flat import Flat, plain
from relief_engine.roster.parquet import TYPES
from relief_engine.roster.rows import RowReader
from relief_engine.roster.screening import decided
from relief_engine.roster.table import Rejected, Row
from relief_engine.routes.sql.query import answer_bounds, decision_query
from relief_engine.routes.sql.render import Dialect, cast
from relief_engine.routes.sql.terms import Bounds
from relief_engine.rulebook.programme import Programme

#: The table of the rows that the direct route decides.
HAND = "relief_hand"


def answers_query(
    engine: Engine, screening: Screening, programme: Programme, read: exp.Select, keys: Sequence[str], dialect: Dialect
) -> exp.Select:
    """The query that gives each row the answer of one programme, or nothing if the row is set aside.

    ``read`` is the query of :func:`~relief_engine.roster.bulk.reading.reading`; ``keys`` are columns of it to hand on.
    """
    program = engine.program(programme, screening.as_of)
    layout = engine.layout(screening.columns.kind.id)
    fixed = fixed_slots(layout, screening.columns)
    query = decision_query(program, dialect, read, [*keys, ASIDE], as_of=screening.as_of, fixed=fixed)
    found = exp.select(*keys)
    for column in columns(program):
        aside = exp.Case().when(exp.column(ASIDE), exp.null()).else_(exp.column(column.name))
        found = found.select(exp.alias_(aside, column.name), copy=False)
    return found.from_(query.subquery("decided"))


def bounds_of_answers(engine: Engine, screening: Screening, programme: Programme) -> dict[str, Bounds]:
    """The bounds of the figures that :func:`answers_query` gives, by column."""
    fixed = fixed_slots(engine.layout(screening.columns.kind.id), screening.columns)
    return answer_bounds(engine.program(programme, screening.as_of), fixed)


def open_answers(program: ir.Program) -> exp.Expr:
    """Whether something may be missing: the outcome is not determined, or a figure of what is left to people."""
    outcome = exp.column("outcome")
    undetermined = exp.EQ(this=outcome, expression=exp.Literal.string(Outcome.UNDETERMINED.value))
    referred = exp.EQ(this=outcome.copy(), expression=exp.Literal.string(Outcome.REFERRED.value))
    lacking = lacking_figures(program)
    return exp.or_(undetermined, exp.and_(referred, exp.or_(*lacking))) if lacking else undetermined


def lacking_figures(program: ir.Program) -> list[exp.Expr]:
    """For each figure of the benefit, whether an answer that should show it has none."""
    return [
        exp.and_(*[exp.Is(this=exp.column(name), expression=exp.Null()) for name in names])
        for names in figures(program)
    ]


def by_hand(
    engine: Engine, screening: Screening, reader: RowReader, number: int, values: Sequence[object]
) -> Answered | Rejected | None:
    """What the direct route makes of one row; None if its cells are all empty."""
    cells = tuple([None if value is None or value != value else value for value in values])
    if all(cell is None for cell in cells):
        return None
    row = Row(number, cells)
    read = reader.read(row)
    if isinstance(read, Rejected):
        return read
    return Answered(row, tuple(map(answer_of, decided(engine, screening, read))), ())


def texts_of(flat: Flat, line: Answered) -> Iterator[tuple[str, list[str | None]]]:
    """The answers of a row as the direct route gave them: the id of each programme, and the columns of results."""
    for answer, row in zip(line.answers, flat.rows(line), strict=True):
        yield answer.programme.id, [None if value is None else plain(value) for value in row[: flat.width]]


# --- results ----------------------------------------------------------------------------------------------------------


def results_query(
    said: Said, answers: exp.Expr, sentences: str, flat: Flat, names: Sequence[str], same_row: exp.Expr,
    dialect: Dialect,
) -> exp.Select:  # fmt: skip
    """The results of one programme: those of :data:`HAND` where there are, else what the database answered.

    Args:
        said: the sentences of the programme's answers.
        answers: the answers, *raw*.
        sentences: the table of the sentences.
        flat: the columns of results by id, then those of the roster.
        names: what the columns shall be called.
        same_row: whether a row of the answers and one of :data:`HAND` are the same row of the roster.
        dialect: the database that runs it.
    """
    raw = exp.alias_(exp.select("*").from_(answers).subquery(), RAW, table=True)
    hand = exp.select("*").from_(HAND).where(of_programme(said.programme))
    taken = exp.not_(exp.Is(this=exp.column("hand_row", table=HAND), expression=exp.Null()))
    found = exp.select().from_(raw).join(hand.subquery(HAND), on=same_row, join_type="left")
    found = found.join(
        exp.alias_(exp.to_table(sentences), SAID, table=True), on=said.joined(), join_type="left", copy=False
    )
    kinds = dict(zip(flat.names[: flat.width], flat.kinds, strict=False))
    for name, (identity, expression) in zip(names, rendered(said, dialect), strict=False):
        kind = TYPES[kinds[identity]]
        value = exp.Case().when(taken.copy(), cast(exp.column(identity, table=HAND, quoted=True), kind))
        found = found.select(exp.alias_(value.else_(cast(expression, kind)), name, quoted=True), copy=False)
    for column, name in zip(said.screening.columns.columns, names[flat.width :], strict=True):
        found = found.select(exp.alias_(exp.column(f"{CELL}{column.index}", table=RAW), name, quoted=True), copy=False)
    answered = exp.not_(exp.Is(this=exp.column("outcome", table=RAW), expression=exp.Null()))
    return found.where(exp.or_(answered, taken))


def of_programme(programme: Programme) -> exp.Expr:
    """Whether a row of :data:`HAND` is about a programme."""
    return exp.EQ(this=exp.column("hand_programme"), expression=exp.Literal.string(programme.id))

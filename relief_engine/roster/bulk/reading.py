"""Roster stage: the query that reads a table: each row with its slots, or set aside for the readers of profiles."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from functools import partial

from sqlglot import exp

from relief_engine.compiled.layout import Layout
from relief_engine.profile.days import OPEN
from relief_engine.profile.values import YES_NO
from relief_engine.profile.words import code_list
from relief_engine.roster.bulk.plain import (
    Expression,
    any_of,
    carried,
    encoded,
    given,
    is_text,
    looked_up,
    names_of,
    strange_text,
)
from relief_engine.roster.cells import NOTHING
from relief_engine.roster.headers import Column, Columns
from relief_engine.roster.rows import ODD_BEGINNING
from relief_engine.routes.sql.render import Dialect, ordinal
from relief_engine.rulebook.facts import Fact, NotBeforeRelation, OneFormRelation
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.units import PURE

#: The column with a row's number, the one that says that a row is set aside, and the prefix of what a cell holds.
ROW, ASIDE, CELL = "relief_row", "relief_aside", "c"
#: The column with the name of the file that a row stands in, where a table is made of several.
FILE = "relief_file"
#: The relation that leads from the text of a code to its position, if the rulebook has one.
CODES = "relief_codes"
#: The prefix of the tables that lead from the names of a column's values to their encoding.
NAMES = "relief_names"
#: The roster itself, where others are joined to it.
_SOURCE = "relief_source"


class Source(Value):
    """A table in a database.

    Attributes:
        relation: what to read from.
        names: the columns as the table calls them, one for each of ``columns``.
        types: their types.
        row: the expression of a row's number, from 1.
        file: the expression of the file's name, where a table is made of several and rows are counted in each.
        dictionaries: whether DuckDB reads it, and mostly finds texts as numbers that stand for few different ones.
    """

    relation: exp.Expr
    names: tuple[str, ...]
    types: tuple[exp.DataType, ...]
    row: exp.Expr
    file: exp.Expr | None = None
    dictionaries: bool = False


def slot(position: int) -> str:
    """The name of a slot's column."""
    return f"s{position}"


def reading(
    rulebook: Rulebook,
    layout: Layout,
    columns: Columns,
    source: Source,
    dialect: Dialect,
) -> exp.Select:
    """A query with a row for each row of the source: its number, its cells ``c0``, ``c1`` …, its slots, ``aside``.

    Slots that are the same in every row are left out: see :func:`fixed_slots`. A row is set aside if one of its cells
    is not plainly written, if facts do not fit together, or if it says nothing.

    Args:
        rulebook: the rules whose facts the columns give.
        layout: the slots of the kind of subject that a row describes.
        columns: the columns, with the facts that they give.
        source: the table.
        dialect: the database that runs it.
    """
    # Columns of the roster may be called like columns of the tables that are joined to it.
    roster = exp.select("*").from_(source.relation.copy()).subquery(_SOURCE)
    cells = exp.select(exp.alias_(source.row.copy(), ROW)).from_(roster)
    if source.file is not None:
        cells = cells.select(exp.alias_(source.file.copy(), FILE), copy=False)
    filled: list[Expression] = []
    unread: list[Expression] = []
    unknowns: list[Expression] = []
    codes = code_list(rulebook)
    for column, name, kind in zip(columns.columns, source.names, source.types, strict=True):
        cell = exp.column(name, table=_SOURCE, quoted=True)
        here = exp.column(f"{CELL}{column.index}")
        cells = cells.select(exp.alias_(carried(cell, kind), f"{CELL}{column.index}"), copy=False)
        if column.fact is None:
            continue
        filled.append(_says_something(here, kind))
        position = layout.slots.get(column.fact.id)
        if position is None:
            refused = strange_text(column.fact, here, kind)
            if refused is not None:
                unread.append(refused)
            continue
        if column.fact.type == "industry_code" and codes is not None and kind.is_type("varchar", "text"):
            value: Expression | None = exp.column("position", table=f"{CODES}{column.index}")
            listed = exp.alias_(exp.to_table(CODES), f"{CODES}{column.index}", table=True)
            on = exp.EQ(this=exp.column("code", table=f"{CODES}{column.index}"), expression=exp.Trim(this=cell.copy()))
            cells = cells.join(listed, on=on, join_type="left", copy=False)
        elif (names := names_of(column.fact, kind)) and source.dictionaries:
            value = looked_up(cell, names)
        elif names:
            # Looked up in one table: a test for each value would be a join for each.
            table = f"{NAMES}{column.index}"
            value = exp.column("value", table=table)
            on = exp.EQ(this=exp.column("name", table=table), expression=exp.Trim(this=cell.copy()))
            cells = cells.join(_table_of(table, names), on=on, join_type="left", copy=False)
        else:
            value = encoded(column.fact, cell, kind, factor(column), partial(ordinal, dialect=dialect))
        cells = cells.select(exp.alias_(exp.cast(value or exp.null(), "bigint"), slot(position)), copy=False)
        unknown = exp.Is(this=exp.column(slot(position)), expression=exp.Null())
        unknowns.append(unknown)
        unread.append(exp.and_(unknown.copy(), given(here, kind)))
    having = _having(layout, columns)
    unread += [*_unfit(rulebook, layout, having), _no_data(columns, source, _settled(rulebook, layout, columns))]
    unread.append(exp.and_(*unknowns, exp.not_(any_of(filled))))
    # In a CASE, DuckDB looks at a cell again only where what is tested before leaves it open.
    aside = exp.Case().when(any_of(unread), exp.true()).else_(exp.false())
    query = exp.select("*").from_(cells.subquery("cells"))
    for position, form in _forms(layout, having).items():
        if not isinstance(form, int):
            query = query.select(exp.alias_(exp.cast(form, "bigint"), slot(position)), copy=False)
    return query.select(exp.alias_(aside, ASIDE))


def _says_something(cell: Expression, kind: exp.DataType) -> Expression:
    """Whether a cell holds more than a dash; true or false. A row of nothing else is looked at closely."""
    if not is_text(kind):
        return given(cell, kind)
    # One by one: a list would be a join in DuckDB, for every row.
    dashes = [exp.EQ(this=exp.Trim(this=cell.copy()), expression=exp.Literal.string(dash)) for dash in sorted(NOTHING)]
    return exp.and_(given(cell, kind), exp.not_(exp.or_(*dashes)))


def factor(column: Column) -> Fraction:
    """What a bare number in a column is multiplied by to be encoded.

    元 for a monthly rent is so many yuan per what the fact says: of units that differ in that alone, the scale counts.
    """
    fact = column.fact
    if fact is None or fact.type not in ("count", "amount", "number"):
        return Fraction(1)
    unit = column.unit or fact.unit or PURE
    return unit.scale * fact.denominator


def _table_of(name: str, values: Mapping[str, int]) -> exp.Expr:
    rows = [exp.Tuple(expressions=[exp.Literal.string(key), exp.Literal.number(v)]) for key, v in values.items()]
    columns = [exp.to_identifier(column) for column in ("name", "value")]
    return exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier(name), columns=columns))


def _settled(rulebook: Rulebook, layout: Layout, columns: Columns) -> set[int]:
    """The columns whose cells, if they are read here at all, can't begin as a note does: the others set a row aside."""
    codes = code_list(rulebook)
    found: set[int] = set()
    for column in columns.columns:
        fact = column.fact
        if fact is None or fact.id not in layout.slots:
            continue
        match fact.type:
            case "choice":
                read = [*fact.names]
            case "yes_no":
                read = [*map(str, YES_NO)]
            case "date":
                read = [*OPEN]
            case "industry_code":
                read = [] if codes is None else [code.id for code in codes.codes]
            case _:
                read = []
        if not any(re.search(ODD_BEGINNING, name) for name in read):
            found.add(column.index)
    return found


def _no_data(columns: Columns, source: Source, settled: Collection[int]) -> Expression:
    """Whether a row may be one of totals, or a note, by any of its texts.

    ``settled`` are columns that need not be looked at.
    """

    def odd(index: int) -> Expression:
        here = exp.column(f"{CELL}{index}")
        found = exp.RegexpLike(this=here, expression=exp.Literal.string(ODD_BEGINNING))
        return exp.Coalesce(this=found, expressions=[exp.false()])

    texts = [column.index for column, kind in zip(columns.columns, source.types, strict=True) if is_text(kind)]
    return any_of([odd(index) for index in texts if index not in settled])


def _unfit(rulebook: Rulebook, layout: Layout, having: set[str]) -> list[Expression]:
    """Whether facts that stand in the columns do not fit together; true or false."""
    found: list[Expression] = []
    for subject in dict.fromkeys(("applicant", layout.subject)):
        known = rulebook.subjects.get(subject)
        for relation in () if known is None else known.relations:
            if isinstance(relation, NotBeforeRelation) and {relation.later, relation.earlier} <= having:
                later, earlier = (exp.column(slot(layout.slots[f])) for f in (relation.later, relation.earlier))
                found.append(exp.Coalesce(this=exp.LT(this=later, expression=earlier), expressions=[exp.false()]))
            elif isinstance(relation, OneFormRelation):
                forms = [[_known(layout, fact) for fact in group if fact in having] for group in relation.groups]
                used = [any_of(group) for group in forms if group]
                for number, one in enumerate(used):
                    found += [exp.and_(one.copy(), other.copy()) for other in used[number + 1 :]]
    return found


def _known(layout: Layout, fact: str) -> Expression:
    return exp.not_(exp.Is(this=exp.column(slot(layout.slots[fact])), expression=exp.Null()))


def fixed_slots(layout: Layout, columns: Columns) -> dict[int, int | None]:
    """The slots that no cell can change, with what they hold: None for a fact that the table has no column for.

    A row that gives steps is set aside, so that the lowest and the highest of them are unknown in all others.
    """
    having = _having(layout, columns)
    forms = _forms(layout, having)
    found: dict[int, int | None] = {place: form for place, form in forms.items() if isinstance(form, int)}
    for position, fact in enumerate(layout.facts):
        if fact is not None and fact.id not in having and position not in forms:
            found[position] = None
    return found


def _having(layout: Layout, columns: Columns) -> set[str]:
    """The facts that are read and stand in the columns."""
    return {c.fact.id for c in columns.columns if c.fact is not None and c.fact.id in layout.slots}


def _forms(layout: Layout, having: set[str]) -> dict[int, Expression | int]:
    """The derived choices of a form, as :meth:`Layout.derive` makes them; a number where no cell can change it."""
    found: dict[int, Expression | int] = {}
    for position, form, given_by in layout.forms:
        case = exp.Case()
        for place, choice in given_by:
            fact = layout.facts[place]
            if isinstance(fact, Fact) and fact.id in having:
                case = case.when(_known(layout, fact.id), exp.Literal.number(choice))
        fixed = not case.args.get("ifs")
        found[position] = form.otherwise if fixed else case.else_(exp.Literal.number(form.otherwise))
    return found

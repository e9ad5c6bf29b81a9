"""SQL route: from the typed table to slots. What can't be read is never taken for unknown, false or zero.

The first layer of the query, ``given``, has the columns of the table, what the tables of codes say, and ``wrong``: true
if any value is none that its fact can have, or if facts contradict each other. The second, ``base``, has the slots: of
a row that is wrong they are anything that can be computed with. There a column ``invalid`` tells, as a mask, which
given values could not be read (bit *i*: column *i* of the inputs) and, in the bits after those, which relations between
facts do not hold: an end before its start, two forms of one figure, a lowest step above the highest. Such a row is not
decided.

Rows are hardly ever wrong. So each is tested once, and what is wrong is looked for only where something is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.compiled.answers import MOST_BITS
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.errors import Finding, InputError
from relief_engine.routes.sql.codes import Codes
from relief_engine.routes.sql.figures import Scales, decimal, in_own_unit, inexact, whole_figure
from relief_engine.routes.sql.inputs import Input, inputs
from relief_engine.routes.sql.render import Dialect, Held, cast, closed, joined, number, ordinal
from relief_engine.rulebook.facts import (
    OPEN_END,
    ExtremeFact,
    Fact,
    FormFact,
    NotBeforeRelation,
    OneFormRelation,
    Relation,
)
from relief_engine.text import Text

_SOURCE = "source"
CTES = list[tuple[str, exp.Query]]
#: Where a column's value stands in a layer.
Place = Callable[[Input], exp.Expr]


class FactsQuery:
    """The query of one typed table, in two layers: ``given`` and ``base``."""

    def __init__(self, program: ir.Program, dialect: Dialect, relations: Sequence[Relation] = ()) -> None:
        """``relations`` are those of the rulebook; the ones between facts that the program reads are checked."""
        self.program = program
        self.dialect = dialect
        self.inputs = inputs(program)
        self.relations = relations
        if len(self.inputs) + len(self._contradictions(_raw)) > MOST_BITS:
            zh, en = f"{program.programme.id} 读取的列过多", f"{program.programme.id} reads too many columns for a mask"
            raise InputError([Finding("sql-mask", program.programme.where, Text(zh, en))])

    def ctes(
        self,
        relation: exp.Expr,
        keys: Sequence[exp.Expr],
        needed: Sequence[str],
        codes: Mapping[int, Codes],
        held: Held,
        scales: Scales,
        as_of: dt.date,
    ) -> CTES:
        """The two layers.

        Args:
            relation: the typed table, under the name ``source``.
            keys: what is handed on, as expressions over it.
            needed: the names of the columns that ``base`` must have beside ``invalid``.
            codes: the tables of codes, by slot, which stand before the layers as ``codes_N``.
            held: the slots that stay as the table has them.
            scales: the figures that stay in their own unit.
            as_of: the day of the decision.
        """
        names = [exp.column(key.alias_or_name, quoted=True) for key in keys]
        told = {name: f"codes_{slot}" for slot, table in codes.items() for name in table.columns}
        given = exp.select(*keys, *[exp.alias_(_raw(column), f"raw_{column.slot}") for column in self.inputs])
        given = given.select(*[exp.column(name, table=told[name]) for name in needed if name in told], copy=False)
        for column in self.inputs:
            if column.type == "industry_code":
                table = f"codes_{column.slot}"
                given = given.select(exp.alias_(exp.column("position", table=table), f"s{column.slot}"), copy=False)
                matched = exp.EQ(this=_raw(column), expression=exp.column("code", table=table))
                given = given.join(exp.to_table(table), on=matched, join_type="left", copy=False)
            elif self._is_placed(column):
                given = given.select(exp.alias_(_place_in(column), f"s{column.slot}"), copy=False)
        lost = [self._cannot_be(column, _raw, self._position) for column in self.inputs]
        found = [*(test for test in lost if test is not None), *self._contradictions(_raw)]
        # In a CASE, DuckDB tests each value only of the rows that no test before it has found; alone it tests all.
        wrong = _case([(joined(exp.Or, found), exp.true())], exp.false()) if found else exp.false()
        given = given.select(exp.alias_(wrong, "wrong")).from_(relation, copy=False)
        slots = {f"s{slot}": slot for slot in range(len(self.program.layout.facts))}
        base = exp.select(*names)
        for name in dict.fromkeys((*needed, "invalid")):
            if name == "invalid":
                base = base.select(exp.alias_(self.invalid(), name), copy=False)
            elif name == f"s{AS_OF_SLOT}":
                base = base.select(exp.alias_(cast(number(as_of.toordinal()), "BIGINT"), name), copy=False)
            elif name in slots:
                slot = slots[name]
                if name in scales:
                    value = in_own_unit(_given_as(slot), scales[name])
                else:
                    value = _given_as(slot) if name in held else self.slot(slot)
                base = base.select(exp.alias_(value, name), copy=False)
            else:
                base = base.select(name, copy=False)
        return [("given", given.copy()), ("base", base.from_("given"))]

    # --- one column ---------------------------------------------------------------------------------------------

    def slot(self, slot: int) -> exp.Expr:
        """A slot as the rules read it, from ``given``; the form in which a figure is given follows from the others."""
        fact = self.program.layout.facts[slot]
        if isinstance(fact, FormFact):
            slots = self.program.layout.slots
            known = [(self._used(self._input(slots[name]), _carried), number(choice)) for name, choice in fact.given_by]
            return _case(known, number(fact.otherwise))
        column, raw = self._input(slot), _given_as(slot)
        match column.type:
            case "steps":
                return _case([(raw, cast(number(1), "BIGINT"))])
            case "yes_no":
                return _case([(raw, number(1)), (exp.Not(this=raw.copy()), number(0))])
            case "choice" if not self._is_placed(column):
                return _case([
                    (exp.EQ(this=raw.copy(), expression=exp.Literal.string(name)), number(place))
                    for place, name in enumerate(_ids(column))
                ])  # fmt: skip
            case "choice" | "industry_code":
                return exp.column(f"s{slot}")
            case "date":
                return self._if_right(ordinal(raw, self.dialect))
            case _:
                return self._if_right(whole_figure(raw, column, self.dialect))

    def _if_right(self, value: exp.Expr) -> exp.Expr:
        """A value that is computed only of rows that are not wrong: what can't be can't always be computed with."""
        return _case([(exp.column("wrong"), exp.null())], value)

    def _is_placed(self, column: Input) -> bool:
        """Whether the position of a choice is worked out where the table is read."""
        # A function, which DuckDB asks once for each entry of a dictionary; a list of texts would be a join.
        return self.dialect == "duckdb" and column.type == "choice"

    def _position(self, column: Input) -> exp.Expr:
        """The position of a code or choice where the table is read."""
        if column.type == "choice":
            return _place_in(column)
        return exp.column("position", table=f"codes_{column.slot}")

    def _cannot_be(self, column: Input, place: Place, position: Place) -> exp.Expr | None:
        """Whether a value is given that the fact can't have: true if so, never true otherwise.

        None if there is no such value. ``position`` is where the position of a code or choice stands.
        """
        fact, raw = column.fact, place(column)
        match column.type:
            case "yes_no" | "steps":
                # That no steps are given is said, and is no step.
                return None
            case "choice" if not self._is_placed(column):
                listed = [exp.Literal.string(name) for name in _ids(column)]
                return exp.Not(this=exp.In(this=raw, expressions=listed))
            case "choice" | "industry_code":
                unlisted = exp.Is(this=closed(position(column)), expression=exp.null())
                return exp.And(this=closed(_known(raw)), expression=closed(unlisted))
            case "date":
                return self._no_day(column, raw)
        low, high = (decimal(bound, column.decimals) for bound in (column.lowest, column.highest))
        tests = [_outside(raw, low, high), inexact(raw.copy(), column, self.dialect)]
        if isinstance(fact, ExtremeFact):
            none = exp.Not(this=exp.Coalesce(this=self._steps(fact, place), expressions=[exp.false()]))
            tests.append(exp.And(this=closed(_known(raw.copy())), expression=closed(none)))
        return joined(exp.Or, tests)

    def _no_day(self, column: Input, raw: exp.Expr) -> exp.Expr:
        fact = column.fact
        if not isinstance(fact, Fact):
            raise TypeError(f"not a date: {column.name}")
        wrong = _outside(raw, _day(fact.lowest), _day(fact.highest))
        if not fact.open_ended:
            return wrong
        return joined(exp.And, [wrong, exp.NEQ(this=raw.copy(), expression=_day(OPEN_END))])

    def _steps(self, fact: ExtremeFact, place: Place) -> exp.Expr:
        return place(self._input(self.program.layout.slots[fact.of]))

    def _input(self, slot: int) -> Input:
        return next(column for column in self.inputs if column.slot == slot)

    # --- what is wrong ------------------------------------------------------------------------------------------

    def invalid(self) -> exp.Expr:
        """The mask of what can't be read or does not fit together, over ``given``."""
        tests = {column.slot: self._cannot_be(column, _carried, _carried_position) for column in self.inputs}

        def readable(column: Input) -> exp.Expr:
            test = tests[column.slot]
            return _carried(column) if test is None else _case([(test.copy(), exp.null())], _carried(column))

        found = [exp.false() if test is None else test for test in tests.values()]
        found += self._contradictions(readable)
        bits = [
            _case([(wrong, cast(number(1 << place), "BIGINT"))], number(0))
            for place, wrong in enumerate(found)
            if not isinstance(wrong, exp.Boolean)
        ]
        if not bits:
            return cast(number(0), "BIGINT")
        return _case([(exp.column("wrong"), joined(exp.Add, bits))], cast(number(0), "BIGINT"))

    def _contradictions(self, place: Place) -> list[exp.Expr]:
        """What tells that facts contradict each other."""
        columns = {column.fact.id: column for column in self.inputs}
        found: list[exp.Expr] = []
        for relation in self.relations:
            match relation:
                case NotBeforeRelation(later, earlier) if later in columns and earlier in columns:
                    found.append(exp.LT(this=place(columns[later]), expression=place(columns[earlier])))
                case OneFormRelation(groups):
                    known = [[self._used(columns[name], place) for name in g if name in columns] for g in groups]
                    used = [closed(joined(exp.Or, parts)) for parts in known if parts]
                    pairs = [
                        closed(exp.And(this=used[a].copy(), expression=used[b].copy()))
                        for a in range(len(used))
                        for b in range(a)
                    ]
                    found += [joined(exp.Or, pairs)] if pairs else []
                case _:
                    pass
        extremes = {(f.of, f.lowest): f.id for f in (c.fact for c in self.inputs) if isinstance(f, ExtremeFact)}
        for (of, lowest), name in extremes.items():
            other = extremes.get((of, False))
            if lowest and other is not None:
                found.append(exp.GT(this=place(columns[name]), expression=place(columns[other])))
        return found

    def _used(self, column: Input, place: Place) -> exp.Expr:
        """Whether a value is given; true or false. Steps are where they are said to be."""
        if column.type == "steps":
            return exp.Coalesce(this=place(column), expressions=[exp.false()])
        return _known(place(column))


def _raw(column: Input) -> exp.Expr:
    return exp.column(column.name, table=_SOURCE)


def _carried(column: Input) -> exp.Expr:
    return _given_as(column.slot)


def _given_as(slot: int) -> exp.Column:
    return exp.column(f"raw_{slot}")


def _carried_position(column: Input) -> exp.Expr:
    return exp.column(f"s{column.slot}")


def _ids(column: Input) -> tuple[str, ...]:
    domain = column.fact.domain if isinstance(column.fact, Fact) else None
    return tuple(domain.ids) if domain else ()


def _place_in(column: Input) -> exp.Expr:
    """The position of a text among the values of its choice, from 0, in DuckDB; NULL if it is none of them."""
    listed = exp.Array(expressions=[exp.Literal.string(name) for name in _ids(column)])
    place = exp.Anonymous(this="LIST_POSITION", expressions=[listed, _raw(column)])
    return exp.Sub(this=place, expression=number(1))


def _outside(value: exp.Expr, low: exp.Expr, high: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Between(this=value, low=low, high=high))


def _known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def _case(branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None = None) -> exp.Expr:
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise) if otherwise is not None else exp.Case(ifs=ifs)


def _day(day: int) -> exp.Expr:
    return cast(exp.Literal.string(dt.date.fromordinal(day).isoformat()), "DATE")

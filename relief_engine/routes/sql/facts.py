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
from decimal import Decimal

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.compiled.answers import MOST_BITS
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.errors import Finding, InputError
from relief_engine.routes.sql.codes import Codes
from relief_engine.routes.sql.figures import is_exact, whole_figure
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
        as_of: dt.date,
    ) -> CTES:
        """The two layers.

        Args:
            relation: the typed table, under the name ``source``.
            keys: what is handed on, as expressions over it.
            needed: the names of the columns that ``base`` must have beside ``invalid``.
            codes: the tables of codes, by slot, which stand before the layers as ``codes_N``.
            held: the slots that stay as the table has them.
            as_of: the day of the decision.
        """
        names = [exp.column(key.alias_or_name, quoted=True) for key in keys]
        told = {name: f"codes_{slot}" for slot, table in codes.items() for name in table.columns}
        given = exp.select(*keys, *[exp.alias_(_raw(column), f"raw_{column.slot}") for column in self.inputs])
        given = given.select(*[exp.column(name, table=told[name]) for name in needed if name in told])
        for column in self.inputs:
            if column.type == "industry_code":
                table = f"codes_{column.slot}"
                given = given.select(exp.alias_(exp.column("position", table=table), f"s{column.slot}"))
                matched = exp.EQ(this=_raw(column), expression=exp.column("code", table=table))
                given = given.join(exp.to_table(table), on=matched, join_type="left")
        tests = [
            test for column in self.inputs if (test := self._can_be(column, _raw, "codes_{}.position")) is not None
        ]
        tests += [exp.Not(this=closed(wrong)) for wrong in self._contradictions(_raw)]
        wrong = exp.Not(this=exp.Paren(this=joined(exp.And, tests))) if tests else exp.false()
        given = given.select(exp.alias_(wrong, "wrong")).from_(relation)
        slots = {f"s{slot}": slot for slot in range(len(self.program.layout.facts))}
        base = exp.select(*names)
        for name in dict.fromkeys((*needed, "invalid")):
            if name == "invalid":
                base = base.select(exp.alias_(self.invalid(), name))
            elif name == f"s{AS_OF_SLOT}":
                base = base.select(exp.alias_(cast(number(as_of.toordinal()), "BIGINT"), name))
            elif name in slots:
                base = base.select(exp.alias_(_given_as(slots[name]) if name in held else self.slot(slots[name]), name))
            else:
                base = base.select(name)
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
            case "choice":
                ids = fact.domain.ids if isinstance(fact, Fact) and fact.domain else ()
                return _case([
                    (exp.EQ(this=raw.copy(), expression=exp.Literal.string(name)), number(place))
                    for place, name in enumerate(ids)
                ])  # fmt: skip
            case "industry_code":
                return exp.column(f"s{slot}")
            case "date":
                return self._if_right(ordinal(raw, self.dialect))
            case _:
                return self._if_right(whole_figure(raw, column, self.dialect))

    def _if_right(self, value: exp.Expr) -> exp.Expr:
        """A value that is computed only of rows that are not wrong: what can't be can't always be computed with."""
        return _case([(exp.column("wrong"), exp.null())], value)

    def _can_be(self, column: Input, place: Place, position: str) -> exp.Expr | None:
        """Whether a value is one that the fact can have: false if not, never false where nothing is given.

        None if there is nothing to test. ``position`` is where the position of a code stands.
        """
        fact, raw = column.fact, place(column)
        match column.type:
            case "yes_no" | "steps":
                # That no steps are given is said, and is no step.
                return None
            case "choice":
                ids = fact.domain.ids if isinstance(fact, Fact) and fact.domain else ()
                return exp.In(this=raw, expressions=[exp.Literal.string(name) for name in ids])
            case "industry_code":
                listed = _known(exp.to_column(position.format(column.slot)))
                return exp.Or(this=exp.Is(this=raw, expression=exp.null()), expression=listed)
            case "date":
                return self._date(column, raw)
        within = exp.Between(
            this=raw, low=_decimal(column.lowest, column.decimals), high=_decimal(column.highest, column.decimals)
        )
        found = exp.And(this=within, expression=is_exact(raw.copy(), column, self.dialect))
        if isinstance(fact, ExtremeFact):
            steps = place(self._input(self.program.layout.slots[fact.of]))
            given = exp.Coalesce(this=steps, expressions=[exp.false()])
            return _case([(_known(raw.copy()), exp.And(this=given, expression=found))])
        return found

    def _date(self, column: Input, raw: exp.Expr) -> exp.Expr:
        fact = column.fact
        if not isinstance(fact, Fact):
            raise TypeError(f"not a date: {column.name}")
        within: exp.Expr = exp.Between(this=raw, low=_day(fact.lowest), high=_day(fact.highest))
        if fact.open_ended:
            within = exp.Or(this=within, expression=exp.EQ(this=raw.copy(), expression=_day(OPEN_END)))
        return within

    def _input(self, slot: int) -> Input:
        return next(column for column in self.inputs if column.slot == slot)

    # --- what is wrong ------------------------------------------------------------------------------------------

    def invalid(self) -> exp.Expr:
        """The mask of what can't be read or does not fit together, over ``given``."""

        def readable(column: Input) -> exp.Expr:
            test = self._can_be(column, _carried, "s{}")
            return _carried(column) if test is None else _case([(test, _carried(column))])

        tests = [self._can_be(column, _carried, "s{}") for column in self.inputs]
        unread = [exp.false() if test is None else exp.Not(this=closed(test)) for test in tests]
        found = [*unread, *self._contradictions(readable)]
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


def _known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def _case(branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None = None) -> exp.Expr:
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise) if otherwise is not None else exp.Case(ifs=ifs)


def _day(day: int) -> exp.Expr:
    return cast(exp.Literal.string(dt.date.fromordinal(day).isoformat()), "DATE")


def _decimal(value: int, decimals: int) -> exp.Expr:
    return exp.Literal.number(f"{Decimal(value).scaleb(-decimals):f}")

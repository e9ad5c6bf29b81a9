"""SQL route: from the typed table to slots. What can't be read is never taken for unknown, false or zero.

The query reads each column into its slot, or NULL where the value is none that the fact can have. Then a column
``invalid`` tells, as a mask, which given values could not be read (bit *i*: column *i* of the inputs) and, in the bits
after those, which relations between facts do not hold: an end before its start, two forms of one figure, a lowest step
above the highest. A row with such a value is not decided at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.compiled.answers import MOST_BITS
from relief_engine.errors import Finding, InputError
from relief_engine.routes.sql.inputs import Input, inputs
from relief_engine.routes.sql.nodes import slots_read
from relief_engine.routes.sql.render import Dialect, cast, closed, joined, number, ordinal
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
#: The digits in which figures are counted while they are read; the largest has 17, and 6 decimals.
_DIGITS = 28
CTES = list[tuple[str, exp.Query]]


class FactsQuery:
    """The query of one typed table, in two layers: ``read`` has the slots, ``facts`` what follows from them."""

    def __init__(self, program: ir.Program, dialect: Dialect, relations: Sequence[Relation] = ()) -> None:
        """``relations`` are those of the rulebook; the ones between facts that the program reads are checked."""
        self.program = program
        self.dialect = dialect
        self.inputs = inputs(program)
        self.checks = self._checks(relations)
        if len(self.inputs) + len(self.checks) > MOST_BITS:
            zh, en = f"{program.programme.id} 读取的列过多", f"{program.programme.id} reads too many columns for a mask"
            raise InputError([Finding("sql-mask", program.programme.where, Text(zh, en))])

    @property
    def code_slots(self) -> tuple[int, ...]:
        """The slots that hold codes."""
        return tuple([column.slot for column in self.inputs if column.type == "industry_code"])

    def ctes(self, relation: exp.Expr, keys: Sequence[exp.Expr]) -> CTES:
        """The two layers. What they read must have the tables of codes, ``codes_N`` for slot *N*, before them."""
        names = [exp.column(key.alias_or_name, quoted=True) for key in keys]
        slots = [exp.alias_(self.read(column), f"s{column.slot}") for column in self.inputs]
        given = [exp.alias_(_known(_raw(column)), f"given_{column.slot}") for column in self.inputs]
        read = exp.select(*keys, *slots, *given).from_(relation)
        for slot in self.code_slots:
            column = next(column for column in self.inputs if column.slot == slot)
            matched = exp.EQ(this=_raw(column), expression=exp.column("code", table=f"codes_{slot}"))
            read = read.join(exp.to_table(f"codes_{slot}"), on=matched, join_type="left")
        needed = [slot for slot in slots_read(self.program) if slot]
        facts = [exp.alias_(self.slot(slot), f"s{slot}") for slot in needed]
        whole = exp.select(*names, *facts, exp.alias_(cast(self.invalid(), "BIGINT"), "invalid")).from_("read_facts")
        return [("read_facts", read), ("facts", whole)]

    # --- one column ---------------------------------------------------------------------------------------------

    def read(self, column: Input) -> exp.Expr:
        """The slot of a column; NULL where it is unknown or can't be read."""
        raw, fact = _raw(column), column.fact
        match column.type:
            case "yes_no":
                return _case([(raw, number(1)), (exp.Not(this=raw.copy()), number(0))])
            case "steps":
                return _case([(raw, number(1))])
            case "choice":
                ids = fact.domain.ids if isinstance(fact, Fact) and fact.domain else ()
                return _case([
                    (exp.EQ(this=raw.copy(), expression=exp.Literal.string(name)), number(place))
                    for place, name in enumerate(ids)
                ])  # fmt: skip
            case "industry_code":
                return exp.column("position", table=f"codes_{column.slot}")
            case "date":
                return self._date(column)
            case _:
                figure = self._figure(column)
                if isinstance(fact, ExtremeFact):
                    steps = _raw(self._input(self.program.layout.slots[fact.of]))
                    return _case([(steps, figure)])
                return figure

    def _date(self, column: Input) -> exp.Expr:
        fact, raw = column.fact, _raw(column)
        if not isinstance(fact, Fact):
            raise TypeError(f"not a date: {column.name}")
        within: exp.Expr = exp.Between(this=raw, low=_day(fact.lowest), high=_day(fact.highest))
        if fact.open_ended:
            within = exp.Or(this=closed(within), expression=exp.EQ(this=raw.copy(), expression=_day(OPEN_END)))
        return _case([(within, ordinal(raw.copy(), self.dialect))])

    def _figure(self, column: Input) -> exp.Expr:
        """A figure in its smallest part; one with more decimals than are kept can't be read."""
        raw, low, most = _raw(column), column.lowest, column.highest
        # Wide enough for the product: DuckDB takes no more digits than it must.
        kept = cast(raw.copy(), f"DECIMAL({_DIGITS}, {column.decimals})")
        within = exp.Between(this=raw, low=_decimal(low, column.decimals), high=_decimal(most, column.decimals))
        whole = cast(exp.Mul(this=kept, expression=number(10**column.decimals)), "BIGINT")
        exact = _case([(exp.EQ(this=kept.copy(), expression=raw.copy()), whole)])
        return _case([(within, exact)])

    def _input(self, slot: int) -> Input:
        return next(column for column in self.inputs if column.slot == slot)

    # --- what follows -------------------------------------------------------------------------------------------

    def slot(self, slot: int) -> exp.Expr:
        """A slot as the rules read it; the form in which a figure is given follows from the others."""
        fact = self.program.layout.facts[slot]
        if not isinstance(fact, FormFact):
            return exp.column(f"s{slot}")
        slots = self.program.layout.slots
        given = [(_known(exp.column(f"s{slots[name]}")), number(choice)) for name, choice in fact.given_by]
        return _case(given, number(fact.otherwise))

    def invalid(self) -> exp.Expr:
        """The mask of what can't be read or does not fit together."""
        unread: list[exp.Expr] = []
        for column in self.inputs:
            lost = exp.Is(this=exp.column(f"s{column.slot}"), expression=exp.Null())
            # That no steps are given is said, and is no step.
            unread.append(
                exp.false()
                if column.type == "steps"
                else exp.And(this=exp.column(f"given_{column.slot}"), expression=closed(lost))
            )
        bits = [_case([(wrong, number(1 << place))], number(0)) for place, wrong in enumerate([*unread, *self.checks])]
        found: exp.Expr = bits[0] if bits else number(0)
        for bit in bits[1:]:
            found = exp.Add(this=found, expression=bit)
        return found

    def _checks(self, relations: Sequence[Relation]) -> list[exp.Expr]:
        """What tells that facts contradict each other."""
        slots = {fact.id: slot for slot, fact in ((column.slot, column.fact) for column in self.inputs)}
        found: list[exp.Expr] = []
        for relation in relations:
            match relation:
                case NotBeforeRelation(later, earlier) if later in slots and earlier in slots:
                    ends, begins = exp.column(f"s{slots[later]}"), exp.column(f"s{slots[earlier]}")
                    found.append(exp.LT(this=ends, expression=begins))
                case OneFormRelation(groups):
                    known = [[_known(exp.column(f"s{slots[name]}")) for name in g if name in slots] for g in groups]
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
                low, high = exp.column(f"s{slots[name]}"), exp.column(f"s{slots[other]}")
                found.append(exp.GT(this=low, expression=high))
        return found


def _raw(column: Input) -> exp.Column:
    return exp.column(column.name, table=_SOURCE)


def _known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def _case(branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None = None) -> exp.Expr:
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise) if otherwise is not None else exp.Case(ifs=ifs)


def _day(day: int) -> exp.Expr:
    return cast(exp.Literal.string(dt.date.fromordinal(day).isoformat()), "DATE")


def _decimal(value: int, decimals: int) -> exp.Expr:
    return exp.Literal.number(f"{Decimal(value).scaleb(-decimals):f}")

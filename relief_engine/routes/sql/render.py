"""SQL route: terms become expressions of one dialect.

Whole numbers have three widths: what the database takes a small literal for, 64 bits, and *wide*: 38 digits. Every
operand is put in parentheses: sqlglot writes nodes as they are, and ``a + b // 2`` is another sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Literal

from sqlglot import exp

from relief_engine.routes.sql.terms import NARROW, Terms

#: By the name of a column that stays as a typed table has it: the texts of its values in order; none for a BOOLEAN.
Held = Mapping[str, tuple[str, ...]]

Dialect = Literal["duckdb", "spark", "postgres"]
DIALECTS: tuple[Dialect, ...] = ("duckdb", "spark", "postgres")

#: The widths of whole numbers, and the type of each that a dialect computes in.
SMALL, PLAIN, BROAD = 0, 1, 2
BROAD_TYPE: Mapping[Dialect, str] = {"duckdb": "INT128", "spark": "DECIMAL(38, 0)", "postgres": "DECIMAL"}
#: Days are counted from this one in dates: its ordinal.
EPOCH = 719_163
#: What Spark's division of decimals keeps before the point.
_SPARK_QUOTIENT = 10**32

#: The last bit of a number of 64 bits that is not its sign.
_MOST_BIT = 62
#: So many texts are compared one by one. DuckDB makes a join of more, which takes a distinct text once.
_FEW = 2

_COMPARISONS: Mapping[str, type[exp.Binary]] = {
    "<": exp.LT, "<=": exp.LTE, "==": exp.EQ, "!=": exp.NEQ, ">=": exp.GTE, ">": exp.GT,
}  # fmt: skip
_ARITHMETIC: Mapping[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}
#: What needs no parentheses as an operand.
_CLOSED = (exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Case, exp.Cast, exp.Anonymous, exp.Paren)


class TooWideForSpark(ValueError):
    """A quotient that Spark can't give exactly."""


def number(value: int) -> exp.Expr:
    """A whole number; a negative one in parentheses."""
    found = exp.Literal.number(abs(value))
    return exp.Paren(this=exp.Neg(this=found)) if value < 0 else found


def closed(expression: exp.Expr) -> exp.Expr:
    """An expression as an operand."""
    return expression if isinstance(expression, _CLOSED) else exp.Paren(this=expression)


def joined(joint: type[exp.Binary], parts: Sequence[exp.Expr]) -> exp.Expr:
    """*And* or *or* over some truths."""
    if len(parts) == 1:
        return parts[0]
    return reduce(lambda left, right: joint(this=left, expression=right), map(closed, parts))


def cast(expression: exp.Expr, kind: str) -> exp.Expr:
    """An expression as a type."""
    return exp.Cast(this=expression, to=exp.DataType.build(kind))


def ordinal(day: exp.Expr, dialect: Dialect) -> exp.Expr:
    """The ordinal of a date."""
    since = (
        exp.Anonymous(this="DATEDIFF", expressions=[day, epoch()])
        if dialect == "spark"
        else exp.Paren(this=exp.Sub(this=closed(day), expression=epoch()))
    )
    return exp.Add(this=cast(since, "BIGINT"), expression=number(EPOCH))


def date_of(day: exp.Expr, dialect: Dialect) -> exp.Expr:
    """The date of an ordinal."""
    since = cast(exp.Sub(this=closed(day), expression=number(EPOCH)), "INT")
    if dialect == "spark":
        return exp.Anonymous(this="DATE_ADD", expressions=[epoch(), since])
    return exp.Paren(this=exp.Add(this=epoch(), expression=since))


def epoch() -> exp.Expr:
    """The day that dates are counted from."""
    return cast(exp.Literal.string("1970-01-01"), "DATE")


class Renderer:
    """Writes terms in one dialect; some of them are columns already."""

    def __init__(
        self,
        terms: Terms,
        dialect: Dialect,
        columns: Mapping[int, str],
        held: Held | None = None,
        scales: Mapping[str, int] | None = None,
    ) -> None:
        """``columns`` names the terms that are columns.

        ``held``: see :mod:`relief_engine.routes.sql.held`; ``scales``: columns with figures in their own unit.
        """
        self.scales = scales or {}
        self.terms = terms
        self.dialect = dialect
        self.columns = columns
        self.held = held or {}
        self._widths: dict[int, int] = {}

    def width(self, term: int) -> int:
        """How wide the number is that the database makes of a figure."""
        found = self._widths.get(term)
        if found is None:
            found = self._widths[term] = self._width(term)
        return found

    def _width(self, term: int) -> int:
        op, args, value = self.terms.list[term]
        bounds = self.terms.bounds[term]
        if bounds is None:
            return PLAIN
        needed = width_of(*bounds)
        match op:
            case "number":
                return needed
            case "case":
                count = value[0] if isinstance(value, tuple) else 0
                values = [*args[1 : 2 * count : 2], *args[2 * count :]]
                return max([needed, *(self.width(part) for part in values)])
            case "+" | "-" | "*":
                return max([needed, *(self.width(part) for part in args)])
            case _:
                return max(PLAIN, needed)

    def made(self, term: int) -> exp.Expr:
        """The expression of a term, or its column."""
        name = self.columns.get(term)
        return exp.column(name) if name is not None else self.written(term)

    def operand(self, term: int) -> exp.Expr:
        """The same, closed."""
        return closed(self.made(term))

    def written(self, term: int) -> exp.Expr:
        """The expression of a term, written out even if it is a column."""
        op, args, value = self.terms.list[term]
        match op:
            case "column":
                return exp.column(str(value))
            case "number":
                return number(int(str(value)))
            case "text":
                return exp.Literal.string(str(value))
            case "truth":
                return exp.Null() if value is None else exp.Boolean(this=value)
            case "and" | "or":
                return joined(exp.And if op == "and" else exp.Or, [self.made(part) for part in args])
            case "not":
                return exp.Not(this=self.operand(args[0]))
            case "is_null":
                return exp.Is(this=self.operand(args[0]), expression=exp.Null())
            case "compare":
                return _COMPARISONS[str(value)](this=self._side(*args), expression=self._side(*reversed(args)))
            case _:
                return self._further[op](self, term)

    def _side(self, term: int, other: int) -> exp.Expr:
        """One side of a comparison; a fixed figure is written in the unit of the other side."""
        op, _, name = self.terms.list[other]
        fixed = self.terms.fixed(term)
        if op == "column" and fixed is not None and str(name) in self.scales:
            return exp.Literal.number(f"{Decimal(fixed).scaleb(-self.scales[str(name)]):f}")
        return self.operand(term)

    def _one_of(self, term: int) -> exp.Expr:
        """Values as ranges of neighbours: DuckDB would make a join of a long list."""
        _, args, value = self.terms.list[term]
        values = value if isinstance(value, tuple) else ()
        tested_op, _, name = self.terms.list[args[0]]
        if tested_op == "column" and str(name) in self.held:
            return self._one_of_held(self.operand(args[0]), values, self.held[str(name)])
        firsts = [each for each in values if each - 1 not in values]
        lasts = [each for each in values if each + 1 not in values]
        if self.dialect == "duckdb" and len(firsts) > 1 and values[0] >= 0 and values[-1] <= _MOST_BIT:
            # In DuckDB *or* takes several times as long. Bit *i* of the number is set if *i* is one of the values.
            shifted = exp.BitwiseRightShift(
                this=number(sum(1 << each for each in values)), expression=self.operand(args[0])
            )
            return exp.EQ(
                this=exp.Paren(this=exp.BitwiseAnd(this=closed(shifted), expression=number(1))), expression=number(1)
            )
        parts: list[exp.Expr] = []
        for first, last in zip(firsts, lasts, strict=True):
            tested = self.operand(args[0])
            if first == last:
                parts.append(exp.EQ(this=tested, expression=number(first)))
            else:
                parts.append(exp.Between(this=tested, low=number(first), high=number(last)))
        return joined(exp.Or, parts)

    def _one_of_held(self, tested: exp.Expr, values: Sequence[int], texts: tuple[str, ...]) -> exp.Expr:
        """A BOOLEAN, or one of some texts."""
        if not texts:
            truths = [tested.copy() if value else exp.Not(this=tested.copy()) for value in values]
            return joined(exp.Or, truths)
        named = [exp.Literal.string(texts[value]) for value in values]
        if len(named) > _FEW:
            return exp.In(this=tested, expressions=named)
        return joined(exp.Or, [exp.EQ(this=tested.copy(), expression=name) for name in named])

    def _case(self, term: int) -> exp.Expr:
        _, args, value = self.terms.list[term]
        count = value[0] if isinstance(value, tuple) else 0
        wide = self.width(term) == BROAD and self.terms.bounds[term] is not None

        def branch(part: int) -> exp.Expr:
            found = self.made(part)
            return cast(found, BROAD_TYPE[self.dialect]) if wide and self.width(part) < BROAD else found

        ifs = [exp.If(this=self.made(args[2 * i]), true=branch(args[2 * i + 1])) for i in range(count)]
        rest = args[2 * count :]
        return exp.Case(ifs=ifs, default=branch(rest[0])) if rest else exp.Case(ifs=ifs)

    def _arithmetic(self, term: int) -> exp.Expr:
        op, args, _ = self.terms.list[term]
        left, right = self.operand(args[0]), self.operand(args[1])
        wanted = self.width(term)
        if max(self.width(part) for part in args) < wanted:
            left = cast(left, "BIGINT" if wanted == PLAIN else BROAD_TYPE[self.dialect])
        return _ARITHMETIC[op](this=left, expression=right)

    def _quotient(self, term: int) -> exp.Expr:
        """A whole part. A wide number has a way of its own in each database, of which others give wrong sums."""
        _, args, value = self.terms.list[term]
        figure, divisor = self.operand(args[0]), number(int(str(value)))
        broad, result = self.width(args[0]) == BROAD, self.width(term)
        if self.dialect == "postgres":
            if not broad:
                return exp.Div(this=figure, expression=divisor, typed=True)
            found: exp.Expr = exp.IntDiv(this=figure, expression=divisor)
        elif self.dialect == "spark" and result == BROAD:
            # DIV gives a number of 64 bits, and a wrong one, without a word, where the quotient is larger.
            if self.terms.range_of(term)[1] >= _SPARK_QUOTIENT:
                raise TooWideForSpark
            left = exp.Paren(this=exp.Mod(this=figure.copy(), expression=divisor.copy()))
            whole = exp.Paren(this=exp.Sub(this=figure, expression=left))
            return cast(exp.Div(this=whole, expression=divisor, typed=True, safe=True), BROAD_TYPE["spark"])
        else:
            found = exp.IntDiv(this=figure, expression=divisor)
        return cast(found, "BIGINT") if broad and result < BROAD else found

    def _later(self, term: int) -> exp.Expr:
        _, args, value = self.terms.list[term]
        day, months = date_of(self.operand(args[0]), self.dialect), int(str(value))
        if self.dialect == "spark":
            return ordinal(exp.Anonymous(this="ADD_MONTHS", expressions=[day, number(months)]), "spark")
        interval = exp.Interval(this=exp.Literal.string(str(months)), unit=exp.var("MONTH"))
        return ordinal(cast(exp.Add(this=day, expression=interval), "DATE"), self.dialect)

    _further: Mapping[str, Callable[[Renderer, int], exp.Expr]] = {
        "in": _one_of,
        "case": _case,
        "+": _arithmetic,
        "-": _arithmetic,
        "*": _arithmetic,
        "/": _quotient,
        "months": _later,
    }


def width_of(low: int, high: int) -> int:
    """How wide a number must be."""
    most = max(-low, high)
    return SMALL if most < 2**31 else PLAIN if most <= NARROW else BROAD

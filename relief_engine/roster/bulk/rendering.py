"""Roster stage: answers in a database become the columns of a result, with their sentences.

A sentence depends on the masks and on which figures there are; the figures themselves only stand in it. So each kind
of sentence is made once, by what makes the sentences of all results, around marks that the database fills in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import gcd

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.decision import NOTHING_MISSING, Outcome, yuan
from relief_engine.engine.summary import Cell, columns
from relief_engine.roster.answers import Answer, Answered, Screening
from relief_engine.roster.bulk.reading import CELL, ROW
from relief_engine.roster.results import Line, Result, Results
from relief_engine.roster.table import Row
from relief_engine.routes.sql.render import BROAD_TYPE, Dialect, cast, closed, date_of, number
from relief_engine.routes.sql.terms import NARROW, Bounds
from relief_engine.rulebook.programme import Programme

#: The relations: the answers, and the sentences that belong to them.
RAW, SAID = "relief_raw", "relief_said"
#: The columns of results that are sentences.
SENTENCES = ("reason", "missing", "clauses")
#: What stands in a sentence for the first amount, the second and so on, in cents; no real sentence has them.
_MARK = 9_870_000_000_000_000
#: The digits of a decimal of 64 bits, and of the widest cents that can be told as yuan in 38 digits.
_NARROW_DIGITS, _CENTS_DIGITS = 18, 34


def raw(name: str) -> exp.Expr:
    """A column of the answers."""
    return exp.column(name, table=RAW)


class Said:
    """The sentences of one programme's answers, kind by kind."""

    def __init__(
        self, screening: Screening, programme: Programme, program: ir.Program, results: Results,
        bounds: Mapping[str, Bounds] | None = None,
    ) -> None:  # fmt: skip
        """``bounds``: the least and greatest value of figures, by column, where they are known to be small."""
        self.bounds = bounds or {}
        self.screening = screening
        self.programme = programme
        self.program = program
        self.results = results
        self.columns = columns(program)
        self.cents = [column.name for column in self.columns if column.kind == "cents"]
        #: What tells kinds of sentences apart, beside which amounts there are. Rates and days are few.
        self.told = [c.name for c in self.columns if c.kind in ("outcome", "mask")]
        self.told += [c.name for c in self.columns if c.name in ("rate_low", "rate_high", "until")]

    @property
    def key(self) -> list[exp.Expr]:
        """What tells kinds of sentences apart, over the answers."""
        given = [exp.Is(this=raw(name), expression=exp.Null()) for name in self.cents]
        return [*map(raw, self.told), *given]

    def kinds(self) -> exp.Select:
        """The query for all kinds that there are."""
        return exp.select(*self.key).distinct().from_(RAW).where("outcome IS NOT NULL")

    def sentences(self, kind: Sequence[object]) -> list[str | None]:
        """The sentences of a kind, with marks for its amounts."""
        told, lacking = kind[: len(self.told)], kind[len(self.told) :]
        summary: dict[str, Cell] = {column.name: None for column in self.columns}
        for name, value in zip(self.told, told, strict=True):
            summary[name] = value if isinstance(value, str) or value is None else int(str(value))
        for place, (name, absent) in enumerate(zip(self.cents, lacking, strict=True)):
            summary[name] = None if absent else _MARK + place
        lacking_one = any(all(summary[name] is None for name in names) for names in figures(self.program))
        open_ = summary["outcome"] == Outcome.UNDETERMINED or (summary["outcome"] == Outcome.REFERRED and lacking_one)
        answer = Answer(self.programme, self.program, summary, None if open_ else NOTHING_MISSING)
        cells = tuple([None] * len(self.screening.table.headers))
        line = Line(Answered(Row(0, cells), (answer,), ()), answer)
        by_id = {column.id: column for column in self.results.columns}
        return [_text(by_id[name].get(line)) for name in SENTENCES]

    def joined(self) -> exp.Expr:
        """How an answer finds its sentences."""
        parts: list[exp.Expr] = [
            exp.NullSafeEQ(this=closed(expression), expression=exp.column(f"k{place}", table=SAID))
            for place, expression in enumerate(self.key)
        ]
        return exp.and_(*parts)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def mark(place: int) -> str:
    """What stands for an amount in a sentence."""
    return f"{yuan(_MARK + place):,.2f}"


def figures(program: ir.Program) -> list[tuple[str, ...]]:
    """For each figure of the benefit, the columns of which one at least holds it in an answer that is referred."""
    has = {column.name for column in columns(program)}
    found = (("amount_if_granted", "amount_low"), ("ceiling",), ("payable", "payable_low"), ("rate_low",), ("until",))
    return [names for names in found if names[0] in has]


def rendered(said: Said, dialect: Dialect) -> Iterator[tuple[str, exp.Expr]]:
    """Each column of the results as a name and an expression over answers and sentences; those of the roster apart."""
    for column in said.results.columns:
        if column.kind in ("span", "rate"):
            ends = ("_low", "_high") if column.open_ else ("",)
            for end in ends:
                yield f"{column.id}{end}", _decimal(said, column, end or "_low", dialect)
        else:
            yield column.id, _single(said, column, dialect)


def _single(said: Said, column: Result, dialect: Dialect) -> exp.Expr:
    has = {c.name for c in said.columns}
    match column.kind, column.id:
        case _, "row":
            return raw(ROW)
        case _, "name":
            position = said.screening.columns.position("applicant.name")
            return cast(raw(f"{CELL}{position}"), "VARCHAR")
        case _, "outcome":
            return _labels(said.results)
        case _, "outcome_id":
            return raw("outcome")
        case _, name if name in SENTENCES:
            return _filled(said, name, dialect)
        case "money", name:
            return _yuan(raw(name), _digits(said, name)) if name in has else exp.null()
        case "integer", name:
            return cast(raw(name), "BIGINT") if name in has else exp.null()
        case "date", name if name != "as_of":
            found = name if name in has else f"{name}_low"
            return date_of(_unless_refused(column, raw(found)), dialect) if found in has else cast(exp.null(), "DATE")
    return _constant(said, column)


def _constant(said: Said, column: Result) -> exp.Expr:
    """A column that is the same in all rows."""
    answer = Answer(said.programme, said.program, {"outcome": Outcome.INELIGIBLE.value}, NOTHING_MISSING)
    cells = tuple([None] * len(said.screening.table.headers))
    value = column.get(Line(Answered(Row(0, cells), (answer,), ()), answer))
    if value is None:
        return cast(exp.null(), "VARCHAR")
    literal = exp.Literal.string(str(value))
    return cast(literal, "DATE") if column.kind == "date" else literal


def _labels(results: Results) -> exp.Expr:
    case = exp.Case()
    for outcome in Outcome:
        is_it = exp.EQ(this=raw("outcome"), expression=exp.Literal.string(outcome.value))
        case = case.when(is_it, exp.Literal.string(outcome.label.in_(results.language)))
    return case


def _digits(said: Said, name: str) -> int:
    """How many digits amounts are computed with: as many as numbers of 64 bits hold, if that is enough."""
    return _NARROW_DIGITS if _is_narrow(said, name) else _CENTS_DIGITS


def _is_narrow(said: Said, name: str) -> bool:
    """Whether a figure is known to need no more than 64 bits."""
    return name in said.bounds and _most(said.bounds[name]) < 10**_NARROW_DIGITS


def _most(bounds: Bounds) -> int:
    return max(-bounds[0], bounds[1])


def _yuan(cents: exp.Expr, digits: int) -> exp.Expr:
    """Whole cents as yuan, exactly."""
    hundredth = cast(exp.Literal.number("0.01"), "DECIMAL(3, 2)")
    return cast(exp.Mul(this=cast(cents, f"DECIMAL({digits}, 0)"), expression=hundredth), "DECIMAL(38, 2)")


def _decimal(said: Said, column: Result, end: str, dialect: Dialect) -> exp.Expr:
    """One end of a figure, over its denominator, with the decimals of all results."""
    name = f"{column.id}{end}"
    found = next((c for c in said.columns if c.name == name), None)
    if found is None:
        return cast(exp.null(), "DECIMAL(38, 10)")
    places = said.results.places(column)
    value = _unless_refused(column, raw(name))
    return _quotient(value, found.denominator, places, dialect, said.bounds.get(name))


def _unless_refused(column: Result, value: exp.Expr) -> exp.Expr:
    """A figure, or nothing where the answer is refused, as in all results."""
    if not Results.of_granted(column):
        return value
    refused = exp.EQ(this=raw("outcome"), expression=exp.Literal.string(Outcome.INELIGIBLE.value))
    return exp.Paren(this=exp.Case().when(refused, exp.null()).else_(value))


def _quotient(top: exp.Expr, bottom: int, places: int, dialect: Dialect, bounds: Bounds | None) -> exp.Expr:
    """A whole number over a fixed one, half up (away from zero) to some decimals."""
    if bottom == 1:
        return cast(top, "DECIMAL(38, 10)")
    most = None if bounds is None else _most(bounds)
    if bounds is not None and bounds[0] >= 0:
        return _positive_quotient(top, bottom, places, dialect, most)
    size = _positive_quotient(exp.Abs(this=top.copy()), bottom, places, dialect, most)
    negative = exp.LT(this=top.copy(), expression=number(0))
    return exp.Case().when(negative, exp.Neg(this=closed(size))).else_(size.copy())


def _positive_quotient(top: exp.Expr, bottom: int, places: int, dialect: Dialect, most: int | None) -> exp.Expr:
    # Twice the quotient at one decimal more, rounded down, plus one, halved: on whole numbers, so exact.
    shared = gcd(2 * 10**places, bottom)
    times, more, divisor = 2 * 10**places // shared, bottom // shared, 2 * bottom // shared
    narrow = most is not None and most * times + more <= NARROW and most * times < divisor * (10**_NARROW_DIGITS - 1)
    scaled = exp.Add(
        this=exp.Mul(this=cast(top, "BIGINT" if narrow else BROAD_TYPE[dialect]), expression=number(times)),
        expression=number(more),
    )
    if narrow:
        whole = cast(exp.IntDiv(this=closed(scaled), expression=number(divisor)), f"DECIMAL({_NARROW_DIGITS}, 0)")
    else:
        # A decimal of 38 digits is the widest: what goes before the point makes room for what comes after it.
        whole = cast(whole_quotient(closed(scaled), divisor, dialect), f"DECIMAL({min(28, 36 - places)}, 0)")
    step = cast(exp.Literal.string(f"{1 / 10**places:.{places}f}"), f"DECIMAL({places + 1}, {places})")
    return cast(exp.Mul(this=whole, expression=step), "DECIMAL(38, 10)")


def whole_quotient(top: exp.Expr, bottom: int, dialect: Dialect) -> exp.Expr:
    """The whole part of a wide number that is not negative over another."""
    if dialect != "spark":
        return exp.IntDiv(this=top, expression=number(bottom))
    # DIV gives a number of 64 bits, and a wrong one, without a word, where the quotient is larger.
    rest = exp.Paren(this=exp.Mod(this=top.copy(), expression=number(bottom)))
    even = exp.Paren(this=exp.Sub(this=top, expression=rest))
    return cast(exp.Div(this=even, expression=number(bottom), typed=True, safe=True), BROAD_TYPE["spark"])


def _filled(said: Said, name: str, dialect: Dialect) -> exp.Expr:
    """A sentence with its amounts."""
    found: exp.Expr = exp.column(name, table=SAID)
    if name != "reason":
        return found
    for place, column in enumerate(said.cents):
        written = exp.Coalesce(
            this=_written(raw(column), dialect, wide=not _is_narrow(said, column)), expressions=[exp.Literal.string("")]
        )
        found = exp.Anonymous(this="REPLACE", expressions=[found, exp.Literal.string(mark(place)), written])
    if not said.cents:
        return found
    # Most sentences have no amount.
    none = exp.and_(*[exp.Is(this=raw(column), expression=exp.null()) for column in said.cents])
    return exp.Case().when(none, exp.column(name, table=SAID)).else_(found)


def _written(cents: exp.Expr, dialect: Dialect, *, wide: bool) -> exp.Expr:
    """Cents as yuan for people: 180,000.00. Spark divides and groups none that are ``wide``."""
    kind = BROAD_TYPE[dialect] if wide and dialect == "duckdb" else "BIGINT"
    whole = exp.IntDiv(this=closed(cast(cents, kind)), expression=number(100))
    rest = cast(exp.Mod(this=closed(cast(cents.copy(), kind)), expression=number(100)), "VARCHAR")
    padded = exp.Anonymous(this="LPAD", expressions=[rest, number(2), exp.Literal.string("0")])
    grouped = (
        exp.Anonymous(this="FORMAT_NUMBER", expressions=[whole, number(0)])
        if dialect == "spark"
        else exp.Anonymous(this="FORMAT", expressions=[exp.Literal.string("{:,}"), whole])
    )
    return exp.Anonymous(this="CONCAT", expressions=[grouped, exp.Literal.string("."), padded])

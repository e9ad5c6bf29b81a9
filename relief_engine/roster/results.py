"""Roster stage: the columns of one answered row, defined once for every kind of output.

First what was decided, then, for machines, by what and with which masks, then every column of the roster as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from relief_engine.compiled import ir
from relief_engine.compiled.layout import layout_of
from relief_engine.compiled.lowering import compile_programme
from relief_engine.decision import Outcome, State
from relief_engine.roster.answers import Answer, Answered, Screening
from relief_engine.roster.reasons import Reasons, money
from relief_engine.roster.titles import AMOUNTS, MACHINE, MISSING, OUTCOME, PEOPLE, PROGRAMME, ROW, own_header
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.units import Unit
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text, joined

#: What the cells of a column are: ``int``, ``str``, ``Decimal`` yuan, ``date``; a span is a pair of ``Decimal``, the
#: lowest and highest figure, equal where nothing is open; a rate is one too, of fractions of one. None is no value.
Kind = Literal["integer", "text", "money", "date", "span", "rate"]

#: Figures that no short decimal gives exactly are rounded half up to so many decimals; amounts never come from these.
_DECIMALS, _RATE_DECIMALS = 4, 10
#: One unit in the last place, by how many decimals a figure is rounded to.
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(_RATE_DECIMALS + 1))
#: How the columns of figures that programmes name begin.
_FIGURE = "figure_"


class Line(NamedTuple):
    """One answer with the row that it belongs to."""

    answered: Answered
    answer: Answer


class Result(NamedTuple):
    """One column of results: what it is called, what its cells are, and how to get one.

    ``width`` is how wide people like it, in half-width characters; ``machine`` marks what only data outputs have;
    ``open_`` whether a span's ends may differ; ``of_row`` what comes from the row and not from its answer.
    """

    id: str
    title: Text
    kind: Kind
    get: Callable[[Line], object]
    width: int = 12
    machine: bool = False
    open_: bool = False
    of_row: bool = False


class Results:
    """The columns of a screening's results.

    ``columns`` are those of results; ``headers`` the roster's own in ``language``, renamed only where one is called
    like a column of results.
    """

    def __init__(self, screening: Screening, language: Language = DEFAULT_LANGUAGE) -> None:
        self.screening = screening
        self.language = language
        self.reasons = Reasons(screening.as_of)
        self.programs = tuple(_program(screening.rulebook, p, screening.as_of) for p in screening.programmes)
        self.columns = tuple(self._columns())
        taken = {column.title.in_(language) for column in self.columns}
        self.headers = tuple(own_header(header, taken, language) for header in screening.table.headers)

    @property
    def shown(self) -> tuple[Result, ...]:
        """The columns that people read."""
        return tuple(column for column in self.columns if not column.machine)

    @staticmethod
    def of_granted(column: Result) -> bool:
        """Whether a column is empty in answers that are refused, though the answer has its figure."""
        return column.id.startswith(_FIGURE)

    @staticmethod
    def places(column: Result) -> int:
        """How many decimals a span or rate has at most."""
        return _RATE_DECIMALS if column.kind == "rate" else _DECIMALS

    def _columns(self) -> Iterator[Result]:
        yield Result("row", ROW, "integer", lambda line: line.answered.row.number, 7, of_row=True)
        name = self.screening.columns.position("applicant.name")
        if name is not None:
            yield Result("name", Text("申请方", "Applicant"), "text", _cell(name), 26, of_row=True)
        if len(self.screening.programmes) != 1:
            yield Result("programme", PROGRAMME, "text", lambda line: self._said(line.answer.programme.title), 26)
        labels = {outcome.value: outcome.label.in_(self.language) for outcome in Outcome}
        wide = 14 if self.language == "zh" else 20
        yield Result("outcome", OUTCOME, "text", lambda line: labels[str(_get(line, "outcome"))], wide)
        yield from self._figures()
        yield from self._benefit()
        if self.screening.columns.answers:
            yield from self._people()
        yield Result("reason", Text("理由", "Reason"), "text", self._reason, 48)
        yield Result("missing", MISSING, "text", self._missing, 30)
        yield Result(
            "clauses", Text("依据条款", "Clauses"), "text", lambda li: self.reasons.clauses(li.answer) or None, 34
        )
        yield Result("hints", Text("提示", "Hints"), "text", self._hints, 24, of_row=True)
        yield from self._machine()

    def _figures(self) -> Iterator[Result]:
        """The figures that the programmes name: months first, then days, then the rest."""
        found: dict[str, tuple[Text, Unit | None, bool]] = {}
        for program in self.programs:
            for name, figure in (program.lets if program is not None else {}).items():
                let = program.programme.lets[name] if program is not None else None
                if let is not None and let.shown:
                    before = found.get(name)
                    is_open = figure.low != figure.high or (before is not None and before[2])
                    found[name] = (let.title if before is None else before[0], figure.unit, is_open)
        for name, (title, unit, is_open) in sorted(found.items(), key=lambda item: _rank(item[1][1])):
            yuan = unit is not None and unit.symbol == "元"
            en = title.en[:1].upper() + title.en[1:]
            words = Text(f"{title.zh}（元）", f"{en} (yuan)") if yuan else Text(title.zh, en)
            kind: Kind = "date" if unit is None else "span"
            wide = 28 if yuan and is_open else 14
            yield Result(f"{_FIGURE}{name}", words, kind, _figure(name, day=unit is None), wide, open_=is_open)

    def _benefit(self) -> Iterator[Result]:
        """What is given: only the columns that some programme can fill."""
        benefits = [program.benefit for program in self.programs if program is not None]
        has = {
            "amount": any(b.amount is not None for b in benefits),
            "ceiling": any(b.ceiling is not None for b in benefits),
            "payable": any(b.payable is not None for b in benefits),
        }
        for name, title in AMOUNTS.items():
            if has[name.partition("_")[0]]:
                yield Result(name, title, "money", _money(name), 16)
        rates = [b.rate for b in benefits if b.rate is not None]
        if rates:
            is_open = any(rate.low != rate.high for rate in rates)
            yield Result("rate", Text("比例", "Rate"), "rate", _rate, 10, open_=is_open)
        if any(b.until is not None for b in benefits):
            yield Result("until", Text("至", "Until"), "date", _until, 12)

    def _people(self) -> Iterator[Result]:
        """What people decided, where the roster has columns for it; the outcome stays that of the rules."""
        states = {state: state.label.in_(self.language) for state in State}

        def state(line: Line) -> object:
            people = line.answer.people
            return None if people is None else states[people.state]

        def cents(line: Line) -> object:
            return None if line.answer.people is None else money(line.answer.people.cents)

        def why(line: Line) -> object:
            people = line.answer.people
            return None if people is None else self._said(joined(list(people.reasons), zh="；", en="; "))

        yield Result("people", PEOPLE["people"], "text", state, 20)
        yield Result("amount_by_people", PEOPLE["amount_by_people"], "money", cents, 18)
        yield Result("people_reason", PEOPLE["people_reason"], "text", why, 34)

    def _machine(self) -> Iterator[Result]:
        as_of, digest = self.screening.as_of, self.screening.rulebook.digest
        found: dict[str, tuple[Kind, Callable[[Line], object]]] = {
            "programme_id": ("text", lambda line: line.answer.programme.id),
            "outcome_id": ("text", lambda line: _get(line, "outcome")),
            "failed": ("integer", lambda line: _get(line, "failed")),
            "unknown": ("integer", lambda line: _get(line, "unknown")),
            "referred": ("integer", lambda line: _get(line, "referred")),
            "as_of": ("date", lambda _: as_of),
            "rulebook": ("text", lambda _: digest),
        }
        for name, (kind, get) in found.items():
            yield Result(name, MACHINE[name], kind, get, machine=True)

    # --- texts ----------------------------------------------------------------------------------------------------

    def _said(self, text: Text) -> str | None:
        return text.in_(self.language) or None

    def _reason(self, line: Line) -> str | None:
        said = self.reasons.reason(line.answer).in_(self.language)
        return said[:1].upper() + said[1:] if self.language == "en" else said

    def _missing(self, line: Line) -> str | None:
        return self._said(self.reasons.missing(line.answer))

    def _hints(self, line: Line) -> str | None:
        hints = line.answered.hints
        return self._said(joined(list(hints), zh="；", en="; ")) if hints else None


def _program(rulebook: Rulebook, programme: Programme, day: dt.date) -> ir.Program | None:
    """The rules of a programme on a day, or None where it is not in force; ``relief screen`` decides by the same."""
    if not programme.period.holds(day):
        return None
    layout = layout_of(rulebook, programme.subject)
    return compile_programme(programme, rulebook.standards, layout, day)


def _rank(unit: Unit | None) -> int:
    return {"月": 0, "天": 1}.get("" if unit is None else unit.symbol, 2)


def _get(line: Line, name: str) -> object:
    return line.answer.summary.get(name)


def _cell(position: int) -> Callable[[Line], object]:
    def get(line: Line) -> object:
        cell = line.answered.row.cells[position]
        return cell if cell is None or isinstance(cell, str) else str(cell)

    return get


def _money(name: str) -> Callable[[Line], object]:
    return lambda line: money(line.answer.summary.get(name))


def _until(line: Line) -> object:
    return _day(_get(line, "until"))


def _day(ordinal: object) -> dt.date | None:
    return dt.date.fromordinal(ordinal) if isinstance(ordinal, int) else None


def _rate(line: Line) -> object:
    rate = None if line.answer.program is None else line.answer.program.benefit.rate
    if rate is None:
        return None
    return _span(_get(line, "rate_low"), _get(line, "rate_high"), rate.denominator, _RATE_DECIMALS)


def _figure(name: str, *, day: bool) -> Callable[[Line], object]:
    """A figure of an answer, unless it is refused: so many months and so much rent read like a grant."""
    low, high = f"{_FIGURE}{name}_low", f"{_FIGURE}{name}_high"

    def get(line: Line) -> object:
        if _get(line, "outcome") == Outcome.INELIGIBLE.value:
            return None
        if day:
            return _day(_get(line, low))
        program = line.answer.program
        figure = None if program is None else program.lets.get(name)
        return None if figure is None else _span(_get(line, low), _get(line, high), figure.denominator)

    return get


def _span(low: object, high: object, denominator: int, places: int = _DECIMALS) -> tuple[Decimal, Decimal] | None:
    if not isinstance(low, int) or not isinstance(high, int):
        return None
    least = decimal(low, denominator, places)
    return (least, least) if low == high else (least, decimal(high, denominator, places))


@lru_cache(20_000)
def decimal(numerator: int, denominator: int, places: int = _DECIMALS) -> Decimal:
    """A rational figure as a decimal: exact where that many decimals are enough, else rounded half up to those."""
    if numerator % denominator == 0:
        return Decimal(numerator // denominator)
    context = Context(prec=60, rounding=ROUND_HALF_UP)
    found = context.divide(Decimal(numerator), Decimal(denominator))
    rounded = found.quantize(_STEPS[places], context=context)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else rounded.normalize(context)

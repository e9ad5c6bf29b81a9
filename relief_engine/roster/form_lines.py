"""Roster stage: the lines of an official form: the eligible rows of its programme, in the form's columns and units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from relief_engine.decision import Outcome, State
from relief_engine.profile.written import PLAIN
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import cents
from relief_engine.roster.known import Known
from relief_engine.roster.names import bare, normal
from relief_engine.roster.results import decimal
from relief_engine.roster.table import Row
from relief_engine.rulebook.facts import Encoded, Fact, SizeFact
from relief_engine.rulebook.forms import Column, Form
from relief_engine.rulebook.units import PURE
from relief_engine.text import Language, Text


class FormLines:
    """Makes the lines of one form as answers pass, and remembers what the clerk must know about them."""

    def __init__(self, form: Form, screening: Screening, known: Known, language: Language) -> None:
        self.form = form
        self.screening = screening
        self.known = known
        self.language = language
        self.number = 0
        self.referred = 0
        #: Of these, how many people granted.
        self.granted = 0
        #: The exact sum of each column that is summed, in base units.
        self.sums: dict[int, Fraction] = {i: Fraction(0) for i, column in enumerate(form.columns) if column.sum}
        #: The lines of each column in which nothing could be written.
        self.empty: dict[int, list[int]] = {i: [] for i in range(len(form.columns))}
        #: The lines of rows with hints, such as one that may repeat another.
        self.hinted: list[int] = []
        #: The lines that each note of the form is about.
        self.noted: list[list[int]] = [[] for _ in form.notes]
        #: The lines whose amount is shown as nothing, with the amount in base units.
        self.tiny: list[tuple[int, Fraction]] = []
        headers = [bare(header) for header in screening.table.headers]
        wanted = {i: map(normal, column.copied) for i, column in enumerate(form.columns) if column.copied}
        #: Where in the roster the cells of columns come from that are copied.
        self.copied = {
            i: next((headers.index(name) for name in names if name in headers), None) for i, names in wanted.items()
        }
        #: The lines of such a column whose cell is not what it should be, and is left out.
        self.odd: dict[int, list[int]] = {i: [] for i in wanted}
        #: What was read of the row in hand: several columns and notes ask for one fact.
        self._read: dict[str, Encoded | str | None] = {}

    def lines(self, answered: Answered) -> Iterator[list[object]]:
        """The lines that one row gives: one if it is eligible, none otherwise."""
        for answer in answered.answers:
            if answer.programme.id != self.form.programme.id:
                continue
            if answer.summary["outcome"] == Outcome.REFERRED:
                self.referred += 1
                if answer.people is not None and answer.people.state is State.GRANTED:
                    self.granted += 1
            if answer.summary["outcome"] != Outcome.ELIGIBLE:
                continue
            self.number += 1
            self._read.clear()
            if answered.hints:
                self.hinted.append(self.number)
            amounts = cents(answer)
            # An amount that the texts leave open is no figure to report.
            amount = Fraction(amounts[0], 100) if amounts is not None and amounts[0] == amounts[1] else None
            for lines, note in zip(self.noted, self.form.notes, strict=True):
                if note.fact is not None and self._value(note.fact, answered.row) == note.value:
                    lines.append(self.number)
            yield [self._cell(i, column, answered.row, amount) for i, column in enumerate(self.form.columns)]

    def _cell(self, index: int, column: Column, row: Row, amount: Fraction | None) -> object:
        if column.result == "number":
            return self.number
        value: object
        if column.result == "amount":
            value = self._figure(index, column, amount)
        elif column.fact is not None:
            value = self._fact(index, column, column.fact, row)
        elif column.words:
            value = self._word(column, row)
        else:
            value = self._copy(index, column, row)
        if value is None or value == "":
            self.empty[index].append(self.number)
            return None
        return value

    def _figure(self, index: int, column: Column, exact: Fraction | None) -> Decimal | None:
        """A figure in the column's unit; in the sum it counts exactly."""
        if exact is None:
            return None
        if index in self.sums:
            self.sums[index] += exact
        found = in_unit(exact, column)
        if column.result == "amount" and exact and abs(found) < least_shown(column)[0]:
            self.tiny.append((self.number, exact))
        return found

    def _copy(self, index: int, column: Column, row: Row) -> object:
        """The roster's own cell; None where it is not the whole number that it should be."""
        position = self.copied.get(index)
        value = None if position is None else row.cells[position]
        if column.whole is None or value is None or (isinstance(value, str) and not value.strip()):
            return value
        text = f"{value:g}" if isinstance(value, float) else str(value).translate(PLAIN).strip()
        least, most = column.whole
        if not isinstance(value, bool) and text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
            return int(text)
        self.odd[index].append(self.number)
        return None

    def _value(self, fact: Fact | SizeFact, row: Row) -> Encoded | str | None:
        if fact.id not in self._read:
            known = self.known
            self._read[fact.id] = known.value(fact, row) if isinstance(fact, Fact) else known.size(fact, row)
        return self._read[fact.id]

    def _fact(self, index: int, column: Column, fact: Fact, row: Row) -> object:
        value = self._value(fact, row)
        if isinstance(value, int) and fact.type in ("count", "amount", "number"):
            return self._figure(index, column, Fraction(value, fact.denominator))
        return None if value is None else self.known.words(fact, value, self.language)

    def _word(self, column: Column, row: Row) -> str | None:
        fact, value = None, None
        for line in column.words:
            if line.fact is not fact:
                fact, value = line.fact, self._value(line.fact, row)
            if value is None:
                return None
            if value == line.value:
                return line.write.in_(self.language)
        return None

    @property
    def sum_note(self) -> Text | None:
        """How the sums come about; None where the form has none."""
        summed = [column for index, column in enumerate(self.form.columns) if index in self.sums]
        if not summed:
            return None
        title = summed[0].title
        return Text(
            f"注：“{title.zh}”按表中格式显示，合计由各行精确金额相加后再取舍；精确到分的金额见“判定结果”表。",
            f"Note: {title.en} is shown as the form has it; the sum adds the exact amounts and is rounded once. "
            "Amounts to the cent are on the sheet of decisions.",
        )


def in_unit(exact: Fraction, column: Column) -> Decimal:
    """A figure in base units as the column's unit has it; never rounded to what is shown."""
    found = exact / (column.unit or (column.fact.unit if column.fact is not None else None) or PURE).scale
    # Cents in units of 10,000 yuan have six decimals.
    return decimal(found.numerator, found.denominator, 10)


def least_shown(column: Column) -> tuple[Decimal, str]:
    """The least figure that a column shows as more than nothing, and the symbol of the unit that it is in."""
    unit = column.unit or (column.fact.unit if column.fact is not None else None)
    return Decimal(5).scaleb(-1 - places_of(column)), "元" if unit is None else unit.symbol


def places_of(column: Column) -> int:
    """How many decimals a column of figures shows."""
    return 2 if column.decimals is None else column.decimals

"""Roster stage: the lines of an official form: the eligible rows of its programme, in the form's columns and units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from relief_engine.decision import Outcome
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import cents
from relief_engine.roster.known import Known
from relief_engine.roster.results import decimal
from relief_engine.roster.table import Row
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.forms import Column, Form
from relief_engine.rulebook.units import PURE
from relief_engine.text import Language, Text, joined

#: So many lines are named in a note; of more it says how many there are.
_NAMED = 12


class FormLines:
    """Makes the lines of one form as answers pass, and remembers what the clerk must know about them."""

    def __init__(self, form: Form, screening: Screening, known: Known, language: Language) -> None:
        self.form = form
        self.screening = screening
        self.known = known
        self.language = language
        self.number = 0
        self.referred = 0
        #: The exact sum of each column that is summed, in base units.
        self.sums: dict[int, Fraction] = {i: Fraction(0) for i, column in enumerate(form.columns) if column.sum}
        #: The lines of each column in which nothing could be written.
        self.empty: dict[int, list[int]] = {i: [] for i in range(len(form.columns))}
        #: The lines of rows with hints, such as one that may repeat another.
        self.hinted: list[int] = []
        headers = [header.strip() for header in screening.table.headers]
        self._copied = {
            i: next((headers.index(name) for name in column.copied if name in headers), None)
            for i, column in enumerate(form.columns)
            if column.copied
        }

    def lines(self, answered: Answered) -> Iterator[list[object]]:
        """The lines that one row gives: one if it is eligible, none otherwise."""
        for answer in answered.answers:
            if answer.programme.id != self.form.programme.id:
                continue
            if answer.summary["outcome"] == Outcome.REFERRED:
                self.referred += 1
            if answer.summary["outcome"] != Outcome.ELIGIBLE:
                continue
            self.number += 1
            if answered.hints:
                self.hinted.append(self.number)
            amounts = cents(answer)
            # An amount that the texts leave open is no figure to report.
            amount = Fraction(amounts[0], 100) if amounts is not None and amounts[0] == amounts[1] else None
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
            position = self._copied.get(index)
            value = None if position is None else row.cells[position]
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
        return in_unit(exact, column)

    def _fact(self, index: int, column: Column, fact: Fact, row: Row) -> object:
        value = self.known.value(fact, row)
        if isinstance(value, int) and fact.type in ("count", "amount", "number"):
            return self._figure(index, column, Fraction(value, fact.denominator))
        return self.known.text(fact, row, self.language)

    def _word(self, column: Column, row: Row) -> str | None:
        for line in column.words:
            fact = line.fact
            value = self.known.value(fact, row) if isinstance(fact, Fact) else self.known.size(fact, row)
            if value is None:
                return None
            if value == line.value:
                return line.write.in_(self.language)
        return None

    def notes(self) -> list[Text]:
        """What the clerk must know before the table is sent."""
        found: list[Text] = []
        if self.hinted:
            listed = joined([Text(str(n), str(n)) for n in self.hinted[:_NAMED]])
            more = Text(f"等 {len(self.hinted)} 行", f" and others, {len(self.hinted)} lines")
            rest = more if len(self.hinted) > _NAMED else Text("", "")
            found.append(
                Text(
                    f"序号 {listed.zh}{rest.zh} 在“判定结果”表中有提示（如可能重复），请核对后再报送。",
                    f"Lines {listed.en}{rest.en} have hints on the sheet of decisions, such as possible repeats; "
                    "check them before the table is sent.",
                )
            )
        for index, column in enumerate(self.form.columns):
            missing = self.empty[index]
            if missing:
                zh = f"全部 {self.number} 行" if len(missing) == self.number else f"{len(missing)} 行"
                en = f"all {self.number} lines" if len(missing) == self.number else f"{len(missing)} lines"
                if len(missing) < self.number and len(missing) <= _NAMED:
                    listed = joined([Text(str(n), str(n)) for n in missing])
                    zh, en = f"序号 {listed.zh}", f"lines {listed.en}"
                note = column.note or Text("台账没有这项资料。", "The roster does not say.")
                found.append(
                    Text(f"“{column.title.zh}”未填（{zh}）：{note.zh}", f"{column.title.en} is empty ({en}): {note.en}")
                )
        if self.referred:
            found.append(
                Text(
                    f"需人工认定的 {self.referred} 行不列入本表；认定后请补列。",
                    f"{self.referred} rows that are referred to people are left out; add those that are granted.",
                )
            )
        return found

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

"""Roster stage: single facts of a row, read from its cells by the readers that read profiles."""

from __future__ import annotations

import re
from decimal import Decimal

from relief_engine.engine.sizing import classify, size_fact
from relief_engine.errors import UnknownName
from relief_engine.profile.values import BadValue, NotAvailable, Reader, reader
from relief_engine.profile.words import code_list, value_text
from relief_engine.roster.answers import Screening
from relief_engine.roster.headers import Column
from relief_engine.roster.table import Row
from relief_engine.rulebook.facts import Encoded, Fact, SizeFact
from relief_engine.text import Language

#: A number without a unit of its own, in plain or full-width digits.
_BARE = re.compile(r"\s*[0-9０-９][0-9０-９,，.．]*\s*")
#: Kept for each column: rosters repeat districts, kinds and trades, but not names and amounts.
_MOST = 5_000


class Known:
    """Reads facts of the rows of one screening. The rows were read before, so that nothing in them is refused here."""

    def __init__(self, screening: Screening) -> None:
        self.rulebook = screening.rulebook
        self.codes = code_list(screening.rulebook)
        self._columns: dict[str, tuple[Column, Reader]] = {}
        self._kept: dict[str, dict[tuple[type, object], Encoded | str | None]] = {}
        for column in screening.columns.columns:
            if column.fact is not None and (column.fact.type != "industry_code" or self.codes is not None):
                self._columns[column.fact.id] = (column, reader(column.fact, self.codes))
                self._kept[column.fact.id] = {}

    def has(self, fact: Fact | SizeFact) -> bool:
        """Whether a column of the roster gives the fact, or anything that it is derived from."""
        if isinstance(fact, Fact):
            return fact.id in self._columns
        return fact.code in self._columns

    def value(self, fact: Fact, row: Row) -> Encoded | str | None:
        """A fact's encoded value, or its text; None where it is unknown or does not exist."""
        found = self._columns.get(fact.id)
        if found is None:
            return None
        column, read = found
        cell = row.cells[column.index]
        if cell is None or cell == "":
            return None
        kept = self._kept[fact.id]
        key = (type(cell), cell)
        if key in kept:
            return kept[key]
        try:
            value = read(_with_unit(cell, column))
        except BadValue:
            value = None
        if isinstance(value, NotAvailable):
            value = None
        if len(kept) >= _MOST:
            kept.clear()
        kept[key] = value
        return value

    def size(self, fact: SizeFact, row: Row) -> int | None:
        """An applicant's class by a size table (a position), None while figures leave it open."""
        try:
            if size_fact(self.rulebook).id != fact.id:
                return None
        except UnknownName:
            return None
        code = self._fact(fact.code, row)
        if code is None:
            return None
        values = {name: value for _, name in fact.indicators if (value := self._fact(name, row)) is not None}
        return classify(self.rulebook, code, values).size

    def text(self, fact: Fact, row: Row, language: Language) -> str | None:
        """A fact's value in words; None where it is unknown."""
        value = self.value(fact, row)
        return None if value is None else value_text(fact, value, language, self.codes)

    def _fact(self, name: str, row: Row) -> int | None:
        fact = self.rulebook.facts.get(name)
        value = self.value(fact, row) if isinstance(fact, Fact) else None
        return value if isinstance(value, int) else None


def _with_unit(cell: object, column: Column) -> object:
    """A bare number under a header that states a unit, with that unit; ``15g`` is how exact a spreadsheet is."""
    unit = column.unit
    if unit is None or isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | str):
        return cell
    if isinstance(cell, str):
        return f"{cell}{unit.symbol}" if _BARE.fullmatch(cell) else cell
    number = Decimal(f"{cell:.15g}") if isinstance(cell, float) else cell
    return f"{number:f}{unit.symbol}" if isinstance(number, Decimal) else f"{number}{unit.symbol}"

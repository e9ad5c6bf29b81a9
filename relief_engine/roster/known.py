"""Roster stage: single facts of a row, read from its cells by the readers that read profiles."""

from __future__ import annotations

from relief_engine.engine.sizing import classify, size_fact
from relief_engine.errors import UnknownName
from relief_engine.profile.values import NotAvailable
from relief_engine.profile.words import code_list, value_text
from relief_engine.roster.answers import Screening
from relief_engine.roster.cells import CellReader, cell_reader
from relief_engine.roster.table import Row
from relief_engine.rulebook.facts import Encoded, Fact, SizeFact
from relief_engine.text import Language


class Known:
    """Reads facts of the rows of one screening as they were read to be decided: a row that is refused has no answer."""

    def __init__(self, screening: Screening) -> None:
        self.rulebook, self.as_of = screening.rulebook, screening.as_of
        self.codes = code_list(screening.rulebook)
        self._columns: dict[str, tuple[int, CellReader]] = {}
        zero = screening.table.day_zero
        for column in screening.columns.columns:
            if column.fact is not None and (column.fact.type != "industry_code" or self.codes is not None):
                self._columns[column.fact.id] = (column.index, cell_reader(column, self.codes, zero))

    def has(self, fact: Fact | SizeFact) -> bool:
        """Whether a column of the roster gives the fact, or anything that it is derived from."""
        if isinstance(fact, Fact):
            return fact.id in self._columns
        return fact.code in self._columns

    def value(self, fact: Fact, row: Row) -> Encoded | str | None:
        """A fact's encoded value, or its text; None where it is unknown or does not exist.

        Raises ``BadValue`` for a cell that no row with an answer has.
        """
        found = self._columns.get(fact.id)
        if found is None:
            return None
        index, read = found
        cell = row.cells[index] if index < len(row.cells) else None
        if cell is None or cell == "":
            return None
        value = read(cell)
        return None if isinstance(value, NotAvailable) else value

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
        return classify(self.rulebook, code, values, self.as_of).size

    def text(self, fact: Fact, row: Row, language: Language) -> str | None:
        """A fact's value in words; None where it is unknown."""
        value = self.value(fact, row)
        return None if value is None else self.words(fact, value, language)

    def words(self, fact: Fact, value: Encoded | str, language: Language) -> str:
        """A value in words."""
        return value_text(fact, value, language, self.codes)

    def _fact(self, name: str, row: Row) -> int | None:
        fact = self.rulebook.facts.get(name)
        value = self.value(fact, row) if isinstance(fact, Fact) else None
        return value if isinstance(value, int) else None

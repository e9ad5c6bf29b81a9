"""Roster stage: what answers are grouped by in a summary: the district in which the subject of a row is."""

from __future__ import annotations

from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.known import Known
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Language, Text

#: How the Chinese label of a choice ends whose values are districts: 房屋所在区, 所在县, 所属街道.
_DISTRICTS = ("区", "县", "市", "街道", "乡镇", "区县")
_UNKNOWN = Text("（未填）", "(not given)")


class Grouping:
    """Which district each row belongs to, if the roster has a column for it.

    No rulebook says which of its facts is the district; it is taken to be the first choice of the row's subject, in the
    order of declaration, whose Chinese label ends as districts do, and that a column of the roster gives.
    """

    def __init__(self, screening: Screening, known: Known, language: Language) -> None:
        self.known = known
        self.language = language
        #: The districts by their values, which are the positions of choices.
        self._names: dict[object, str] = {}
        declared = screening.rulebook.subjects[screening.columns.kind.id].facts
        self.fact: Fact | None = next(
            (f for f in declared if f.domain is not None and f.label.zh.endswith(_DISTRICTS) and known.has(f)), None
        )

    def group(self, answered: Answered) -> str | None:
        """The district of a row, a word where it is not given, or None where nothing is grouped."""
        if self.fact is None:
            return None
        value = self.known.value(self.fact, answered.row)
        found = self._names.get(value)
        if found is None:
            found = "" if value is None else self.known.words(self.fact, value, self.language)
            found = self._names[value] = found or _UNKNOWN.in_(self.language)
        return found

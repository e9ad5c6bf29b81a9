"""Testing stage, mutation: what a mutant is. It is one small mistake made in a loaded rulebook."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from relief_engine.errors import Location
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record, Value
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.standards import Standards
from relief_engine.text import Text


class Kind(StrEnum):
    """What kind of mistake a mutant holds."""

    FIGURE = "figure"
    DAY = "day"
    LISTED = "listed"
    COMPARISON = "comparison"
    NEGATION = "negation"
    CONNECTIVE = "connective"
    PART = "part"
    BRANCH = "branch"
    EXTREME = "extreme"
    RANGE = "range"
    CRITERION = "criterion"
    REFERRAL = "referral"
    LINK = "link"
    DEADLINE = "deadline"
    DATE = "date"
    ROUNDING = "rounding"
    LIMIT = "limit"
    CLASS = "class"

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _LABELS[self]


_LABELS = {
    Kind.FIGURE: Text("数字差一个单位", "a figure off by one in its last digit"),
    Kind.DAY: Text("日期差一天", "a day of a parameter off by one"),
    Kind.LISTED: Text("列举少一项", "a name left out of a list or table"),
    Kind.COMPARISON: Text("比较号有误", "a comparison turned"),
    Kind.NEGATION: Text("条件取反", "a condition negated"),
    Kind.CONNECTIVE: Text("“且”与“或”互换", "and for or"),
    Kind.PART: Text("条件少一部分", "a part of a condition left out"),
    Kind.BRANCH: Text("两个分支互换", "the branches of a choice swapped"),
    Kind.EXTREME: Text("最小与最大互换", "least for greatest"),
    Kind.RANGE: Text("区间只取一端", "one end of an open range taken for the figure"),
    Kind.CRITERION: Text("少一个条件", "a criterion left out"),
    Kind.REFERRAL: Text("少一项人工认定", "a referral left out"),
    Kind.LINK: Text("人工认定少替代一个条件", "a referral that stands in for one criterion less"),
    Kind.DEADLINE: Text("少一个期限", "a deadline left out"),
    Kind.DATE: Text("起止日差一天", "a first or last day off by one"),
    Kind.ROUNDING: Text("舍入单位有误", "another step of rounding"),
    Kind.LIMIT: Text("划型界限差一个单位", "a limit of a size table off by one"),
    Kind.CLASS: Text("代码归类有误", "a code in another class"),
}


class Mutant(Record):
    """One small mistake: ``before`` became ``after``.

    ``owner`` is the id of the programme or standard; ``element`` says in words which part of it; ``where`` is the place
    of what was changed. ``id`` is the same on every run while the element is not rewritten. One of ``programme`` and
    ``standards`` is the mutated record, the other None; ``touched`` are the ids of the programmes that may notice.
    """

    id: str
    kind: Kind
    owner: str
    element: Text
    where: Location
    before: str
    after: str
    citations: tuple[Citation, ...]
    programme: Programme | None
    standards: Standards | None
    touched: tuple[str, ...]

    def rulebook(self, original: Rulebook) -> Rulebook:
        """The rulebook with this mistake in it."""
        if self.programme is not None:
            programmes = {**original.programmes, self.programme.id: self.programme}
            return replace(original, programmes=programmes)
        return original if self.standards is None else replace(original, standards=self.standards)

    @property
    def text(self) -> Text:
        """The mistake in words."""
        owner = self.owner
        return Text(
            f"{owner} {self.element.zh}：由 {self.before} 改为 {self.after}",
            f"{owner} {self.element.en}: {self.before} becomes {self.after}",
        )


class Edit(Value):
    """One mistake within an element: its kind, place, what was and is written there, and the element with it."""

    kind: Kind
    where: Location
    before: str
    after: str
    made: object

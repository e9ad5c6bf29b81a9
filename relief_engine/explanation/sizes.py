"""Explanation stage: conditions on a size class in words: the row of the table, each indicator, and what it misses."""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.decision import Status
from relief_engine.engine.sizing import level_of, row_range
from relief_engine.explanation import say
from relief_engine.explanation.reason import Join, Mood, Reason
from relief_engine.explanation.trace import Trace
from relief_engine.rulebook.facts import Fact, SizeFact
from relief_engine.rulebook.standards import Limit, Row, SizeTable
from relief_engine.text import Text

#: So many rows that an industry may fall under are spelled out.
_MOST_ROWS = 4


def size_reason(
    trace: Trace, fact: SizeFact, wanted: frozenset[int], needed: Text, status: Status, mood: Mood
) -> Reason:
    """The reason for a condition on a size class.

    Args:
        trace: the decision.
        fact: the size.
        wanted: the classes that are wanted, as positions in the size table.
        needed: the words for that.
        status: whether the condition holds.
        mood: whether it is asked or stated.
    """
    return _Sizes(trace, fact, wanted, needed, status, mood).whole()


def band(limit: Limit, level: int) -> Text:
    """The values of one class of an indicator: 100 人以上、不足 300 人."""
    if level == 0:
        high = limit_words(limit, 0)
        return Text(f"不足 {high.zh}", f"below {high.en}")
    low = limit_words(limit, level - 1)
    if level == len(limit.bounds):
        return Text(f"{low.zh}以上", f"{low.en} or more")
    high = limit_words(limit, level)
    return Text(f"{low.zh}以上、不足 {high.zh}", f"{low.en} or more, below {high.en}")


def limit_words(limit: Limit, index: int) -> Text:
    """One limit of an indicator with its unit."""
    return say.figure(limit.printed[index] * limit.unit.scale, limit.unit)


class _Sizes(NamedTuple):
    trace: Trace
    fact: SizeFact
    wanted: frozenset[int]
    needed: Text
    status: Status
    mood: Mood

    @property
    def table(self) -> SizeTable:
        return self.trace.standards.size_table(self.fact, self.trace.decision.as_of)

    def whole(self) -> Reason:
        """The condition as a whole, with the indicators below it."""
        table, trace = self.table, self.trace
        code_fact = trace.facts[self.fact.code]
        code = trace.known(code_fact)
        place = trace.place(code_fact)
        if not isinstance(code, int):
            unknown = Text("行业不明，无法对照划型标准", "the industry is unknown, so no standard applies yet")
            return self.reason(self.status, say.titled(self.fact.label, unknown), value=unknown)
        industry = trace.value(code_fact)
        candidates = table.sectors.of(code)
        rows = [row for candidate in candidates if (row := table.row(candidate)) is not None]
        if not rows:
            value = Text(f"{industry.zh}没有划型标准", f"no standard covers {industry.en}")
            found = self.reason(self.status, say.titled(self.fact.label, value), value=value)
            return found._replace(place=place, citations=say.cited(table.citations))
        if len(candidates) == 1:
            found = self.row(rows[0])
            value = found.value or say.UNKNOWN
            text = say.titled(
                self.fact.label,
                Text(f"{value.zh}（{industry.zh}，{found.text.zh}）", f"{value.en} ({industry.en}, {found.text.en})"),
            )
            return found._replace(status=self.status, text=self.asked(text, self.status), place=place)
        names = say.either([table.sectors.domain.labels[c] for c in candidates])
        value = Text(
            f"{industry.zh}太粗，可能适用{names.zh}标准", f"{industry.en} is too coarse, it may fall under {names.en}"
        )
        found = self.reason(self.status, say.titled(self.fact.label, value), value=value)
        parts: tuple[Reason, ...] = ()
        if len(rows) == len(candidates) <= _MOST_ROWS:
            parts = tuple(self.possible(row) for row in rows)
        return found._replace(place=place, citations=say.cited(table.citations), parts=parts)

    def reason(self, status: Status, text: Text, *, value: Text) -> Reason:
        return Reason(status, self.asked(text, status), self.fact.id, value, self.needed)

    def asked(self, text: Text, status: Status) -> Text:
        """The text with what is needed, unless that is said by the value itself."""
        if self.mood == "stated" or (status is Status.MET and len(self.wanted) == 1):
            return text
        return Text(f"{text.zh}，{self.needed.zh}", f"{text.en}; {self.needed.en}")

    # --- one row ------------------------------------------------------------------------------------------------

    def possible(self, row: Row) -> Reason:
        """What one of several possible rows would give."""
        found = self.row(row)
        value = found.value or say.UNKNOWN
        return found._replace(text=Text(f"{found.text.zh}：{value.zh}", f"{found.text.en}: {value.en}"))

    def row(self, row: Row) -> Reason:
        """What a row gives; the text is the standard's name."""
        indicators = dict(self.fact.indicators)
        known = {f: v for f in indicators.values() if isinstance(v := self.trace.known(self.trace.facts[f]), int)}
        low, high = row_range(row, indicators, known)
        classes = set(range(low, high + 1))
        status = Status.MET if classes <= self.wanted else Status.UNKNOWN if classes & self.wanted else Status.UNMET
        top = len(row.limits[0].bounds)
        labels = self.table.domain.labels
        value = say.either([labels[c] for c in sorted(classes)])
        if low == 0 and high == top:
            value = Text("还不能确定", "not known yet")
        # With one indicator there is nothing to compare.
        lowest = (
            Text("，取各指标中最低的一档", ", the lowest class of its indicators")
            if len(row.limits) > 1
            else say.NOTHING
        )
        name = Text(f"按{row.label.zh}标准{lowest.zh}", f"by the standard for {row.label.en}{lowest.en}")
        parts = tuple(self.indicator(row, limit, indicators.get(limit.indicator)) for limit in row.limits)
        join: Join | None = None
        if len(parts) > 1:
            join = "any" if self.at_most is not None else "all" if self.at_least is not None else None
        return Reason(
            status, name, self.fact.id, value, self.needed,
            citations=say.cited(row.citations), parts=parts, join=join,
        )  # fmt: skip

    @property
    def at_most(self) -> int | None:
        """The highest wanted class, where all below it are wanted too: then one low indicator is enough."""
        classes = self.wanted - {self.table.uncovered}
        return max(classes) if classes and classes == set(range(max(classes) + 1)) else None

    @property
    def at_least(self) -> int | None:
        """The lowest wanted class, where all above it are wanted too: then every indicator must reach it."""
        classes = self.wanted - {self.table.uncovered}
        return min(classes) if classes and classes == set(range(min(classes), self.table.uncovered)) else None

    def indicator(self, row: Row, limit: Limit, fact_id: str | None) -> Reason:
        """One indicator of a row: its value, the class that it gives, and by how much it misses what is wanted."""
        citations = say.cited(row.citations)
        fact = self.trace.facts.get(fact_id) if fact_id is not None else None
        if not isinstance(fact, Fact):
            name = self.table.indicators[limit.indicator]
            return Reason(Status.UNKNOWN, say.titled(name, Text("没有这项数据", "not asked for")), citations=citations)
        value, read, title = self.trace.known(fact), self.trace.value(fact), say.label(fact)
        needed, bound, inside = self.limit(limit)
        if not isinstance(value, int):
            text = say.titled(title, read)
            if needed is not None and self.mood == "asked":
                text = Text(f"{text.zh}，{needed.zh}", f"{text.en}; {needed.en}")
            place = self.trace.place(fact)
            return Reason(Status.UNKNOWN, text, fact.id, read, needed, place=place, citations=citations)
        level = level_of(limit, value)
        label, range_ = self.table.domain.labels[level], band(limit, level)
        text = say.titled(
            title, Text(f"{read.zh}，属{label.zh}（{range_.zh}）", f"{read.en}, {label.en} ({range_.en})")
        )
        met = level in inside
        margin = None
        if not met and needed is not None and bound is not None and self.mood == "asked":
            text = Text(f"{text.zh}，{needed.zh}", f"{text.en}; {needed.en}")
            margin = say.margin(fact, value - bound)
        return Reason(
            Status.MET if met else Status.UNMET, text, fact.id, read, needed, margin, self.trace.place(fact), citations
        )

    def limit(self, limit: Limit) -> tuple[Text | None, int | None, frozenset[int]]:
        """What is asked of one indicator, the limit in its encoding, and the classes in which it is as asked."""
        top, bottom = self.at_most, self.at_least
        if top is not None and top < len(limit.bounds):
            words = limit_words(limit, top)
            below = frozenset(range(top + 1))
            return Text(f"须少于 {words.zh}", f"must be below {words.en}"), limit.bounds[top], below
        if bottom is not None and bottom > 0:
            words = limit_words(limit, bottom - 1)
            above = frozenset(range(bottom, len(limit.bounds) + 1))
            return Text(f"须达到 {words.zh}", f"must reach {words.en}"), limit.bounds[bottom - 1], above
        return None, None, self.wanted if top is None and bottom is None else frozenset(range(len(limit.bounds) + 1))

"""Rulebook stage: on which days the parts of a programme hold; gaps and overlaps are findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Generic, TypeVar

from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.periods import FIRST, LAST, Dated, Period
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.shapes import Dated as Dates
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text

V = TypeVar("V")
_DAY = dt.timedelta(days=1)


class Version(Record, Generic[V]):
    """One version of an element as it is written, with what it cites."""

    dates: Dates
    path: Path_
    citations: Sequence[Citation]
    value: V


class Calendar:
    """Places the parts of one programme in time. ``whole`` is when the programme itself holds."""

    def __init__(self, document: Document, desk: Desk) -> None:
        self.document = document
        self.desk = desk
        self.whole = Period(FIRST, LAST)

    def report(self, code: str, path: Path_, message: Text) -> None:
        """Add a finding, unless the programme's own dates are wrong: then it may only follow from them."""
        if not {"from", "to"} & self.document.broken:
            self.desk.report(self.document, code, path, message)

    def alone(self, dated: Dates, path: Path_, citations: Sequence[Citation]) -> Period | None:
        """The days of an element by itself: as written, and within the life of the documents that it cites.

        None, and a finding, if there are no such days.
        """
        first, last = dated.from_ or FIRST, dated.to or LAST
        if first > last:
            message = Text("止日早于起日", "the period ends before it begins")
            self.desk.report(self.document, "dates-reversed", (*path, "to"), message)
            return None
        sources = [citation.source for citation in citations]
        policies = [source for source in sources if source.kind == "policy"]
        if dated.from_ is not None and policies and len(policies) == len(sources):
            earliest = min(policies, key=lambda source: source.issued)
            if dated.from_ < earliest.issued:
                message = Text(
                    f"起日早于 {earliest.number} 的成文日 {earliest.issued}",
                    f"begins before {earliest.number} was issued on {earliest.issued}",
                )
                self.desk.report(self.document, "before-source", (*path, "from"), message)
        expiring = [(source.expires, source.number) for source in sources if source.expires is not None]
        if dated.outlives_source:
            if citations and not expiring and self.desk.broken.isdisjoint(source.id for source in sources):
                message = Text("所引文件都没有失效日，不需要写 outlives_source", "no cited document expires")
                self.desk.report(self.document, "outlives-nothing", (*path, "outlives_source"), message)
        elif expiring:
            expires, number = min(expiring)
            if expires < first:
                message = Text(
                    f"所引的 {number} 在起日前已失效（{expires}）", f"{number} expired on {expires}, before this begins"
                )
                self.desk.report(self.document, "dates-expired", path, message)
                return None
            last = min(last, expires)
        return Period(first, last)

    def within(self, period: Period, around: Period, path: Path_) -> Period | None:
        """The days of an element within those of what it belongs to; a finding if there are none."""
        cut = period.cut(around)
        if cut is None:
            message = Text("有效期与所属部分的有效期没有交集", "never holds while what it belongs to does")
            self.report("dates-outside", path, message)
        return cut

    def bounds(
        self, dated: Dates, path: Path_, citations: Sequence[Citation], around: Period | None = None
    ) -> Period | None:
        """The days on which an element without versions may be used; None, and a finding, if there are none."""
        period = self.alone(dated, path, citations)
        return None if period is None else self.within(period, around or self.whole, path)

    def versions(self, items: Sequence[Version[V]], around: Period) -> Dated[V]:
        """Order dated versions. One without an end runs until the next begins; two on one day are a finding."""
        placed = [(period, item) for item in items if (period := self.alone(item.dates, item.path, item.citations))]
        placed.sort(key=lambda entry: entry[0].first)
        result: list[tuple[Period, V]] = []
        for (period, item), following in zip(placed, [*placed[1:], None], strict=False):
            held: Period | None = period
            if following is not None and following[0].first <= period.last:
                held = self._until(period, item, *following)
            if held is not None:
                cut = self.within(held, around, item.path)
                if cut is not None:
                    result.append((cut, item.value))
        return Dated(tuple(result))

    def _until(self, period: Period, item: Version[V], following: Period, later: Version[V]) -> Period | None:
        """The period of a version that the next one takes over from."""
        if period.first == following.first:
            zh = "与前一版本同一天开始" if later.dates.from_ else "与前一版本都没有写起日（from）"
            en = "begins on the same day as the version before it" if later.dates.from_ else "two versions lack 'from'"
            self.desk.report(self.document, "dates-overlap", later.path, Text(zh, en))
            return None
        if item.dates.to is not None:
            message = Text(
                f"自 {following.first} 起与前一版本重叠", f"overlaps the version before it from {following.first}"
            )
            self.desk.report(self.document, "dates-overlap", later.path, message)
        return Period(period.first, following.first - _DAY)

    def covered(self, versions: Dated[V], path: Path_, what: Text, around: Period) -> None:
        """Report the first days of ``around`` on which no version holds."""
        day: dt.date | None = around.first
        for period in versions.periods():
            if day is None or period.first > day:
                break
            day = period.last + _DAY if period.last < around.last else None
        if day is None:
            return
        following = min((period.first for period in versions.periods() if period.first > day), default=None)
        if following is None:
            when = Text(f"自 {day} 起", f"from {day}")
        elif day == FIRST:
            when = Text(f"在 {following} 之前", f"before {following}")
        else:
            when = Text(f"自 {day} 至 {following - _DAY} ", f"from {day} to {following - _DAY}")
        self.report("dates-gap", path, Text(f"{what.zh}{when.zh}没有版本", f"{what.en} has no version {when.en}"))

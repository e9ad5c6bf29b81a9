"""Rulebook stage: the rows of a size table, with their limits in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from relief_engine.rulebook import standard_shapes as s
from relief_engine.rulebook import standards as st
from relief_engine.rulebook.bench import INDICATOR, Bench
from relief_engine.rulebook.building import text
from relief_engine.rulebook.dating import Calendar, Version
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.periods import FIRST, LAST, Dated, Period
from relief_engine.rulebook.shapes import Cite
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.units import in_words
from relief_engine.text import Text

_DAY = dt.timedelta(days=1)


class Rows:
    """Builds the rows of one size table, each in time."""

    def __init__(self, bench: Bench, file: s.SizeTableFile) -> None:
        self.bench = bench
        self.classes = [c.id for c in file.classes]
        self.indicators = [i.id for i in file.indicators]
        self.file = file
        self.calendar = Calendar(bench.document, bench.desk)
        self.readers = {
            i: [bench.facts.get(d.indicators[i]) for d in file.derives if i in d.indicators] for i in self.indicators
        }

    def editions(self) -> Dated[tuple[st.Row, ...]]:
        """All rows, for each stretch of days in which none of them changes."""
        dated = [self.row(("rows", index), row) for index, row in enumerate(self.file.rows)]
        days = sorted({FIRST, *(period.first for row in dated for period in row.periods())})
        ends = [*(day - _DAY for day in days[1:]), LAST]
        return Dated(
            tuple(
                (Period(first, last), tuple(found for row in dated if (found := row.on(first)) is not None))
                for first, last in zip(days, ends, strict=True)
            )
        )

    def row(self, path: Path_, shape: s.RowShape) -> Dated[st.Row]:
        """One sector with the limits of its indicators, in time; every day has a version."""
        bench, whole = self.bench, self.calendar.whole
        if not shape.versions:
            lacking = [name for name in ("limits", "cite") if getattr(shape, name) is None]
            if lacking:
                bench.desk.missing(bench.document, path, lacking)
            return Dated(((whole, self.wording(path, shape, shape.limits or ())),))
        beside = [name for name in ("limits", "cite") if getattr(shape, name) is not None]
        bench.desk.beside_versions(bench.document, path, beside)
        items = []
        for index, version in enumerate(shape.versions):
            here: Path_ = (*path, "versions", index)
            row = self.wording(here, shape, version.limits, version.cite)
            items.append(Version(version, here, row.citations, row))
        before = len(bench.desk.findings)
        versions = self.calendar.versions(items, whole)
        if len(bench.desk.findings) == before:
            what = Text(f"行“{shape.id}”", f"the row {shape.id!r}")
            self.calendar.covered(versions, path, what, whole)
        return versions

    def wording(
        self, path: Path_, shape: s.RowShape, listed: Sequence[s.LimitShape], cite: Sequence[Cite] | None = None
    ) -> st.Row:
        """The limits of a sector as they are written at one place."""
        bench = self.bench
        limits: list[st.Limit] = []
        seen: set[str] = set()
        for index, limit in enumerate(listed):
            here: Path_ = (*path, "limits", index)
            if limit.indicator not in self.indicators:
                name = limit.indicator
                bench.desk.unknown(
                    bench.document, "unknown-indicator", (*here, "indicator"), name, self.indicators, INDICATOR
                )
            elif limit.indicator in seen:
                message = Text(f"指标“{limit.indicator}”重复", f"the indicator {limit.indicator!r} is there twice")
                bench.report("duplicate-indicator", (*here, "indicator"), message)
            else:
                seen.add(limit.indicator)
                built = self.limit(here, limit)
                limits.extend([built] if built is not None else [])
        citations = bench.desk.citations(bench.document, (*path, "cite"), shape.cite if cite is None else cite)
        return st.Row(shape.id, text(shape.label), tuple(limits), citations, bench.document.where(path))

    def limit(self, path: Path_, shape: s.LimitShape) -> st.Limit | None:
        """The lower limits of one indicator; None, and a finding, if they are not right."""
        bench = self.bench
        unit = bench.desk.unit(bench.document, (*path, "unit"), shape.unit)
        if unit is None:
            return None
        denominator = 1
        for fact in self.readers[shape.indicator]:
            if isinstance(fact, Fact) and fact.unit is not None:
                denominator = fact.denominator
                if not fact.unit.same_kind(unit):
                    message = Text(
                        f"单位 {in_words(unit).zh} 与 {fact.id} 的单位 {in_words(fact.unit).zh} 不一致",
                        f"the unit {in_words(unit).en} does not fit {fact.id} in {in_words(fact.unit).en}",
                    )
                    bench.report("unit-mismatch", (*path, "unit"), message)
                    return None
        wanted = self.classes[1:]
        if list(shape.at_least) != wanted:
            message = Text(
                f"应依次给出 {'、'.join(wanted)} 的下限",
                f"expected the lower limits of {', '.join(wanted)}, in this order",
            )
            bench.report("limit-classes", (*path, "at_least"), message)
            return None
        printed = tuple(Fraction(value) for value in shape.at_least.values())
        if printed[0] <= 0 or any(a >= b for a, b in pairwise(printed)):
            message = Text("各档下限应大于 0 并依次增大", "the lower limits must be positive and ascend")
            bench.report("limits-not-ascending", (*path, "at_least"), message)
            return None
        bounds = [value * unit.scale * denominator for value in printed]
        if any(bound.denominator != 1 for bound in bounds):
            message = Text("下限太细，超出了指标的精度", "a limit is finer than the indicator's figures")
            bench.report("limit-precision", (*path, "at_least"), message)
            return None
        where = bench.document.where((*path, "at_least"))
        return st.Limit(shape.indicator, unit, tuple(int(bound) for bound in bounds), printed, where)

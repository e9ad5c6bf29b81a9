"""Rulebook stage: what every part of a programme needs while it is built: its periods, versions and expressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from relief_engine.errors import Finding
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.source import Document, Path_, Span
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.typecheck import Scope, check_expression
from relief_engine.rulebook.units import PURE
from relief_engine.text import Text

V = TypeVar("V")
_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Builder:
    """Builds one programme; every mistake goes to the desk."""

    document: Document
    desk: Desk
    scope: Scope
    period: p.Period
    broken: frozenset[str]
    #: Every expression that could be typed, for the checks that look at the programme as a whole.
    expressions: list[ex.Expr] = field(default_factory=list)
    #: Whether an expression could not be typed.
    failed: bool = False

    # --- dates --------------------------------------------------------------------------------------------------

    def bounds(
        self, dated: s.Dated, path: Path_, citations: Sequence[Citation], around: p.Period | None
    ) -> p.Period | None:
        """The days of an element: as written, within what holds around it, and within the life of what it cites."""
        first, last = dated.from_ or p.FIRST, dated.to or p.LAST
        if first > last:
            self.desk.report(
                self.document, "dates-reversed", (*path, "to"), Text("止日早于起日", "the period ends before it begins")
            )
            return None
        for citation in citations:
            source = citation.source
            if (
                dated.from_ is not None
                and dated.from_ < source.issued
                and source.kind == "policy"
                and len(citations) == 1
            ):
                self.desk.report(
                    self.document,
                    "before-source",
                    (*path, "from"),
                    Text(
                        f"起日早于 {source.number} 的成文日 {source.issued}",
                        f"begins before {source.number} was issued on {source.issued}",
                    ),
                )
            if source.expires is not None and not dated.outlives_source:
                last = min(last, source.expires)
        period = p.Period(first, last) if first <= last else None
        if period is None:
            self.desk.report(
                self.document,
                "dates-expired",
                path,
                Text("所引文件在起日前已失效", "the cited source expires before this begins"),
            )
            return None
        if around is None:
            return period
        cut = period.cut(around)
        if cut is None:
            self.desk.report(
                self.document,
                "dates-outside",
                path,
                Text("有效期与项目的有效期没有交集", "never holds while the programme does"),
            )
        return cut

    def versions(self, items: Sequence[tuple[s.Dated, Path_, Sequence[Citation], V]], around: p.Period) -> p.Dated[V]:
        """Order dated versions. One without an end runs until the next begins; two on one day are a finding."""
        placed: list[tuple[p.Period, V, Path_, bool]] = []
        for dated, path, citations, value in items:
            period = self.bounds(dated, path, citations, around)
            if period is not None:
                placed.append((period, value, path, dated.to is not None))
        placed.sort(key=lambda entry: entry[0].first)
        result: list[tuple[p.Period, V]] = []
        for index, (period, value, _path, closed) in enumerate(placed):
            if index + 1 < len(placed):
                following = placed[index + 1][0].first
                if period.last >= following:
                    if closed or period.first == following:
                        self.desk.report(
                            self.document,
                            "dates-overlap",
                            placed[index + 1][2],
                            Text(
                                f"自 {following} 起与前一版本重叠", f"overlaps the version before it from {following}"
                            ),
                        )
                        if period.first == following:
                            continue
                    period = p.Period(period.first, following - _DAY)
            result.append((period, value))
        return p.Dated(tuple(result))

    def covered(self, versions: p.Dated[V], path: Path_, what: Text, around: p.Period) -> None:
        """Report the days of ``around`` on which no version holds."""
        day = around.first
        for period in versions.periods():
            if period.first > day:
                break
            day = period.last + _DAY if period.last < p.LAST else p.LAST
            if period.last == p.LAST or period.last >= around.last:
                return
        self.desk.report(
            self.document,
            "dates-gap",
            path,
            Text(f"{what.zh}自 {day} 起没有版本", f"{what.en} has no version from {day}"),
        )

    # --- expressions --------------------------------------------------------------------------------------------

    def expression(self, value: str, path: Path_, expected: type[ex.Type] | None) -> ex.Expr | None:
        """Type one expression of the file."""
        span = self.document.spans.get(path, Span(1, 1))
        expr, findings = check_expression(self.document.file, span, value, self.scope, expected)
        self.desk.findings.extend(f for f in findings if not self.follows(f))
        if expr is None:
            self.failed = True
        else:
            self.expressions.append(expr)
        return expr

    def follows(self, finding: Finding) -> bool:
        """Whether a finding only follows from a definition that is already reported."""
        if finding.code == "expr-unknown-fact" and self.desk.facts_incomplete:
            return True
        return finding.code.startswith("expr-unknown") and any(
            f"“{name}”" in finding.message.zh or f".{name}”" in finding.message.zh for name in self.broken
        )

    def wording(self, dated: s.CriterionVersion | s.CriterionShape | s.ReferralVersion | s.ReferralShape, path: Path_,
                remark: Text | None) -> tuple[p.Wording, Sequence[Citation]] | None:  # fmt: skip
        """One wording of a criterion or referral."""
        is_criterion = isinstance(dated, s.CriterionShape | s.CriterionVersion)
        key = "require" if is_criterion else "when"
        value = dated.require if isinstance(dated, s.CriterionShape | s.CriterionVersion) else dated.when
        if value is None or dated.cite is None:
            self.failed = True
            self.desk.report(
                self.document,
                "shape-missing-key",
                path,
                Text(f"缺少“{key}”和“cite”，或改用“versions”", f"{key!r} and 'cite' are missing (or give 'versions')"),
            )
            return None
        citations = self.desk.citations(self.document, (*path, "cite"), dated.cite)
        expr = self.expression(value, (*path, key), ex.BoolType)
        if expr is None:
            return None
        return p.Wording(expr, citations, remark, self.document.where(path)), citations

    def figure(
        self, value: str | None, path: Path_, expected: type[ex.Type], unit: str | None = None
    ) -> ex.Expr | None:
        """A benefit's figure, which must come out in the unit that its kind has."""
        if value is None:
            return None
        expr = self.expression(value, path, expected)
        if expr is not None and unit is not None and isinstance(expr.type, ex.NumberType):
            wanted = self.desk.unit(self.document, path, unit) if unit else PURE
            if not expr.type.unit.same_kind(wanted):
                self.desk.report(
                    self.document,
                    "expr-unit",
                    path,
                    Text(
                        f"结果单位应为 {wanted.words.zh}，实为 {expr.type.unit.words.zh}",
                        f"must come out in {wanted.words.en}, not {expr.type.unit.words.en}",
                    ),
                )
        return expr

"""Rulebook stage: one programme file becomes a typed programme whose elements are dated and cited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from relief_engine.errors import did_you_mean
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.facts import AnyFact, Domain
from relief_engine.rulebook.source import Document, Path_, Span
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.typecheck import RESERVED, Scope, check_expression, describe, parameter_type
from relief_engine.rulebook.units import PURE
from relief_engine.text import Text

V = TypeVar("V")
_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class _Builder:
    """Builds one programme; every mistake goes to the desk."""

    document: Document
    desk: Desk
    scope: Scope
    period: p.Period
    broken: frozenset[str]

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
        for index, (period, value, path, closed) in enumerate(placed):
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
        self.desk.findings.extend(f for f in findings if not self.follows(f.message.zh))
        return expr

    def follows(self, message: str) -> bool:
        """Whether a finding only follows from a name whose own definition is already reported."""
        return any(f"“{name}”" in message for name in self.broken)

    def wording(self, dated: s.CriterionVersion | s.CriterionShape | s.ReferralVersion | s.ReferralShape, path: Path_,
                remark: Text | None) -> tuple[p.Wording, Sequence[Citation]] | None:  # fmt: skip
        """One wording of a criterion or referral."""
        is_criterion = isinstance(dated, s.CriterionShape | s.CriterionVersion)
        key = "require" if is_criterion else "when"
        value = dated.require if isinstance(dated, s.CriterionShape | s.CriterionVersion) else dated.when
        if value is None or dated.cite is None:
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
                        f"结果单位应为 {unit or '无单位'}，实为 {expr.type.unit or '无单位'}",
                        f"must come out in {unit or 'no unit'}, not {expr.type.unit or 'none'}",
                    ),
                )
        return expr


def build_programme(
    document: Document, file: s.ProgrammeFile, facts: Mapping[str, AnyFact], domains: Iterable[Domain], desk: Desk
) -> p.Programme | None:
    """A programme with all its expressions typed; mistakes are findings, and then nothing may use the result."""
    period = p.Period(file.from_ or p.FIRST, file.to or p.LAST)
    visible = {i: fact for i, fact in facts.items() if i.partition(".")[0] in ("applicant", file.subject)}
    builder = _Builder(document, desk, Scope(visible), period, frozenset(document.broken | desk.broken))
    citations = desk.citations(document, ("cite",), file.cite)
    whole = builder.bounds(file, (), citations, None)
    if whole is None:
        return None
    builder.period = whole
    parameters = _parameters(builder, file, domains)
    builder.scope.parameters = {name: parameter.type for name, parameter in parameters.items()}
    lets = _lets(builder, file)
    criteria = _criteria(builder, file)
    referrals = _referrals(builder, file)
    benefit = _benefit(builder, file)
    deadlines = _deadlines(builder, file)
    ways, by_hand, remarks = (
        _remarks(builder, getattr(file, key), key) for key in ("ways", "check_by_hand", "remarks")
    )
    for name, parameter in parameters.items():
        if name not in builder.scope.used_parameters:
            desk.report(
                document,
                "parameter-unused",
                ("parameters", name),
                Text(f"参数“{name}”没有用到", f"the parameter {name!r} is never used"),
                key=True,
            )
        builder.covered(
            parameter.versions, ("parameters", name), Text(f"参数“{name}”", f"the parameter {name!r}"), whole
        )
    for name in file.let:
        if name in lets and name not in builder.scope.used_lets:
            desk.report(
                document,
                "let-unused",
                ("let", name),
                Text(f"中间量“{name}”没有用到", f"the figure {name!r} is never used"),
                key=True,
            )
    not_available = None
    if file.not_available is not None:
        shape = file.not_available
        not_available = p.NotAvailable(
            shape.id,
            text(shape.title),
            text(shape.reason),
            desk.citations(document, ("not_available", "cite"), shape.cite),
        )
    if benefit is None:
        return None
    return p.Programme(
        file.programme, text(file.title), text(file.summary), text(file.authority), file.subject, whole, citations,
        visible, parameters, lets, criteria, referrals, not_available, benefit, deadlines, ways, by_hand, remarks,
        document.where(()),
    )  # fmt: skip


def _parameters(b: _Builder, file: s.ProgrammeFile, domains: Iterable[Domain]) -> dict[str, p.Parameter]:
    choices = {name for domain in domains for name in domain.ids}
    result: dict[str, p.Parameter] = {}
    for name, shapes in file.parameters.items():
        path: Path_ = ("parameters", name)
        if name in RESERVED or name in choices or name in file.let:
            b.desk.report(
                b.document,
                "name-collision",
                path,
                Text(
                    f"“{name}”已是选项、函数或中间量的名称",
                    f"{name!r} is already the name of a choice, a function or a figure",
                ),
                key=True,
            )
        kinds: list[ex.Type] = []
        items = []
        for index, shape in enumerate(shapes):
            here: Path_ = (*path, index)
            citations = b.desk.citations(b.document, (*here, "cite"), shape.cite)
            kind, value = _parameter_value(b, shape, here)
            kinds.append(kind)
            items.append((shape, here, citations, replace(value, citations=citations)))
        if not kinds:
            b.desk.report(
                b.document,
                "parameter-empty",
                path,
                Text(f"参数“{name}”没有值", f"the parameter {name!r} has no value"),
                key=True,
            )
            continue
        for index, kind in enumerate(kinds[1:], 1):
            first = kinds[0]
            same = type(kind) is type(first)
            if isinstance(kind, ex.NumberType) and isinstance(first, ex.NumberType):
                same = kind.unit.same_kind(first.unit)
            if not same:
                got, want = describe(kind), describe(first)
                b.desk.report(
                    b.document,
                    "parameter-type",
                    (*path, index),
                    Text(
                        f"各版本类型不一致：{got.zh}，先前为{want.zh}",
                        f"the versions differ in type: {got.en} after {want.en}",
                    ),
                )
        versions = b.versions(items, b.period)
        result[name] = p.Parameter(name, kinds[0], versions, b.document.where(path, key=True))
    return result


def _parameter_value(b: _Builder, shape: s.ParameterVersion, path: Path_) -> tuple[ex.Type, p.ParameterValue]:
    unit = b.desk.unit(b.document, (*path, "unit"), shape.unit) if shape.unit else None
    kind = parameter_type(shape.value, unit)
    value: Decimal | dt.date | tuple[str, ...] | Mapping[str, Decimal | dt.date]
    if isinstance(shape.value, str):
        value = (shape.value,)
    elif isinstance(shape.value, list):
        value = tuple(shape.value)
    else:
        value = shape.value
    return kind, p.ParameterValue(value, unit, (), optional_text(shape.note), b.document.where(path))


def _lets(b: _Builder, file: s.ProgrammeFile) -> dict[str, p.Let]:
    result: dict[str, p.Let] = {}
    for name, shape in file.let.items():
        if name in RESERVED:
            b.desk.report(
                b.document,
                "name-collision",
                ("let", name),
                Text(f"“{name}”是函数名", f"{name!r} is a function"),
                key=True,
            )
        expr = b.expression(shape.value, ("let", name, "value"), None)
        if expr is None:
            b.broken |= {name}
        elif not isinstance(expr.type, ex.NumberType | ex.DateType):
            b.desk.report(
                b.document,
                "expr-type",
                ("let", name, "value"),
                Text("中间量应为数或日期", "a figure must be a number or a date"),
            )
        else:
            result[name] = p.Let(name, text(shape.title), shape.shown, expr)
            b.scope.lets[name] = expr.type
    return result


def _dated(b: _Builder, shape: s.CriterionShape | s.ReferralShape, path: Path_) -> p.Dated[p.Wording]:
    around = b.bounds(shape, path, (), b.period) or b.period
    items: list[tuple[s.Dated, Path_, Sequence[Citation], p.Wording]] = []
    shapes: Sequence[tuple[s.CriterionShape | s.CriterionVersion | s.ReferralShape | s.ReferralVersion, Path_]]
    shapes = [(v, (*path, "versions", i)) for i, v in enumerate(shape.versions)] or [(shape, path)]
    for version, here in shapes:
        if isinstance(version, s.CriterionShape | s.CriterionVersion):
            remark = optional_text(version.reading)
        else:
            remark = optional_text(version.reason) or optional_text(
                shape.reason if isinstance(shape, s.ReferralShape) else None
            )
        worded = b.wording(version, here, remark)
        if worded is not None:
            wording, citations = worded
            items.append((version, here, citations, wording))
    return b.versions(items, around)


def _unique(b: _Builder, shapes: Sequence[object], key: str) -> None:
    seen: set[str] = set()
    for index, shape in enumerate(shapes):
        name = str(getattr(shape, "id", ""))
        if name in seen:
            b.desk.report(
                b.document, "duplicate-id", (key, index, "id"), Text(f"“{name}”重复", f"the id {name!r} is used twice")
            )
        seen.add(name)


def _criteria(b: _Builder, file: s.ProgrammeFile) -> tuple[p.Criterion, ...]:
    _unique(b, file.criteria, "criteria")
    result = []
    for index, shape in enumerate(file.criteria):
        path: Path_ = ("criteria", index)
        versions = _dated(b, shape, path)
        around = p.Period(
            max(shape.from_ or b.period.first, b.period.first), min(shape.to or b.period.last, b.period.last)
        )
        if versions.versions:
            # A criterion that silently lapses would grant: a gap must be written down with its own from and to.
            b.covered(versions, path, Text(f"条件“{shape.id}”", f"the criterion {shape.id!r}"), around)
        result.append(p.Criterion(shape.id, text(shape.title), versions, b.document.where(path)))
    return tuple(result)


def _referrals(b: _Builder, file: s.ProgrammeFile) -> tuple[p.Referral, ...]:
    _unique(b, [*file.criteria, *file.referrals], "referrals")
    criteria = [shape.id for shape in file.criteria]
    result = []
    for index, shape in enumerate(file.referrals):
        path: Path_ = ("referrals", index)
        for place, name in enumerate(shape.in_place_of):
            if name not in criteria and name not in b.broken:
                hint = did_you_mean(name, criteria)
                b.desk.report(
                    b.document,
                    "unknown-criterion",
                    (*path, "in_place_of", place),
                    Text(f"没有条件“{name}”{hint.zh}", f"there is no criterion {name!r}{hint.en}"),
                )
        result.append(
            p.Referral(
                shape.id, text(shape.title), tuple(shape.in_place_of), _dated(b, shape, path), b.document.where(path)
            )
        )
    return tuple(result)


_FIGURES: Mapping[str, tuple[str, ...]] = {
    "entitlement": ("amount",), "ceiling": ("ceiling",), "rate": ("rate",), "deferral": ("until",), "in_kind": (),
}  # fmt: skip


def _benefit(b: _Builder, file: s.ProgrammeFile) -> p.Benefit | None:
    shape = file.benefit
    items: list[tuple[s.Dated, Path_, Sequence[Citation], p.BenefitWording]] = []
    shapes: Sequence[tuple[s.BenefitShape | s.BenefitVersion, Path_]]
    shapes = [(v, ("benefit", "versions", i)) for i, v in enumerate(shape.versions)] or [(shape, ("benefit",))]
    for version, path in shapes:
        citations = b.desk.citations(b.document, (*path, "cite"), version.cite)
        if version.cite is None:
            b.desk.report(b.document, "shape-missing-key", path, Text("缺少键“cite”", "the key 'cite' is missing"))
        for name in _FIGURES[shape.kind]:
            if getattr(version, name) is None:
                b.desk.report(
                    b.document,
                    "shape-missing-key",
                    path,
                    Text(f"{shape.kind} 类项目缺少“{name}”", f"a benefit of kind {shape.kind} needs {name!r}"),
                )
        rounding = None
        if version.rounding is not None:
            rounding = p.Rounding(
                version.rounding.to, b.desk.citations(b.document, (*path, "rounding", "cite"), version.rounding.cite)
            )
            if version.rounding.to <= 0 or (version.rounding.to * 100) % 1:
                b.desk.report(
                    b.document,
                    "rounding",
                    (*path, "rounding", "to"),
                    Text("舍入应为分的整数倍", "must round to whole cents"),
                )
        money = [name for name in ("amount", "ceiling", "payable") if getattr(version, name) is not None]
        if money and rounding is None:
            b.desk.report(
                b.document,
                "rounding",
                path,
                Text("金额公式须写明舍入方式（rounding）", "a formula for money must state its rounding"),
            )
        items.append((version, path, citations, p.BenefitWording(
            b.figure(version.amount, (*path, "amount"), ex.NumberType, "元"),
            b.figure(version.ceiling, (*path, "ceiling"), ex.NumberType, "元"),
            b.figure(version.rate, (*path, "rate"), ex.NumberType, ""),
            b.figure(version.payable, (*path, "payable"), ex.NumberType, "元"),
            b.figure(version.until, (*path, "until"), ex.DateType),
            rounding, citations, b.document.where(path))))  # fmt: skip
    versions = b.versions(items, b.period)
    if versions.versions:
        b.covered(versions, ("benefit",), Text("待遇（benefit）", "the benefit"), b.period)
    return p.Benefit(shape.kind, shape.payer, versions)


def _deadlines(b: _Builder, file: s.ProgrammeFile) -> tuple[p.Deadline, ...]:
    _unique(b, file.deadlines, "deadlines")
    result = []
    for index, shape in enumerate(file.deadlines):
        path: Path_ = ("deadlines", index)
        citations = b.desk.citations(b.document, (*path, "cite"), shape.cite)
        day = b.expression(shape.date, (*path, "date"), ex.DateType)
        condition = b.expression(shape.when, (*path, "when"), ex.BoolType) if shape.when else None
        period = b.bounds(shape, path, citations, b.period)
        if day is not None and period is not None:
            result.append(p.Deadline(shape.id, text(shape.title), day, condition, period, citations))
    return tuple(result)


def _remarks(b: _Builder, shapes: Sequence[s.RemarkShape], key: str) -> tuple[p.Remark, ...]:
    _unique(b, shapes, key)
    result = []
    for index, shape in enumerate(shapes):
        path: Path_ = (key, index)
        citations = b.desk.citations(b.document, (*path, "cite"), shape.cite)
        condition = b.expression(shape.when, (*path, "when"), ex.BoolType) if shape.when else None
        period = b.bounds(shape, path, citations, b.period)
        if period is not None:
            result.append(p.Remark(shape.id, text(shape.text), condition, period, citations))
    return tuple(result)

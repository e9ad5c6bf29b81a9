"""Rulebook stage: one programme file becomes a typed programme whose elements are dated and cited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from relief_engine.errors import did_you_mean
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.build_parameters import build_lets, build_parameters
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.check_programme import check_stand_ins, check_uses
from relief_engine.rulebook.drafting import Builder
from relief_engine.rulebook.facts import AnyFact, Domain
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.typecheck import Scope
from relief_engine.text import Text


def build_programme(
    document: Document, file: s.ProgrammeFile, facts: Mapping[str, AnyFact], domains: Iterable[Domain], desk: Desk
) -> p.Programme | None:
    """A programme with all its expressions typed; mistakes are findings, and then nothing may use the result."""
    period = p.Period(file.from_ or p.FIRST, file.to or p.LAST)
    visible = {i: fact for i, fact in facts.items() if i.partition(".")[0] in ("applicant", file.subject)}
    builder = Builder(document, desk, Scope(visible), period, frozenset(document.broken | desk.broken))
    citations = desk.citations(document, ("cite",), file.cite)
    whole = builder.bounds(file, (), citations, None)
    if whole is None:
        return None
    builder.period = whole
    choices = {name for domain in domains for name in domain.ids}
    parameters = build_parameters(builder, file, choices)
    builder.scope.parameters = {name: parameter.type for name, parameter in parameters.items()}
    lets = build_lets(builder, file, choices)
    criteria = _criteria(builder, file)
    referrals = _referrals(builder, file)
    benefit = _benefit(builder, file)
    deadlines = _deadlines(builder, file)
    ways, by_hand, remarks = (
        _remarks(builder, getattr(file, key), key) for key in ("ways", "check_by_hand", "remarks")
    )
    # Where a part is wrong, what only that part uses is not a second mistake.
    whole_file = not builder.failed and not document.broken
    for name, parameter in parameters.items():
        if whole_file and name not in builder.scope.used_parameters and name not in builder.broken:
            desk.report(
                document,
                "parameter-unused",
                ("parameters", name),
                Text(f"参数“{name}”没有用到", f"the parameter {name!r} is never used"),
                key=True,
            )
        if name not in builder.broken:
            what = Text(f"参数“{name}”", f"the parameter {name!r}")
            builder.covered(parameter.versions, ("parameters", name), what, whole)
    for name in file.let:
        if whole_file and name in lets and name not in builder.scope.used_lets and name not in builder.broken:
            desk.report(
                document,
                "let-unused",
                ("let", name),
                Text(f"中间量“{name}”没有用到", f"the figure {name!r} is never used"),
                key=True,
            )
    check_uses(document, file, builder.expressions, desk)
    check_stand_ins(document, criteria, referrals, desk)
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


def _dated(b: Builder, shape: s.CriterionShape | s.ReferralShape, path: Path_) -> p.Dated[p.Wording]:
    around = b.bounds(shape, path, (), b.period) or b.period
    items: list[tuple[s.Dated, Path_, Sequence[Citation], p.Wording]] = []
    shapes: Sequence[tuple[s.CriterionShape | s.CriterionVersion | s.ReferralShape | s.ReferralVersion, Path_]]
    shapes = [(shape, path)]
    versions: Sequence[s.CriterionVersion | s.ReferralVersion] = shape.versions
    if versions:
        shapes = [(version, (*path, "versions", index)) for index, version in enumerate(versions)]
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


def _unique(b: Builder, shapes: Sequence[object], key: str, taken: Iterable[str] = ()) -> None:
    seen = set(taken)
    for index, shape in enumerate(shapes):
        name = str(getattr(shape, "id", ""))
        if name in seen:
            b.desk.report(
                b.document, "duplicate-id", (key, index, "id"), Text(f"“{name}”重复", f"the id {name!r} is used twice")
            )
        seen.add(name)


def _criteria(b: Builder, file: s.ProgrammeFile) -> tuple[p.Criterion, ...]:
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


def _referrals(b: Builder, file: s.ProgrammeFile) -> tuple[p.Referral, ...]:
    criteria = [shape.id for shape in file.criteria]
    _unique(b, file.referrals, "referrals", criteria)
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
        versions = _dated(b, shape, path)
        _lapses(b, shape, versions, path)
        result.append(
            p.Referral(shape.id, text(shape.title), tuple(shape.in_place_of), versions, b.document.where(path))
        )
    return tuple(result)


def _lapses(b: Builder, shape: s.ReferralShape, versions: p.Dated[p.Wording], path: Path_) -> None:
    """A referral that ends only because its source expires would silently turn cases into grants: it must say so."""
    until = shape.to or b.period.last
    for index, (period, wording) in enumerate(versions.versions):
        written = shape.versions[index].to if index < len(shape.versions) else shape.to
        begins = [other.first for other, _ in versions.versions]
        expiries = [c.source.expires for c in wording.citations if c.source.expires is not None]
        lapses = written is None and period.last in expiries and period.last < min(until, b.period.last)
        if lapses and period.last + _DAY not in begins:
            b.desk.report(
                b.document,
                "referral-lapses",
                path,
                Text(
                    f"“{shape.id}”随所引文件于 {period.last} 失效，此后会直接符合；请写明 to 或 outlives_source",
                    f"{shape.id!r} lapses with its source on {period.last}, and later cases would be granted; "
                    "write 'to' or 'outlives_source'",
                ),
            )


_DAY = dt.timedelta(days=1)
_FIGURES: Mapping[str, tuple[str, ...]] = {
    "entitlement": ("amount",), "ceiling": ("ceiling",), "rate": ("rate",), "deferral": ("until",), "in_kind": (),
}  # fmt: skip
#: Figures that a benefit of a kind may have beside those that it needs.
_EXTRA: Mapping[str, tuple[str, ...]] = {
    "entitlement": ("payable",), "ceiling": ("rate",), "rate": ("payable",), "deferral": ("amount",),
    "in_kind": ("until",),
}  # fmt: skip
_ALL_FIGURES = ("amount", "ceiling", "rate", "payable", "until")


def _benefit(b: Builder, file: s.ProgrammeFile) -> p.Benefit | None:
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
                b.failed = True
                b.desk.report(
                    b.document,
                    "shape-missing-key",
                    path,
                    Text(f"{shape.kind} 类项目缺少“{name}”", f"a benefit of kind {shape.kind} needs {name!r}"),
                )
        for name in _ALL_FIGURES:
            if getattr(version, name) is not None and name not in (*_FIGURES[shape.kind], *_EXTRA[shape.kind]):
                b.desk.report(
                    b.document,
                    "benefit-figure",
                    (*path, name),
                    Text(f"{shape.kind} 类项目不能有“{name}”", f"a benefit of kind {shape.kind} has no {name!r}"),
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


def _deadlines(b: Builder, file: s.ProgrammeFile) -> tuple[p.Deadline, ...]:
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


def _remarks(b: Builder, shapes: Sequence[s.RemarkShape], key: str) -> tuple[p.Remark, ...]:
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

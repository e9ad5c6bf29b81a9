"""Rulebook stage: one programme file becomes a typed programme whose elements are dated and cited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import programme_shapes as s
from relief_engine.rulebook.build_benefit import build_benefit
from relief_engine.rulebook.build_parameters import build_parameters, check_name
from relief_engine.rulebook.build_properties import build_properties
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.check_programme import check_programme, expressions
from relief_engine.rulebook.dating import Version
from relief_engine.rulebook.facts import AnyFact, Domain, SizeFact, SubjectKind
from relief_engine.rulebook.periods import FIRST, LAST, Dated, Period
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.shapes import Cite
from relief_engine.rulebook.shapes import Dated as Dates
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.standards import SizeTable
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.rulebook.typecheck import Scope
from relief_engine.rulebook.workshop import Workshop
from relief_engine.text import Text

_DAY = dt.timedelta(days=1)
S = TypeVar("S")
V = TypeVar("V")


def build_programme(
    document: Document,
    file: s.ProgrammeFile,
    kind: SubjectKind,
    facts: Mapping[str, AnyFact],
    domains: Iterable[Domain],
    size_tables: Mapping[str, Dated[SizeTable]],
    desk: Desk,
) -> p.Programme | None:
    """A programme with all its expressions typed; mistakes are findings, and then nothing may use the result."""
    visible = {i: fact for i, fact in facts.items() if i.partition(".")[0] in (APPLICANT, file.subject)}
    kinds = frozenset(i.partition(".")[0] for i in facts)
    scope = Scope(
        visible, hidden=frozenset(facts) - frozenset(visible), broken_subjects=desk.broken_subjects, kinds=kinds
    )
    shop = Workshop(document, desk, scope)
    before = len(desk.findings)
    citations = desk.citations(document, ("cite",), file.cite)
    whole = shop.calendar.bounds(file, (), citations)
    if whole is None:
        return None
    shop.calendar.whole = whole
    choices = frozenset(name for domain in domains for name in domain.ids)
    parameters = build_parameters(shop, file, choices)
    scope.parameters = {name: parameter.type for name, parameter in parameters.items()}
    scope.broken = frozenset(document.broken | desk.broken)
    lets = _lets(shop, file, choices)
    scope.broken = frozenset(document.broken | desk.broken)
    programme = p.Programme(
        file.programme, text(file.title), text(file.summary), text(file.authority), kind, whole, citations,
        visible, parameters, lets, _criteria(shop, file), _referrals(shop, file), _not_available(shop, file),
        build_benefit(shop, file.benefit), _deadlines(shop, file), _remarks(shop, file.ways, "ways"),
        _remarks(shop, file.check_by_hand, "check_by_hand"), _remarks(shop, file.remarks, "remarks"),
        build_properties(shop, file), {}, document.where(()),
    )  # fmt: skip
    programme = changed(programme, size_tables=_read(programme, size_tables))
    desk.findings.extend(check_programme(programme, document, scope.broken))
    if not document.findings and len(desk.findings) == before:
        # With any other mistake in the file, what looks unused may be what a wrong name was meant to be.
        _unused(shop, parameters, scope.used_parameters, "parameters", Text("参数", "parameter"))
        beside = file.benefit.kind in ("rate", "ceiling", "deferral")
        shown = {name for name, let in lets.items() if beside and let.shown}
        _unused(shop, lets, scope.used_lets | shown, "let", Text("中间量", "figure"))
    return programme


def _read(programme: p.Programme, tables: Mapping[str, Dated[SizeTable]]) -> dict[str, Dated[SizeTable]]:
    """The size tables that a programme's rules read."""
    facts = [expr.fact for expr in expressions(programme) if isinstance(expr, ex.FactRef)]
    named = [fact.standard for fact in facts if isinstance(fact, SizeFact)]
    return {name: tables[name] for name in named if name in tables}


def _unused(shop: Workshop, names: Iterable[str], used: set[str], key: str, what: Text) -> None:
    code = "parameter-unused" if key == "parameters" else "let-unused"
    for name in names:
        if name not in used:
            message = Text(f"{what.zh}“{name}”没有用到", f"the {what.en} {name!r} is never used")
            shop.report(code, (key, name), message, key=True)


def _lets(shop: Workshop, file: s.ProgrammeFile, choices: frozenset[str]) -> dict[str, p.Let]:
    scope = shop.scope
    scope.later = set(file.let)
    result: dict[str, p.Let] = {}
    for name, shape in file.let.items():
        path: Path_ = ("let", name)
        check_name(shop, path, name, choices)
        expr = shop.definite(shape.value, (*path, "value"), None)
        scope.later.discard(name)
        if expr is not None and isinstance(expr.type, ex.NumberType | ex.DateType) and name not in file.parameters:
            result[name] = p.Let(name, text(shape.title), shape.shown, expr)
            scope.lets[name] = expr.type
            continue
        if expr is not None and name not in file.parameters:
            message = Text("中间量应为数或日期", "a figure must be a number or a date")
            shop.report("expr-type", (*path, "value"), message)
        shop.document.broken.add(name)
        scope.broken |= {name}
    return result


# --- conditions -------------------------------------------------------------------------------------------------


def _criteria(shop: Workshop, file: s.ProgrammeFile) -> tuple[p.Criterion, ...]:
    shop.desk.twice(shop.document, "duplicate-id", ("criteria",), file.criteria, Text("条件", "criterion"))
    result = []
    for index, shape in enumerate(file.criteria):
        path: Path_ = ("criteria", index)
        _not_beside(shop, shape, ("require", "cite", "reading"), path)
        items = [
            _wording(shop, version, here, "require", version.require, optional_text(version.reading))
            for version, here in _versions(shape, shape.versions, path)
        ]
        what = Text(f"条件“{shape.id}”", f"the criterion {shape.id!r}")
        # A criterion that silently lapses would grant: a gap must be written down with its own from and to.
        dated = _dated(shop, shape, bool(shape.versions), items, path, what)
        result.append(p.Criterion(shape.id, text(shape.title), dated, shop.document.where(path)))
    return tuple(result)


def _referrals(shop: Workshop, file: s.ProgrammeFile) -> tuple[p.Referral, ...]:
    criteria = [shape.id for shape in file.criteria]
    shop.desk.twice(
        shop.document, "duplicate-id", ("referrals",), file.referrals, Text("认定事项", "referral"), criteria
    )
    result = []
    for index, shape in enumerate(file.referrals):
        path: Path_ = ("referrals", index)
        for place, name in enumerate(shape.in_place_of):
            here: Path_ = (*path, "in_place_of", place)
            if name in shape.in_place_of[:place]:
                shop.report("duplicate-id", here, Text(f"“{name}”重复", f"{name!r} is there twice"))
            elif name not in criteria and name not in shop.document.broken:
                shop.desk.unknown(shop.document, "unknown-criterion", here, name, criteria, Text("条件", "criterion"))
        _not_beside(shop, shape, ("when", "cite"), path)
        items = [
            _wording(shop, version, here, "when", version.when, optional_text(version.reason) or text(shape.reason))
            for version, here in _versions(shape, shape.versions, path)
        ]
        dated = _dated(shop, shape, bool(shape.versions), items, path, None)
        _lapses(shop, shape, dated, items, path)
        result.append(
            p.Referral(shape.id, text(shape.title), tuple(shape.in_place_of), dated, shop.document.where(path))
        )
    return tuple(result)


def _lapses(
    shop: Workshop,
    shape: s.ReferralShape,
    dated: Dated[p.Wording],
    items: Sequence[Version[p.Wording | None]],
    path: Path_,
) -> None:
    """Report a referral that ends only because its source expires: later cases would silently be granted."""
    until = min(shape.to or LAST, shop.calendar.whole.last)
    begins = {period.first for period in dated.periods()}
    for period, wording in dated.versions:
        written = next(item.dates.to for item in items if item.value is wording)
        expiries = [citation.source.expires for citation in wording.citations]
        if written is None and period.last < until and period.last in expiries and period.last + _DAY not in begins:
            message = Text(
                f"“{shape.id}”随所引文件于 {period.last} 失效，此后会直接符合；请写明 to 或 outlives_source",
                f"{shape.id!r} lapses with its source on {period.last}, and later cases would be granted; "
                "write 'to' or 'outlives_source'",
            )
            shop.report("referral-lapses", path, message)


def _versions(shape: S, versions: Sequence[V], path: Path_) -> list[tuple[S | V, Path_]]:
    """The wordings of an element with their places: its versions, or itself."""
    listed: list[tuple[S | V, Path_]] = [(v, (*path, "versions", i)) for i, v in enumerate(versions)]
    return listed or [(shape, path)]


def _not_beside(shop: Workshop, shape: s.CriterionShape | s.ReferralShape, names: Sequence[str], path: Path_) -> None:
    """Report what stands beside versions and would be ignored."""
    if shape.versions:
        shop.beside_versions(path, [name for name in names if getattr(shape, name) is not None])


def _wording(
    shop: Workshop, shape: Dates, path: Path_, key: str, condition: str | None, remark: Text | None
) -> Version[p.Wording | None]:
    """One wording of a criterion or referral; without value if it has a mistake."""
    cites: list[Cite] | None = getattr(shape, "cite", None)
    citations = shop.desk.citations(shop.document, (*path, "cite"), cites)
    lacking = [name for name, value in ((key, condition), ("cite", cites)) if value is None]
    if lacking:
        shop.missing(path, *lacking)
    expr = None if condition is None else shop.expression(condition, (*path, key), ex.BoolType)
    worded = None if expr is None else p.Wording(expr, citations, remark, shop.document.where(path))
    return Version(shape, path, citations, worded)


def _dated(
    shop: Workshop, shape: Dates, has_versions: bool, items: Sequence[Version[p.Wording | None]], path: Path_,
    what: Text | None,
) -> Dated[p.Wording]:  # fmt: skip
    """The wordings in time. ``what`` names an element that must always hold between its own dates."""
    before = len(shop.desk.findings)
    around = shop.calendar.bounds(shape, path, ()) if has_versions else shop.calendar.whole
    if around is None:
        return Dated(())
    versions = shop.calendar.versions(items, around)
    broken = bool({getattr(shape, "id", "")} & shop.document.broken)
    if what is not None and len(shop.desk.findings) == before and not broken:
        own = Period(shape.from_ or FIRST, shape.to or LAST).cut(around)
        shop.calendar.covered(versions, path, what, own or around)
    return Dated(tuple((period, wording) for period, wording in versions.versions if wording is not None))


def _not_available(shop: Workshop, file: s.ProgrammeFile) -> p.NotAvailable | None:
    shape = file.not_available
    if shape is None:
        return None
    citations = shop.desk.citations(shop.document, ("not_available", "cite"), shape.cite)
    return p.NotAvailable(
        shape.id, text(shape.title), text(shape.reason), citations, shop.document.where(("not_available",))
    )


# --- what is shown beside ---------------------------------------------------------------------------------------


def _deadlines(shop: Workshop, file: s.ProgrammeFile) -> tuple[p.Deadline, ...]:
    shop.desk.twice(shop.document, "duplicate-id", ("deadlines",), file.deadlines, Text("期限", "deadline"))
    result = []
    for index, shape in enumerate(file.deadlines):
        path: Path_ = ("deadlines", index)
        citations = shop.desk.citations(shop.document, (*path, "cite"), shape.cite)
        day = shop.expression(shape.date, (*path, "date"), ex.DateType)
        condition = None if shape.when is None else shop.expression(shape.when, (*path, "when"), ex.BoolType)
        period = shop.calendar.bounds(shape, path, citations)
        if day is not None and period is not None:
            where = shop.document.where(path)
            result.append(p.Deadline(shape.id, text(shape.title), day, condition, period, citations, where))
    return tuple(result)


def _remarks(shop: Workshop, shapes: Sequence[s.RemarkShape], key: str) -> tuple[p.Remark, ...]:
    shop.desk.twice(shop.document, "duplicate-id", (key,), shapes, Text("说明", "remark"))
    result = []
    for index, shape in enumerate(shapes):
        path: Path_ = (key, index)
        citations = shop.desk.citations(shop.document, (*path, "cite"), shape.cite)
        condition = None if shape.when is None else shop.expression(shape.when, (*path, "when"), ex.BoolType)
        period = shop.calendar.bounds(shape, path, citations)
        if period is not None:
            where = shop.document.where(path)
            result.append(p.Remark(shape.id, text(shape.text), condition, period, citations, where))
    return tuple(result)

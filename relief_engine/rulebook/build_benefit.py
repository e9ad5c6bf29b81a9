"""Rulebook stage: what a programme gives, in dated wordings whose figures come out in the right unit."""

from __future__ import annotations

from collections.abc import Mapping

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import programme_shapes as s
from relief_engine.rulebook.dating import Version
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.units import PURE, Unit, in_words, parse_unit
from relief_engine.rulebook.workshop import Workshop
from relief_engine.text import Text

_YUAN = parse_unit("元")
_FIGURES: Mapping[str, tuple[str, ...]] = {
    "entitlement": ("amount",), "ceiling": ("ceiling",), "rate": ("rate",), "deferral": (), "in_kind": (),
}  # fmt: skip
#: Figures that a benefit of a kind may have beside those that it needs.
_EXTRA: Mapping[str, tuple[str, ...]] = {
    "entitlement": ("payable",), "ceiling": ("rate",), "rate": ("payable",), "deferral": ("amount", "until"),
    "in_kind": ("until",),
}  # fmt: skip
_MONEY = ("amount", "ceiling", "payable")
_WORDED = (*_MONEY, "rate", "until", "rounding", "cite")


def figures_of(shape: s.BenefitShape) -> list[str]:
    """The figures that a benefit has in any of its wordings, in their order."""
    wordings = (shape, *shape.versions)
    return [name for name in (*_MONEY, "rate") if any(getattr(wording, name) is not None for wording in wordings)]


def build_benefit(shop: Workshop, shape: s.BenefitShape) -> p.Benefit:
    """The benefit; a wording with mistakes lacks the figures that they are in."""
    path: Path_ = ("benefit",)
    items: list[Version[p.BenefitWording]] = []
    before = len(shop.desk.findings)
    if shape.versions:
        shop.beside_versions(path, [name for name in _WORDED if getattr(shape, name) is not None])
        items += [_wording(shop, shape.kind, v, (*path, "versions", i)) for i, v in enumerate(shape.versions)]
    else:
        items.append(_wording(shop, shape.kind, shape, path))
    period = shop.calendar.bounds(shape, path, ()) if shape.versions else shop.calendar.whole
    versions = shop.calendar.versions(items, period or shop.calendar.whole)
    if len(shop.desk.findings) == before:
        shop.calendar.covered(versions, path, Text("待遇（benefit）", "the benefit"), shop.calendar.whole)
    return p.Benefit(shape.kind, shape.payer, versions)


def _wording(
    shop: Workshop, kind: p.BenefitKind, shape: s.BenefitShape | s.BenefitVersion, path: Path_
) -> Version[p.BenefitWording]:
    citations = shop.desk.citations(shop.document, (*path, "cite"), shape.cite)
    lacking = [name for name in (*_FIGURES[kind], "cite") if getattr(shape, name) is None]
    if lacking:
        shop.missing(path, *lacking)
    for name in (*_MONEY, "rate", "until"):
        if getattr(shape, name) is not None and name not in (*_FIGURES[kind], *_EXTRA[kind]):
            message = Text(f"{kind} 类待遇不能有“{name}”", f"a benefit of kind {kind} has no {name!r}")
            shop.report("benefit-figure", (*path, name), message, key=True)
    rounding = None if shape.rounding is None else _rounding(shop, shape.rounding, (*path, "rounding"))
    if shape.rounding is None and any(getattr(shape, name) is not None for name in _MONEY):
        message = Text("金额公式须写明舍入方式（rounding）", "a formula for money must state its rounding")
        shop.report("rounding", path, message)
    amount, ceiling, payable = (_money(shop, getattr(shape, name), (*path, name)) for name in _MONEY)
    wording = p.BenefitWording(
        amount, ceiling, _rate(shop, shape.rate, (*path, "rate")), payable,
        None if shape.until is None else shop.definite(shape.until, (*path, "until"), ex.DateType),
        rounding, citations, shop.document.where(path),
    )  # fmt: skip
    return Version(shape, path, citations, wording)


def _rounding(shop: Workshop, shape: s.RoundingShape, path: Path_) -> p.Rounding:
    citations = shop.desk.citations(shop.document, (*path, "cite"), shape.cite)
    if shape.to <= 0 or (shape.to * 100) % 1:
        message = Text("应舍入到分或分的整数倍，如 0.01 或 1", "must round to whole cents, such as 0.01 or 1")
        shop.report("rounding", (*path, "to"), message)
    return p.Rounding(shape.to, citations)


def _money(shop: Workshop, value: str | None, path: Path_) -> ex.Expr | None:
    return None if value is None else in_yuan(shop, value, path)


def in_yuan(shop: Workshop, value: str, path: Path_) -> ex.Expr | None:
    """A formula that must come out in yuan."""
    return _in_unit(shop, shop.definite(value, path, ex.NumberType), path, _YUAN)


def _rate(shop: Workshop, value: str | None, path: Path_) -> ex.Expr | None:
    return None if value is None else _in_unit(shop, shop.definite(value, path, ex.NumberType), path, PURE)


def _in_unit(shop: Workshop, expr: ex.Expr | None, path: Path_, wanted: Unit) -> ex.Expr | None:
    """The figure, if it comes out in the unit that its use asks for."""
    if expr is None or not isinstance(expr.type, ex.NumberType) or expr.type.unit.same_kind(wanted):
        return expr
    want, got = in_words(wanted), in_words(expr.type.unit)
    message = Text(f"结果单位应为 {want.zh}，实为 {got.zh}", f"must come out in {want.en}, not {got.en}")
    shop.report("expr-unit", path, message)
    return None

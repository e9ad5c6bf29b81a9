"""Rulebook stage: what a programme says of itself for tests, with its facts and conditions resolved."""

from __future__ import annotations

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme_shapes as s
from relief_engine.rulebook import properties as p
from relief_engine.rulebook.build_benefit import figures_of, in_yuan
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.workshop import Workshop
from relief_engine.text import Text, joined

#: Types of facts of which one value is more than another.
_ORDERED = ("count", "amount", "number", "date", "yes_no")
_FIGURES = ("amount", "ceiling", "payable", "rate")
_KEY = "properties"


def build_properties(shop: Workshop, file: s.ProgrammeFile) -> p.Properties | None:
    """The section, or None where the file has none. Parts with mistakes are left out, and are findings.

    What only this section names stays unused: it says something about the rules and may not bring figures of its own.
    """
    shape = file.properties
    if shape is None:
        return None
    used = set(shop.scope.used_parameters), set(shop.scope.used_lets)
    figures = figures_of(file.benefit)
    money = next((name for name in _FIGURES[:3] if name in figures), None)
    monotone = [m for i, entry in enumerate(shape.monotone) for m in _monotone(shop, entry, i, figures)]
    made = p.Properties(money, tuple(monotone), _at_most(shop, shape, money), _additive(shop, shape, money))
    shop.scope.used_parameters, shop.scope.used_lets = used
    return made


def _monotone(shop: Workshop, shape: s.MonotoneShape, index: int, figures: list[str]) -> list[p.Monotone]:
    path: Path_ = (_KEY, "monotone", index)
    fact = _fact(shop, shape.fact, (*path, "fact"), _ORDERED)
    condition = _condition(shop, shape.when, path)
    results = [name for name in (*_FIGURES, "outcome") if getattr(shape, name) is not None]
    if not results:
        options = joined([Text(name, name) for name in (*_FIGURES, "outcome")])
        message = Text(f"应写明什么随之变化：{options.zh}", f"say what moves with it: {options.en}")
        shop.report("property-without-result", path, message)
    for name in results:
        if name != "outcome" and name not in figures:
            _no_figure(shop, (*path, name), name, figures)
    if fact is None:
        return []
    where = shop.document.where(path)
    upwards = ("rises", "never_worse")
    return [p.Monotone(fact, name, getattr(shape, name) in upwards, condition, where) for name in results]


def _at_most(shop: Workshop, shape: s.PropertiesShape, money: str | None) -> p.AtMost | None:
    if shape.at_most is None:
        return None
    path: Path_ = (_KEY, "at_most")
    if money is None:
        _no_figure(shop, path, None, [])
    value = in_yuan(shop, shape.at_most.value, (*path, "value"))
    condition = _condition(shop, shape.at_most.when, path)
    return None if value is None else p.AtMost(value, condition, shop.document.where(path))


def _additive(shop: Workshop, shape: s.PropertiesShape, money: str | None) -> p.Additive | None:
    if shape.additive is None:
        return None
    path: Path_ = (_KEY, "additive")
    if money is None:
        _no_figure(shop, path, None, [])
    start = _fact(shop, shape.additive.start, (*path, "start"), ("date",))
    end = _fact(shop, shape.additive.end, (*path, "end"), ("date",))
    condition = _condition(shop, shape.additive.when, path)
    if start is None or end is None:
        return None
    if start is end or start.subject != end.subject:
        message = Text("应为同一对象的另一个日期", "must be another date of the same subject")
        shop.report("property-fact", (*path, "end"), message)
    return p.Additive(start, end, condition, shop.document.where(path))


def _condition(shop: Workshop, value: str | None, path: Path_) -> ex.Expr | None:
    return None if value is None else shop.expression(value, (*path, "when"), ex.BoolType)


def _fact(shop: Workshop, name: str, path: Path_, types: tuple[str, ...]) -> Fact | None:
    """A fact that the programme may read, of one of some types; None with a finding if it is none."""
    fact = shop.scope.facts.get(name)
    if fact is None:
        if name.partition(".")[0] not in shop.desk.broken_subjects and name not in shop.scope.broken:
            shop.desk.unknown(shop.document, "unknown-fact", path, name, shop.scope.facts, Text("事实", "fact"))
        return None
    if isinstance(fact, Fact) and fact.type in types:
        return fact
    wanted = Text("填写的日期", "a date that is asked for")
    if len(types) > 1:
        wanted = Text("填写的数、日期或是否", "a figure, a date or a yes/no that is asked for")
    shop.report("property-fact", path, Text(f"“{name}”应为{wanted.zh}", f"{name!r} must be {wanted.en}"))
    return None


def _no_figure(shop: Workshop, path: Path_, name: str | None, figures: list[str]) -> None:
    """Report that the benefit has no such figure, or (``name`` None) no money at all."""
    if name is None:
        message = Text("这项待遇没有金额", "the benefit comes to no sum of money")
    else:
        known = joined([Text(figure, figure) for figure in figures]) if figures else Text("无", "none")
        message = Text(f"这项待遇没有“{name}”，有：{known.zh}", f"the benefit has no {name!r}; its figures: {known.en}")
    shop.report("property-figure", path, message, key=True)

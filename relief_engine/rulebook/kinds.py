"""Rulebook stage: which type facts, parameters and combinations of figures have, and types in words.

Every rule is a function of types: it gives a type, or a :class:`Mistake` that says what does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from relief_engine.errors import Location, did_you_mean
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, Domain, ExtremeFact, Fact, FormFact, SizeFact
from relief_engine.rulebook.record import Record, changed
from relief_engine.rulebook.units import PURE, Unit, in_words, parse_unit
from relief_engine.text import Text, joined

DAYS = parse_unit("天")
MONTHS = parse_unit("月")
YEARS = parse_unit("年")


class Mistake(Record):
    """What is wrong with a part of an expression."""

    code: str
    where: Location
    message: Text


def fact_type(fact: AnyFact) -> ex.Type | None:
    """The type that a fact has in expressions; None for facts that expressions can't read."""
    match fact:
        case FormFact(domain=domain) | ClassFact(domain=domain) | SizeFact(domain=domain):
            return ex.ChoiceType(domain)
        case ExtremeFact(unit=unit):
            return ex.NumberType(unit)
        case Fact(type="yes_no"):
            return ex.BoolType()
        case Fact(type="choice", domain=domain) if domain is not None:
            return ex.ChoiceType(domain)
        case Fact(type="date"):
            return ex.DateType()
        case Fact(type="count" | "amount" | "number", unit=unit):
            return ex.NumberType(unit or PURE)
        case _:
            return None


def parameter_type(value: object, unit: Unit | None) -> ex.Type:
    """The type of a parameter's value as written in the rulebook."""
    if isinstance(value, Decimal | int):
        return ex.NumberType(unit or PURE, signed=value < 0)
    if isinstance(value, dict):
        numbers = [v for v in value.values() if isinstance(v, Decimal | int)]
        signed = any(v < 0 for v in numbers)
        return ex.TableType(ex.NumberType(unit or PURE, signed=signed) if numbers else ex.DateType())
    if isinstance(value, str | list):
        return ex.NamesType(single=isinstance(value, str))
    return ex.DateType()


def common_type(types: Sequence[ex.Type]) -> ex.Type:
    """The type of a parameter whose versions have these types, which are all of the same kind."""
    first = types[0]
    if isinstance(first, ex.NumberType):
        return changed(first, signed=any(isinstance(kind, ex.NumberType) and kind.signed for kind in types))
    if isinstance(first, ex.NamesType):
        return ex.NamesType(single=all(isinstance(kind, ex.NamesType) and kind.single for kind in types))
    return first


def describe(kind: ex.Type) -> Text:
    """A type in words, for messages."""
    match kind:
        case ex.BoolType():
            return Text("条件（是/否）", "a condition (yes/no)")
        case ex.DateType():
            return Text("日期", "a date")
        case ex.ChoiceType(domain=domain):
            return Text(f"选项（{domain.name}）", f"a choice of {domain.name}")
        case ex.NumberType(unit=unit):
            words = in_words(unit)
            return Text(f"数（{words.zh}）", f"a figure ({words.en})")
        case ex.NamesType():
            return Text("名称列表", "a list of names")
        case _:
            return Text("表", "a table")


def same_kind(one: ex.Type, other: ex.Type) -> bool:
    """Whether two versions of one parameter have the same type, whatever the scale of their units."""
    match one, other:
        case ex.NumberType(unit=a), ex.NumberType(unit=b):
            return a.same_kind(b)
        case ex.TableType(entry=a), ex.TableType(entry=b):
            return same_kind(a, b)
        case _:
            return type(one) is type(other)


def unknown_choice(name: str, of: str, domain: Domain) -> Text:
    """What is said of a name that is no choice, with the nearest one or, where there are few, all of them."""
    hint = did_you_mean(name, domain.ids)
    if not hint.zh and len(domain.ids) <= 8:
        hint = Text(f"；可用：{'、'.join(domain.ids)}", f"; known: {', '.join(domain.ids)}")
    return Text(f"{of} 没有选项“{name}”{hint.zh}", f"{of} has no choice {name!r}{hint.en}")


# --- what may be combined ---------------------------------------------------------------------------------------


def units_differ(one: Unit, other: Unit, where: Location) -> Mistake:
    """Two figures whose units don't go together."""
    a, b = in_words(one), in_words(other)
    return Mistake("expr-unit", where, Text(f"单位不一致：{a.zh} 与 {b.zh}", f"units differ: {a.en} and {b.en}"))


def is_zero(expr: ex.Expr) -> bool:
    """Whether an expression is the bare number 0, which fits every unit."""
    return isinstance(expr, ex.Number) and expr.value == 0


def is_definite(expr: ex.Expr) -> Mistake | None:
    """An entry of a table may be missing, which only a comparison can say."""
    if isinstance(expr.type, ex.DateType | ex.NumberType) and expr.type.partial:
        message = Text(
            "表里可能没有这一项，取出的值只能直接用来比较", "a table may lack the entry: it can only be compared with"
        )
        return Mistake("expr-partial", expr.where, message)
    return None


def comparable(left: ex.Expr, right: ex.Expr, where: Location) -> Mistake | None:
    """What keeps two figures or days from being compared."""
    for side in (left, right):
        if isinstance(side.type, ex.NumberType) and side.type.interval:
            message = Text("未定的数（between）不能比较", "a figure that is open (between) can't be compared")
            return Mistake("expr-type", side.where, message)
        if isinstance(side.type, ex.BoolType):
            message = Text(
                "是/否类的条件不用比较，直接写，否定写 not",
                "a yes/no condition is not compared: write it, or 'not' and it",
            )
            return Mistake("expr-type", side.where, message)
    match left.type, right.type:
        case ex.DateType(), ex.DateType():
            return None
        case ex.NumberType(unit=a), ex.NumberType(unit=b):
            return None if is_zero(left) or is_zero(right) or a.same_kind(b) else units_differ(a, b, where)
    one, other = describe(left.type), describe(right.type)
    return Mistake("expr-type", where, Text(f"不能比较{one.zh}与{other.zh}", f"can't compare {one.en} with {other.en}"))


def union(parts: Sequence[ex.Expr], where: Location) -> ex.Type | Mistake:
    """The common type of several figures or days."""
    wrong = next((mistake for part in parts if (mistake := is_definite(part)) is not None), None)
    if wrong is not None:
        return wrong
    types = [part.type for part in parts]
    if all(isinstance(kind, ex.DateType) for kind in types):
        return types[0]
    numbers = [kind for kind in types if isinstance(kind, ex.NumberType)]
    if len(numbers) < len(types):
        listed = joined(list(dict.fromkeys(describe(kind) for kind in types)))
        message = Text(
            f"各部分应同为数或同为日期，实为{listed.zh}", f"expected all figures or all dates, got {listed.en}"
        )
        return Mistake("expr-type", where, message)
    named = next((kind for kind, part in zip(numbers, parts, strict=True) if not is_zero(part)), numbers[0])
    for kind, part in zip(numbers, parts, strict=True):
        if not is_zero(part) and not kind.unit.same_kind(named.unit):
            return units_differ(named.unit, kind.unit, part.where)
    return changed(named, interval=any(k.interval for k in numbers), signed=any(k.signed for k in numbers))


def arithmetic(op: ex.Arithmetic, left: ex.Expr, right: ex.Expr, where: Location) -> ex.Type | Mistake:
    """The type of a sum, difference, product or quotient."""
    a, b = left.type, right.type
    if isinstance(a, ex.DateType) and op in ("+", "-"):
        return _with_days(op, left, right, where)
    for side in (left, right):
        wrong = is_definite(side)
        if wrong is not None:
            return wrong
    if not isinstance(a, ex.NumberType) or not isinstance(b, ex.NumberType):
        culprit = right if isinstance(a, ex.NumberType) else left
        words = describe(culprit.type)
        return Mistake("expr-type", culprit.where, Text(f"不能用{words.zh}计算", f"can't calculate with {words.en}"))
    interval, signed = a.interval or b.interval, a.signed or b.signed
    if op in ("+", "-"):
        if not (is_zero(left) or is_zero(right) or a.unit.same_kind(b.unit)):
            return units_differ(a.unit, b.unit, where)
        unit = b.unit if is_zero(left) else a.unit
        return ex.NumberType(unit, interval, signed or op == "-")
    if op == "*":
        if interval and signed:
            message = Text(
                "未定的数不能与可能为负的数相乘", "an open figure can't be multiplied by one that may be negative"
            )
            return Mistake("expr-type", where, message)
        return ex.NumberType(a.unit * b.unit, interval, signed)
    if not isinstance(right, ex.ParamRef):
        return Mistake("expr-not-allowed", right.where, Text("除数应为参数", "the divisor must be a parameter"))
    return ex.NumberType(a.unit / b.unit, interval, a.signed)


def _with_days(op: ex.Arithmetic, left: ex.Expr, right: ex.Expr, where: Location) -> ex.Type | Mistake:
    """The type of a day plus or minus days, or of the days between two days."""
    b = right.type
    if isinstance(b, ex.NumberType) and b.unit.same_kind(DAYS) and not b.interval:
        if not _is_whole(right):
            message = Text(
                "加减到日期上的天数应为整数：参数、天数类事实或 overlap_days",
                "days added to a date must be whole: a parameter, a count of days or overlap_days",
            )
            return Mistake("expr-type", right.where, message)
        return left.type
    if isinstance(b, ex.DateType) and op == "-":
        return is_definite(left) or is_definite(right) or ex.NumberType(DAYS, signed=True)
    if isinstance(b, ex.NumberType) and b.unit.same_kind(MONTHS):
        return Mistake(
            "expr-unit", where, Text("日期加月数请用 add_months", "months are added to a date with add_months")
        )
    return Mistake("expr-unit", where, Text("日期只能加减天数", "only a number of days can be added to a date"))


def _is_whole(expr: ex.Expr) -> bool:
    """Whether a figure is a whole number by its making; that a parameter is one is checked with its values."""
    match expr:
        case ex.ParamRef() | ex.OverlapDays() | ex.Number():
            return True
        case ex.FactRef(fact=Fact(type="count")):
            return True
        case ex.Arith(op="+" | "-" | "*", left=left, right=right):
            return isinstance(left.type, ex.DateType) or (_is_whole(left) and _is_whole(right))
        case ex.IfElse(then=then, otherwise=otherwise):
            return _is_whole(then) and _is_whole(otherwise)
        case ex.Extreme(parts=parts):
            return all(_is_whole(part) for part in parts)
        case _:
            return False

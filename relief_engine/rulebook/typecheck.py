"""Rulebook stage: syntax nodes become typed expressions; every unknown name and mismatch is a located finding."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import cast

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, ExtremeFact, Fact, FormFact, SizeFact
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.syntax import SourceText, parse, source_text
from relief_engine.rulebook.units import PURE, Unit, parse_unit
from relief_engine.text import Text

AS_OF = "as_of"
FUNCTIONS = ("add_months", "between", "max", "min", "overlap_days")
RESERVED = frozenset({AS_OF, *FUNCTIONS})

_DAYS = parse_unit("天")
_MONTHS = parse_unit("月")
_COMPARISONS: dict[type[ast.cmpop], ex.Comparison] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], ex.Arithmetic] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class _Bad(Exception):
    """One mistake inside an expression; caught at its root, where it becomes a finding."""

    def __init__(self, code: str, where: Location, message: Text) -> None:
        self.finding = Finding(code, where, message)
        super().__init__(message.en)


@dataclass(slots=True)
class Scope:
    """The names that an expression may use."""

    facts: Mapping[str, AnyFact]
    parameters: Mapping[str, ex.Type] = field(default_factory=dict)
    lets: dict[str, ex.Type] = field(default_factory=dict)
    used_parameters: set[str] = field(default_factory=set)
    used_lets: set[str] = field(default_factory=set)


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
            return Text(f"数（{unit or '无单位'}）", f"a figure in {unit}" if unit.symbol else "a pure number")
        case ex.NamesType():
            return Text("名称列表", "a list of names")
        case _:
            return Text("表", "a table")


def check_expression(
    file: str, span: Span, value: str, scope: Scope, expected: type[ex.Type] | None
) -> tuple[ex.Expr | None, list[Finding]]:
    """Type one expression. Gives the expression, or the mistake that stops it; every root is checked on its own."""
    source = source_text(file, span, value)
    tree = parse(source)
    if isinstance(tree, Finding):
        return None, [tree]
    checker = _Checker(source, scope)
    try:
        expr = checker.visit(tree)
        if expected is not None and not isinstance(expr.type, expected):
            wanted = {
                ex.BoolType: Text("条件", "a condition"),
                ex.NumberType: Text("数", "a figure"),
                ex.DateType: Text("日期", "a date"),
            }[expected]
            got = describe(expr.type)
            raise _Bad(
                "expr-type",
                expr.where,
                Text(f"此处应为{wanted.zh}，实为{got.zh}", f"expected {wanted.en}, got {got.en}"),
            )
    except _Bad as bad:
        return None, [*checker.findings, bad.finding]
    return expr, checker.findings


class _Checker:
    """Visits the allowed syntax nodes; everything that is not on the list is refused by name."""

    def __init__(self, source: SourceText, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.findings: list[Finding] = []

    # --- conditions ---------------------------------------------------------------------------------------------

    def visit(self, node: ast.expr) -> ex.Expr:
        where = self.source.location(node)
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = tuple(self.conditions(values))
                return (ex.AllOf if isinstance(op, ast.And) else ex.AnyOf)(ex.BoolType(), where, parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ex.Not(ex.BoolType(), where, self.condition(operand))
            case ast.Compare():
                return self.compare(node, where)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.if_else(test, body, orelse, where)
            case ast.BinOp(left=left, op=operator, right=right):
                return self.arithmetic(left, operator, right, where)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self.call(name, args, keywords, where)
            case ast.Constant():
                return self.literal(node, where)
            case ast.Attribute():
                return self.fact(node, where)
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                return self.entry(name, key, where)
            case ast.Name(id=name):
                return self.name(name, where)
            case _:
                kind = type(node).__name__
                raise _Bad("expr-not-allowed", where, Text(f"表达式中不允许 {kind}", f"{kind} is not allowed here"))

    def conditions(self, nodes: list[ast.expr]) -> list[ex.Expr]:
        """Visit all parts, so that a mistake in one does not hide one in another."""
        parts, last = [], None
        for node in nodes:
            try:
                parts.append(self.condition(node))
            except _Bad as bad:
                if last is not None:
                    self.findings.append(last.finding)
                last = bad
        if last is not None:
            raise last
        return parts

    def condition(self, node: ast.expr) -> ex.Expr:
        expr = self.visit(node)
        if not isinstance(expr.type, ex.BoolType):
            got = describe(expr.type)
            raise _Bad(
                "expr-type", expr.where, Text(f"此处应为条件，实为{got.zh}", f"expected a condition, got {got.en}")
            )
        return expr

    def compare(self, node: ast.Compare, where: Location) -> ex.Expr:
        if len(node.ops) != 1:
            raise _Bad(
                "expr-not-allowed",
                where,
                Text("不允许连写比较，请用 and 连接", "chained comparisons are not allowed; join two with 'and'"),
            )
        op, right_node = node.ops[0], node.comparators[0]
        if isinstance(op, ast.In | ast.NotIn):
            member = self.member(self.visit(node.left), right_node, where)
            return ex.Not(ex.BoolType(), where, member) if isinstance(op, ast.NotIn) else member
        symbol = _COMPARISONS.get(type(op))
        if symbol is None:
            raise _Bad(
                "expr-not-allowed", where, Text("不允许这种比较", f"the comparison {type(op).__name__} is not allowed")
            )
        left = self.visit(node.left)
        if isinstance(left.type, ex.ChoiceType):
            if symbol not in ("==", "!="):
                raise _Bad(
                    "expr-type", where, Text("选项只能用 ==、!=、in 比较", "choices compare with ==, != and in only")
                )
            choice = self.member(left, right_node, where)
            return choice if symbol == "==" else ex.Not(ex.BoolType(), where, choice)
        right = self.visit(right_node)
        self.comparable(left, right, where)
        return ex.Compare(ex.BoolType(), where, symbol, left, right)

    def comparable(self, left: ex.Expr, right: ex.Expr, where: Location) -> None:
        for side in (left, right):
            if isinstance(side.type, ex.NumberType) and side.type.interval:
                raise _Bad(
                    "expr-type",
                    side.where,
                    Text("未定的数（between）不能比较", "a figure that is open (between) can't be compared"),
                )
        if isinstance(left.type, ex.DateType) and isinstance(right.type, ex.DateType):
            return
        if isinstance(left.type, ex.NumberType) and isinstance(right.type, ex.NumberType):
            zero = any(isinstance(side, ex.Number) and side.value == 0 for side in (left, right))
            if zero or left.type.unit.same_kind(right.type.unit):
                return
            raise _Bad(
                "expr-unit",
                where,
                Text(
                    f"单位不一致：{left.type.unit or '无单位'} 与 {right.type.unit or '无单位'}",
                    f"units differ: {left.type.unit or 'none'} and {right.type.unit or 'none'}",
                ),
            )
        a, b = describe(left.type), describe(right.type)
        raise _Bad("expr-type", where, Text(f"不能比较{a.zh}与{b.zh}", f"can't compare {a.en} with {b.en}"))

    def member(self, subject: ex.Expr, node: ast.expr, where: Location) -> ex.Expr:
        if not isinstance(subject, ex.FactRef) or not isinstance(subject.type, ex.ChoiceType):
            raise _Bad(
                "expr-type",
                subject.where,
                Text("in 的左边应为选项类事实", "the left side of a choice test must be a choice fact"),
            )
        domain = subject.type.domain
        if isinstance(node, ast.Name) and node.id in self.scope.parameters:
            kind = self.scope.parameters[node.id]
            if not isinstance(kind, ex.NamesType | ex.TableType):
                raise _Bad(
                    "expr-type",
                    self.source.location(node),
                    Text(
                        f"参数 {node.id} 不是名称列表或表", f"the parameter {node.id} is not a list or table of names"
                    ),
                )
            self.scope.used_parameters.add(node.id)
            return ex.Member(ex.BoolType(), where, subject, (), node.id)
        names = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
        values: list[str] = []
        for item in names:
            place = self.source.location(item)
            if not isinstance(item, ast.Name):
                raise _Bad(
                    "expr-type", place, Text(f"应为 {domain.name} 的选项", f"expected a choice of {domain.name}")
                )
            if item.id not in domain.ids:
                hint = did_you_mean(item.id, domain.ids)
                raise _Bad(
                    "expr-unknown-choice",
                    place,
                    Text(
                        f"{domain.name} 没有选项“{item.id}”{hint.zh}",
                        f"{domain.name} has no choice {item.id!r}{hint.en}",
                    ),
                )
            values.append(item.id)
        return ex.Member(ex.BoolType(), where, subject, tuple(values), None)

    # --- figures and days ---------------------------------------------------------------------------------------

    def if_else(self, test: ast.expr, body: ast.expr, orelse: ast.expr, where: Location) -> ex.Expr:
        condition, then, otherwise = self.condition(test), self.visit(body), self.visit(orelse)
        kind = self.union((then, otherwise), where)
        return ex.IfElse(kind, where, condition, then, otherwise)

    def union(self, parts: tuple[ex.Expr, ...], where: Location) -> ex.Type:
        """The common type of several figures or days."""
        first = parts[0].type
        if all(isinstance(part.type, ex.DateType) and not part.type.partial for part in parts):
            return first
        if all(isinstance(part.type, ex.NumberType) and not part.type.partial for part in parts):
            kinds = [cast(ex.NumberType, part.type) for part in parts]
            named = next((k for k, p in zip(kinds, parts, strict=True) if not isinstance(p, ex.Number)), kinds[0])
            for kind, part in zip(kinds, parts, strict=True):
                free = isinstance(part, ex.Number) and part.value == 0
                if not free and not kind.unit.same_kind(named.unit):
                    raise _Bad(
                        "expr-unit",
                        part.where,
                        Text(
                            f"单位不一致：{named.unit or '无单位'} 与 {kind.unit or '无单位'}",
                            f"units differ: {named.unit or 'none'} and {kind.unit or 'none'}",
                        ),
                    )
            return replace(named, interval=any(k.interval for k in kinds), signed=any(k.signed for k in kinds))
        got = " / ".join(describe(part.type).zh for part in parts)
        raise _Bad("expr-type", where, Text(f"各部分类型不一致或无法合并：{got}", "the parts have different types"))

    def arithmetic(self, left_node: ast.expr, operator: ast.operator, right_node: ast.expr, where: Location) -> ex.Expr:
        symbol = _ARITHMETIC.get(type(operator))
        if symbol is None:
            raise _Bad("expr-not-allowed", where, Text("只允许 + - * /", "only + - * / are allowed"))
        left, right = self.visit(left_node), self.visit(right_node)
        a, b = left.type, right.type
        kind: ex.Type
        if isinstance(a, ex.DateType) and symbol in "+-":
            if isinstance(b, ex.NumberType) and b.unit.same_kind(_DAYS) and not b.interval:
                kind = a
            elif isinstance(b, ex.DateType) and symbol == "-":
                kind = ex.NumberType(_DAYS, signed=True)
            else:
                raise _Bad("expr-unit", where, Text("日期只能加减天数", "only days can be added to a date"))
            return ex.Arith(kind, where, symbol, left, right)
        if not isinstance(a, ex.NumberType) or not isinstance(b, ex.NumberType) or a.partial or b.partial:
            wrong = describe(b.type if isinstance(b, ex.Expr) else (b if isinstance(a, ex.NumberType) else a))
            raise _Bad("expr-type", where, Text(f"不能用{wrong.zh}计算", f"can't calculate with {wrong.en}"))
        interval = a.interval or b.interval
        if symbol in "+-":
            if not a.unit.same_kind(b.unit):
                raise _Bad(
                    "expr-unit",
                    where,
                    Text(
                        f"单位不一致：{a.unit or '无单位'} 与 {b.unit or '无单位'}",
                        f"units differ: {a.unit or 'none'} and {b.unit or 'none'}",
                    ),
                )
            kind = ex.NumberType(a.unit, interval, a.signed or b.signed or symbol == "-")
        elif symbol == "*":
            if interval and (a.signed or b.signed):
                raise _Bad(
                    "expr-type",
                    where,
                    Text(
                        "未定的数不能与可能为负的数相乘",
                        "an open figure can't be multiplied by one that may be negative",
                    ),
                )
            kind = ex.NumberType(a.unit * b.unit, interval, a.signed or b.signed)
        else:
            if not isinstance(right, ex.ParamRef):
                raise _Bad("expr-not-allowed", right.where, Text("除数应为参数", "the divisor must be a parameter"))
            kind = ex.NumberType(a.unit / b.unit, interval, a.signed)
        return ex.Arith(kind, where, symbol, left, right)

    def call(self, name: str, args: list[ast.expr], keywords: list[ast.keyword], where: Location) -> ex.Expr:
        if name not in FUNCTIONS:
            hint = did_you_mean(name, FUNCTIONS)
            raise _Bad(
                "expr-unknown-function",
                where,
                Text(f"没有函数“{name}”{hint.zh}", f"there is no function {name!r}{hint.en}"),
            )
        named = {k.arg: k.value for k in keywords}
        if set(named) - ({"year"} if name == "overlap_days" else set()):
            raise _Bad(
                "expr-not-allowed", where, Text(f"{name} 没有这样的具名参数", f"{name} has no such named argument")
            )
        parts = [self.visit(arg) for arg in args]
        if name == "overlap_days":
            year = self.visit(named["year"]) if "year" in named else None
            if (
                len(parts) != 2
                or not all(isinstance(p.type, ex.DateType) and not p.type.partial for p in parts)
                or not isinstance(year, ex.ParamRef)
            ):
                raise _Bad(
                    "expr-type",
                    where,
                    Text("用法：overlap_days(起, 止, year=参数)", "usage: overlap_days(start, end, year=PARAMETER)"),
                )
            return ex.OverlapDays(ex.NumberType(_DAYS), where, parts[0], parts[1], year)
        if name == "add_months":
            if (
                len(parts) != 2
                or not isinstance(parts[0].type, ex.DateType)
                or not isinstance(parts[1], ex.ParamRef)
                or not isinstance(parts[1].type, ex.NumberType)
                or not parts[1].type.unit.same_kind(_MONTHS)
            ):
                raise _Bad(
                    "expr-type",
                    where,
                    Text("用法：add_months(日期, 月数参数)", "usage: add_months(date, PARAMETER in 月)"),
                )
            return ex.AddMonths(parts[0].type, where, parts[0], parts[1])
        if len(parts) < 2 or (name == "between" and len(parts) != 2):
            raise _Bad(
                "expr-type",
                where,
                Text(
                    f"{name} 的参数个数不对", f"{name} takes {'two' if name == 'between' else 'two or more'} arguments"
                ),
            )
        kind = self.union(tuple(parts), where)
        if name == "between":
            if not isinstance(kind, ex.NumberType) or kind.interval:
                raise _Bad(
                    "expr-type",
                    where,
                    Text("between 的两端应为确定的数", "both ends of between must be definite figures"),
                )
            return ex.Between(replace(kind, interval=True), where, parts[0], parts[1])
        return ex.Extreme(kind, where, name == "min", tuple(parts))

    # --- names --------------------------------------------------------------------------------------------------

    def literal(self, node: ast.Constant, where: Location) -> ex.Expr:
        value = (
            self.source.number(node)
            if isinstance(node.value, int | float) and not isinstance(node.value, bool)
            else None
        )
        if value is None:
            raise _Bad(
                "expr-not-allowed",
                where,
                Text(
                    "不允许文字或真假常量；选项请直接写名称",
                    "text and true/false are not allowed; write a choice by its bare name",
                ),
            )
        if value not in (0, 1):
            raise _Bad(
                "expr-literal",
                where,
                Text(f"数字 {value} 应写成有依据的参数", f"the figure {value} must be a parameter with a citation"),
            )
        return ex.Number(ex.NumberType(PURE), where, value)

    def fact(self, node: ast.Attribute, where: Location) -> ex.Expr:
        if not isinstance(node.value, ast.Name):
            raise _Bad("expr-not-allowed", where, Text("事实应写成 主体.名称", "a fact is written subject.name"))
        identity = f"{node.value.id}.{node.attr}"
        fact = self.scope.facts.get(identity)
        if fact is None:
            hint = did_you_mean(identity, self.scope.facts)
            raise _Bad(
                "expr-unknown-fact",
                where,
                Text(f"没有事实“{identity}”{hint.zh}", f"there is no fact {identity!r}{hint.en}"),
            )
        kind = fact_type(fact)
        if kind is None:
            raise _Bad(
                "expr-type",
                where,
                Text(f"“{identity}”不能用在表达式里", f"{identity!r} can't be used in an expression"),
            )
        if isinstance(kind, ex.BoolType):
            return ex.Flag(kind, where, fact)
        return ex.FactRef(kind, where, fact)

    def entry(self, name: str, key_node: ast.expr, where: Location) -> ex.Expr:
        kind = self.scope.parameters.get(name)
        if not isinstance(kind, ex.TableType):
            hint = did_you_mean(name, [n for n, t in self.scope.parameters.items() if isinstance(t, ex.TableType)])
            raise _Bad(
                "expr-unknown-name", where, Text(f"没有表“{name}”{hint.zh}", f"there is no table {name!r}{hint.en}")
            )
        key = self.visit(key_node)
        if not isinstance(key, ex.FactRef) or not isinstance(key.type, ex.ChoiceType):
            raise _Bad("expr-type", key.where, Text("表的下标应为选项类事实", "a table is looked up by a choice fact"))
        self.scope.used_parameters.add(name)
        return ex.Entry(replace(kind.entry, partial=True), where, name, key)

    def name(self, name: str, where: Location) -> ex.Expr:
        if name == AS_OF:
            return ex.AsOf(ex.DateType(), where)
        if name in self.scope.lets:
            self.scope.used_lets.add(name)
            return ex.LetRef(self.scope.lets[name], where, name)
        if name in self.scope.parameters:
            self.scope.used_parameters.add(name)
            return ex.ParamRef(self.scope.parameters[name], where, name)
        known = [*self.scope.parameters, *self.scope.lets, AS_OF, *self.scope.facts]
        hint = did_you_mean(name, known)
        raise _Bad(
            "expr-unknown-name",
            where,
            Text(f"没有名为“{name}”的参数或中间量{hint.zh}", f"there is no parameter or figure {name!r}{hint.en}"),
        )


def parameter_type(value: object, unit: Unit | None) -> ex.Type:
    """The type of a parameter's value as written in the rulebook."""
    if isinstance(value, Decimal | int):
        return ex.NumberType(unit or PURE, signed=value < 0)
    if isinstance(value, dict):
        numbers = any(isinstance(v, Decimal | int) for v in value.values())
        return ex.TableType(ex.NumberType(unit or PURE) if numbers else ex.DateType())
    if isinstance(value, str | list):
        return ex.NamesType()
    return ex.DateType()

"""Rulebook stage: syntax nodes become typed expressions; every unknown name and mismatch is a located finding."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import cast

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expression_types import Bad, Scope, describe, fact_type, parameter_type
from relief_engine.rulebook.functions import FUNCTIONS, call
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.syntax import SourceText, parse, source_text
from relief_engine.rulebook.units import PURE, parse_unit
from relief_engine.text import Text

__all__ = ["AS_OF", "FUNCTIONS", "RESERVED", "Scope", "check_expression", "describe", "fact_type", "parameter_type"]

AS_OF = "as_of"
RESERVED = frozenset({AS_OF, *FUNCTIONS})

_DAYS = parse_unit("天")
_COMPARISONS: dict[type[ast.cmpop], ex.Comparison] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], ex.Arithmetic] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


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
            raise Bad(
                "expr-type",
                expr.where,
                Text(f"此处应为{wanted.zh}，实为{got.zh}", f"expected {wanted.en}, got {got.en}"),
            )
    except Bad as bad:
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
                denied = self.condition(operand)
                self.refuse_denied_entries(denied)
                return ex.Not(ex.BoolType(), where, denied)
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
                raise Bad("expr-not-allowed", where, Text(f"表达式中不允许 {kind}", f"{kind} is not allowed here"))

    def refuse_denied_entries(self, denied: ex.Expr) -> None:
        """A comparison with an entry that a table lacks does not hold, and so its denial would: write the opposite."""
        for part in ex.walk(denied):
            if isinstance(part, ex.Compare) and any(
                isinstance(side.type, ex.DateType | ex.NumberType) and side.type.partial
                for side in (part.left, part.right)
            ):
                raise Bad(
                    "expr-denied-entry",
                    part.where,
                    Text(
                        "与表中条目的比较不能用 not 否定（表中可能没有该条目），请写相反的比较",
                        "a comparison with a table's entry can't be denied with 'not' (the entry may be missing); "
                        "write the opposite comparison",
                    ),
                )

    def conditions(self, nodes: list[ast.expr]) -> list[ex.Expr]:
        """Visit all parts, so that a mistake in one does not hide one in another."""
        parts, last = [], None
        for node in nodes:
            try:
                parts.append(self.condition(node))
            except Bad as bad:
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
            raise Bad(
                "expr-type", expr.where, Text(f"此处应为条件，实为{got.zh}", f"expected a condition, got {got.en}")
            )
        return expr

    def compare(self, node: ast.Compare, where: Location) -> ex.Expr:
        if len(node.ops) != 1:
            raise Bad(
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
            raise Bad(
                "expr-not-allowed", where, Text("不允许这种比较", f"the comparison {type(op).__name__} is not allowed")
            )
        left = self.visit(node.left)
        if isinstance(left.type, ex.ChoiceType):
            if symbol not in ("==", "!="):
                raise Bad(
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
                raise Bad(
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
            raise Bad(
                "expr-unit",
                where,
                Text(
                    f"单位不一致：{left.type.unit.words.zh} 与 {right.type.unit.words.zh}",
                    f"units differ: {left.type.unit.words.en} and {right.type.unit.words.en}",
                ),
            )
        a, b = describe(left.type), describe(right.type)
        raise Bad("expr-type", where, Text(f"不能比较{a.zh}与{b.zh}", f"can't compare {a.en} with {b.en}"))

    def member(self, subject: ex.Expr, node: ast.expr, where: Location) -> ex.Expr:
        if not isinstance(subject, ex.FactRef) or not isinstance(subject.type, ex.ChoiceType):
            raise Bad(
                "expr-type",
                subject.where,
                Text("in 的左边应为选项类事实", "the left side of a choice test must be a choice fact"),
            )
        domain = subject.type.domain
        if isinstance(node, ast.Name) and node.id in self.scope.parameters and node.id not in domain.ids:
            kind = self.scope.parameters[node.id]
            if not isinstance(kind, ex.NamesType | ex.TableType):
                raise Bad(
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
                raise Bad("expr-type", place, Text(f"应为 {domain.name} 的选项", f"expected a choice of {domain.name}"))
            if item.id not in domain.ids:
                hint = did_you_mean(item.id, domain.ids)
                raise Bad(
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
                    raise Bad(
                        "expr-unit",
                        part.where,
                        Text(
                            f"单位不一致：{named.unit.words.zh} 与 {kind.unit.words.zh}",
                            f"units differ: {named.unit.words.en} and {kind.unit.words.en}",
                        ),
                    )
            return replace(named, interval=any(k.interval for k in kinds), signed=any(k.signed for k in kinds))
        got = " / ".join(describe(part.type).zh for part in parts)
        raise Bad("expr-type", where, Text(f"各部分类型不一致或无法合并：{got}", "the parts have different types"))

    def arithmetic(self, left_node: ast.expr, operator: ast.operator, right_node: ast.expr, where: Location) -> ex.Expr:
        symbol = _ARITHMETIC.get(type(operator))
        if symbol is None:
            raise Bad("expr-not-allowed", where, Text("只允许 + - * /", "only + - * / are allowed"))
        left, right = self.visit(left_node), self.visit(right_node)
        a, b = left.type, right.type
        kind: ex.Type
        if isinstance(a, ex.DateType) and symbol in "+-":
            if isinstance(b, ex.NumberType) and b.unit.same_kind(_DAYS) and not b.interval:
                kind = a
            elif isinstance(b, ex.DateType) and symbol == "-":
                kind = ex.NumberType(_DAYS, signed=True)
            else:
                raise Bad("expr-unit", where, Text("日期只能加减天数", "only days can be added to a date"))
            return ex.Arith(kind, where, symbol, left, right)
        if not isinstance(a, ex.NumberType) or not isinstance(b, ex.NumberType) or a.partial or b.partial:
            wrong = describe(b if isinstance(a, ex.NumberType) and not a.partial else a)
            raise Bad("expr-type", where, Text(f"不能用{wrong.zh}计算", f"can't calculate with {wrong.en}"))
        interval = a.interval or b.interval
        if symbol in "+-":
            if not a.unit.same_kind(b.unit):
                raise Bad(
                    "expr-unit",
                    where,
                    Text(
                        f"单位不一致：{a.unit.words.zh} 与 {b.unit.words.zh}",
                        f"units differ: {a.unit.words.en} and {b.unit.words.en}",
                    ),
                )
            kind = ex.NumberType(a.unit, interval, a.signed or b.signed or symbol == "-")
        elif symbol == "*":
            if interval and (a.signed or b.signed):
                raise Bad(
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
                raise Bad("expr-not-allowed", right.where, Text("除数应为参数", "the divisor must be a parameter"))
            kind = ex.NumberType(a.unit / b.unit, interval, a.signed)
        return ex.Arith(kind, where, symbol, left, right)

    def call(self, name: str, args: list[ast.expr], keywords: list[ast.keyword], where: Location) -> ex.Expr:
        if name not in FUNCTIONS:
            hint = did_you_mean(name, FUNCTIONS)
            raise Bad(
                "expr-unknown-function",
                where,
                Text(f"没有函数“{name}”{hint.zh}", f"there is no function {name!r}{hint.en}"),
            )
        named = {keyword.arg: keyword.value for keyword in keywords}
        if set(named) - ({"year"} if name == "overlap_days" else set()):
            raise Bad(
                "expr-not-allowed", where, Text(f"{name} 没有这样的具名参数", f"{name} has no such named argument")
            )
        parts = tuple(self.visit(arg) for arg in args)
        year = self.visit(named["year"]) if "year" in named else None
        # Every function but these two gives one of its parts, or what lies between them.
        kind = None if name in ("overlap_days", "add_months") or len(parts) < 2 else self.union(parts, where)
        return call(name, parts, year, kind, where)

    # --- names --------------------------------------------------------------------------------------------------

    def literal(self, node: ast.Constant, where: Location) -> ex.Expr:
        value = (
            self.source.number(node)
            if isinstance(node.value, int | float) and not isinstance(node.value, bool)
            else None
        )
        if value is None:
            raise Bad(
                "expr-not-allowed",
                where,
                Text(
                    "不允许文字或真假常量；选项请直接写名称",
                    "text and true/false are not allowed; write a choice by its bare name",
                ),
            )
        if value not in (0, 1):
            raise Bad(
                "expr-literal",
                where,
                Text(f"数字 {value} 应写成有依据的参数", f"the figure {value} must be a parameter with a citation"),
            )
        return ex.Number(ex.NumberType(PURE), where, value)

    def fact(self, node: ast.Attribute, where: Location) -> ex.Expr:
        if not isinstance(node.value, ast.Name):
            raise Bad("expr-not-allowed", where, Text("事实应写成 主体.名称", "a fact is written subject.name"))
        identity = f"{node.value.id}.{node.attr}"
        fact = self.scope.facts.get(identity)
        if fact is None:
            hint = did_you_mean(identity, self.scope.facts)
            raise Bad(
                "expr-unknown-fact",
                where,
                Text(f"没有事实“{identity}”{hint.zh}", f"there is no fact {identity!r}{hint.en}"),
            )
        kind = fact_type(fact)
        if kind is None:
            raise Bad(
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
            raise Bad(
                "expr-unknown-name", where, Text(f"没有表“{name}”{hint.zh}", f"there is no table {name!r}{hint.en}")
            )
        key = self.visit(key_node)
        if not isinstance(key, ex.FactRef) or not isinstance(key.type, ex.ChoiceType):
            raise Bad("expr-type", key.where, Text("表的下标应为选项类事实", "a table is looked up by a choice fact"))
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
        raise Bad(
            "expr-unknown-name",
            where,
            Text(f"没有名为“{name}”的参数或中间量{hint.zh}", f"there is no parameter or figure {name!r}{hint.en}"),
        )

"""Rulebook stage: syntax nodes become typed expressions; every unknown name and mismatch is a located finding.

A part with a mistake has no expression (None) and its mistake is told once: what is built from it has none either, and
says nothing more. So one run tells of all independent mistakes of an expression.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import cast

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook import calls, kinds
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, Domain
from relief_engine.rulebook.kinds import describe, fact_type, unknown_choice
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.scope import AS_OF, FUNCTIONS, Scope
from relief_engine.rulebook.syntax import SourceText
from relief_engine.rulebook.units import PURE
from relief_engine.text import Text

#: The deepest nesting of one expression; it bounds the recursion of everything that walks one.
MAX_NESTING = 30

_COMPARISONS: dict[type[ast.cmpop], ex.Comparison] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], ex.Arithmetic] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class Checker:
    """Visits the allowed syntax nodes; everything that is not on the list is refused by name."""

    def __init__(self, source: SourceText, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.findings: list[Finding] = []
        self.depth = 0

    def mistake(self, code: str, where: Location, message: Text) -> None:
        """Add a finding."""
        self.findings.append(Finding(code, where, message))

    def _typed(self, kind: ex.Type | kinds.Mistake | None) -> ex.Type | None:
        """The type; a mistake becomes a finding and gives None."""
        if isinstance(kind, kinds.Mistake):
            self.mistake(kind.code, kind.where, kind.message)
            return None
        return kind

    def visit(self, node: ast.expr) -> ex.Expr | None:
        """The typed expression of a node; None if it, or a part of it, has a mistake."""
        where = self.source.location(node)
        if self.depth >= MAX_NESTING:
            message = Text(f"表达式嵌套超过 {MAX_NESTING} 层", f"nested deeper than {MAX_NESTING} levels")
            self.mistake("expr-too-deep", where, message)
            return None
        self.depth += 1
        found = self._dispatch(node, where)
        self.depth -= 1
        return found

    def _dispatch(self, node: ast.expr, where: Location) -> ex.Expr | None:
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = self._complete([self._condition(value) for value in values])
                return None if parts is None else (ex.AllOf if isinstance(op, ast.And) else ex.AnyOf)(
                    ex.BoolType(), where, parts
                )  # fmt: skip
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._denied(self._condition(operand), where)
            case ast.Compare():
                return self._compare(node, where)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._if_else(test, body, orelse, where)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._arithmetic(left, operator, right, where)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self._call(name, args, keywords, where)
            case ast.Constant():
                return self._literal(node, where)
            case ast.Attribute():
                return self._fact(node, where)
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                return self._entry(name, key, where)
            case ast.Name(id=name):
                return self._name(name, where)
            case _:
                kind = type(node).__name__
                words = Text(f"表达式中不允许这种写法（{kind}）", f"{kind} is not part of the expression language")
                self.mistake("expr-not-allowed", where, words)
                return None

    # --- conditions ---------------------------------------------------------------------------------------------

    def _complete(self, parts: Sequence[ex.Expr | None]) -> tuple[ex.Expr, ...] | None:
        """All parts, or None if one of them has a mistake."""
        found = tuple(part for part in parts if part is not None)
        return found if len(found) == len(parts) else None

    def _denied(self, inner: ex.Expr | None, where: Location) -> ex.Expr | None:
        """The opposite of a condition.

        A comparison with an entry that a table lacks does not hold, and so its denial would: that is refused.
        """
        if inner is None:
            return None
        wrong = next((part for part in ex.walk(inner) if _compares_entry(part)), None)
        if wrong is not None:
            message = Text(
                "与表中条目的比较不能用 not 否定（表中可能没有该条目），请写相反的比较",
                "a comparison with a table's entry can't be denied with 'not' (the entry may be missing); "
                "write the opposite comparison",
            )
            self.mistake("expr-denied-entry", wrong.where, message)
            return None
        return ex.Not(ex.BoolType(), where, inner)

    def _condition(self, node: ast.expr) -> ex.Expr | None:
        expr = self.visit(node)
        if expr is None or isinstance(expr.type, ex.BoolType):
            return expr
        got = describe(expr.type)
        self.mistake(
            "expr-type", expr.where, Text(f"此处应为条件，实为{got.zh}", f"expected a condition, got {got.en}")
        )
        return None

    def _compare(self, node: ast.Compare, where: Location) -> ex.Expr | None:
        if len(node.ops) != 1:
            message = Text("不允许连写比较，请用 and 连接", "chained comparisons are not allowed; join two with 'and'")
            self.mistake("expr-not-allowed", where, message)
            return None
        op, right_node = node.ops[0], node.comparators[0]
        symbol = _COMPARISONS.get(type(op))
        if isinstance(op, ast.In | ast.NotIn):
            member = self._member(self.visit(node.left), right_node, where, single=False)
            return member if member is None or isinstance(op, ast.In) else ex.Not(ex.BoolType(), where, member)
        if symbol is None:
            message = Text("不允许 is 比较，请用 ==", "'is' is not part of the language; use ==")
            self.mistake("expr-not-allowed", where, message)
            return None
        left = self.visit(node.left)
        if left is not None and isinstance(left.type, ex.ChoiceType):
            if symbol not in ("==", "!="):
                message = Text("选项只能用 ==、!=、in 比较", "choices compare with ==, != and in only")
                self.mistake("expr-type", where, message)
                return None
            choice = self._member(left, right_node, where, single=True)
            return choice if choice is None or symbol == "==" else ex.Not(ex.BoolType(), where, choice)
        if left is None and self._may_be_choice(right_node):
            return None
        if left is not None and isinstance(left.type, ex.BoolType):
            self._refused(kinds.comparable(left, left, where))
            return None
        right = self.visit(right_node)
        if left is None or right is None or self._refused(kinds.comparable(left, right, where)):
            return None
        return ex.Compare(ex.BoolType(), where, symbol, left, right)

    def _refused(self, mistake: kinds.Mistake | None) -> bool:
        """Whether a rule found a mistake, which is then told."""
        if mistake is not None:
            self.mistake(mistake.code, mistake.where, mistake.message)
        return mistake is not None

    def _may_be_choice(self, node: ast.expr) -> bool:
        """Whether a name that nothing defines may be a choice of a fact that is not known."""
        return isinstance(node, ast.Name) and node.id not in self.scope.parameters and node.id not in self.scope.lets

    def _member(self, subject: ex.Expr | None, node: ast.expr, where: Location, *, single: bool) -> ex.Expr | None:
        """A test that a choice is one of some; ``single`` after == and !=, which take one name."""
        parameter = node.id if isinstance(node, ast.Name) and node.id in self.scope.parameters else None
        if parameter is not None:
            self.scope.used_parameters.add(parameter)
        if subject is None:
            return None
        if not isinstance(subject, ex.FactRef) or not isinstance(subject.type, ex.ChoiceType):
            message = Text("in 的左边应为选项类事实", "the left side of 'in' must be a choice fact")
            self.mistake("expr-type", subject.where, message)
            return None
        if parameter in subject.type.domain.ids:
            # That the parameter is called like a choice is a mistake of its own.
            parameter = None
        if parameter is not None:
            return self._listed(subject, parameter, self.source.location(node), where, single=single)
        if single or not isinstance(node, ast.List | ast.Tuple):
            names: list[ast.expr] = [node]
            if not single and isinstance(node, ast.Name) and node.id not in subject.type.domain.ids:
                self._unknown_list(node.id, self.source.location(node))
                return None
        else:
            names = node.elts
        values = self._choices(names, subject.fact, subject.type.domain, where)
        return None if values is None else ex.Member(ex.BoolType(), where, subject, values, None)

    def _listed(
        self, subject: ex.FactRef, name: str, place: Location, where: Location, *, single: bool
    ) -> ex.Expr | None:
        """A test against the names of a parameter."""
        kind = self.scope.parameters[name]
        if not isinstance(kind, ex.NamesType | ex.TableType):
            message = Text(f"参数 {name} 不是名称列表或表", f"the parameter {name} is not a list or table of names")
        elif single and not (isinstance(kind, ex.NamesType) and kind.single):
            message = Text(f"参数 {name} 有多个名称，请用 in", f"the parameter {name} has several names; use 'in'")
        else:
            return ex.Member(ex.BoolType(), where, subject, (), name)
        self.mistake("expr-type", place, message)
        return None

    def _unknown_list(self, name: str, where: Location) -> None:
        if name not in self.scope.broken:
            known = [n for n, t in self.scope.parameters.items() if isinstance(t, ex.NamesType | ex.TableType)]
            hint = did_you_mean(name, known)
            message = Text(
                f"没有名称列表或表“{name}”{hint.zh}", f"there is no list or table of names {name!r}{hint.en}"
            )
            self.mistake("expr-unknown-name", where, message)

    def _choices(
        self, nodes: Sequence[ast.expr], fact: AnyFact, domain: Domain, where: Location
    ) -> tuple[str, ...] | None:
        """The names of choices as written; None, and findings, if one is not a choice or is there twice."""
        if not nodes:
            self.mistake("expr-type", where, Text("列表中至少要有一个选项", "the list needs at least one choice"))
            return None
        values: dict[str, None] = {}
        wrong = False
        for node in nodes:
            place = self.source.location(node)
            if isinstance(node, ast.Name) and node.id in domain.ids and node.id not in values:
                values[node.id] = None
                continue
            wrong = True
            if not isinstance(node, ast.Name):
                self.mistake("expr-type", place, Text(f"应为 {fact.id} 的选项", f"expected a choice of {fact.id}"))
            elif node.id in values:
                self.mistake("expr-twice", place, Text(f"选项“{node.id}”重复", f"{node.id!r} is listed twice"))
            elif self.scope.broken.isdisjoint((node.id, domain.name)):
                self.mistake("expr-unknown-choice", place, unknown_choice(node.id, fact.id, domain))
        return None if wrong else tuple(values)

    # --- figures and days ---------------------------------------------------------------------------------------

    def _if_else(self, test: ast.expr, body: ast.expr, orelse: ast.expr, where: Location) -> ex.Expr | None:
        condition, then, otherwise = self._condition(test), self.visit(body), self.visit(orelse)
        if then is None or otherwise is None:
            return None
        kind = self._typed(kinds.union((then, otherwise), where))
        return None if condition is None or kind is None else ex.IfElse(kind, where, condition, then, otherwise)

    def _arithmetic(
        self, left_node: ast.expr, operator: ast.operator, right_node: ast.expr, where: Location
    ) -> ex.Expr | None:
        symbol = _ARITHMETIC.get(type(operator))
        if symbol is None:
            self.mistake("expr-not-allowed", where, Text("只允许 + - * /", "only + - * / are allowed"))
            return None
        left, right = self.visit(left_node), self.visit(right_node)
        if left is None or right is None:
            return None
        kind = self._typed(kinds.arithmetic(symbol, left, right, where))
        return None if kind is None else ex.Arith(kind, where, symbol, left, right)

    def _call(self, name: str, args: list[ast.expr], keywords: list[ast.keyword], where: Location) -> ex.Expr | None:
        parts = self._complete([self.visit(arg) for arg in args])
        named = {keyword.arg or "**": self.visit(keyword.value) for keyword in keywords}
        if name not in FUNCTIONS:
            hint = did_you_mean(name, FUNCTIONS)
            message = Text(f"没有函数“{name}”{hint.zh}", f"there is no function {name!r}{hint.en}")
            self.mistake("expr-unknown-function", where, message)
            return None
        if len(named) < len(keywords):
            self.mistake("expr-usage", where, calls.USAGE[name])
            return None
        if parts is None or None in named.values():
            return None
        made = calls.call(name, parts, cast("dict[str, ex.Expr]", named), where)
        if isinstance(made, kinds.Mistake):
            self.mistake(made.code, made.where, made.message)
            return None
        return made

    # --- names --------------------------------------------------------------------------------------------------

    def _literal(self, node: ast.Constant, where: Location) -> ex.Expr | None:
        value = self.source.number(node)
        if value is None:
            message = Text(
                "不允许 True、False、None 这样的常量", "constants such as True, False and None are not allowed"
            )
            self.mistake("expr-not-allowed", where, message)
            return None
        if value not in (0, 1):
            message = Text(
                f"数字 {value} 应写成有依据的参数", f"the figure {value} must be a parameter with a citation"
            )
            self.mistake("expr-literal", where, message)
            return None
        return ex.Number(ex.NumberType(PURE), where, value)

    def _fact(self, node: ast.Attribute, where: Location) -> ex.Expr | None:
        if not isinstance(node.value, ast.Name):
            message = Text("事实应写成 主体.名称", "a fact is written subject.name")
            self.mistake("expr-not-allowed", where, message)
            return None
        subject, identity = node.value.id, f"{node.value.id}.{node.attr}"
        fact = self.scope.facts.get(identity)
        if fact is None:
            if identity not in self.scope.broken and subject not in self.scope.broken_subjects:
                self._unknown_fact(subject, identity, where)
            return None
        kind = fact_type(fact)
        if kind is None:
            message = Text(f"“{identity}”不能用在表达式里", f"{identity!r} can't be used in an expression")
            self.mistake("expr-type", where, message)
            return None
        return ex.Flag(kind, where, fact) if isinstance(kind, ex.BoolType) else ex.FactRef(kind, where, fact)

    def _unknown_fact(self, subject: str, identity: str, where: Location) -> None:
        if identity in self.scope.hidden:
            message = Text(
                f"这个项目不看 {subject} 的事实“{identity}”",
                f"this programme does not read facts of a {subject}: {identity!r}",
            )
        else:
            beside = [known for known in self.scope.facts if known.startswith(f"{subject}.")]
            name = identity.partition(".")[2]
            namesakes = [known for known in self.scope.facts if known.partition(".")[2] == name]
            hint = did_you_mean(identity, beside or ([] if subject in self.scope.kinds else namesakes))
            message = Text(f"没有事实“{identity}”{hint.zh}", f"there is no fact {identity!r}{hint.en}")
        self.mistake("expr-unknown-fact", where, message)

    def _entry(self, name: str, key_node: ast.expr, where: Location) -> ex.Expr | None:
        kind = self.scope.parameters.get(name)
        self.scope.used_parameters.add(name)
        key = self.visit(key_node)
        if not isinstance(kind, ex.TableType):
            if name not in self.scope.broken:
                known = [n for n, t in self.scope.parameters.items() if isinstance(t, ex.TableType)]
                hint = did_you_mean(name, known)
                message = Text(f"没有表“{name}”{hint.zh}", f"there is no table {name!r}{hint.en}")
                self.mistake("expr-unknown-name", where, message)
            return None
        if key is None:
            return None
        if not isinstance(key, ex.FactRef) or not isinstance(key.type, ex.ChoiceType):
            message = Text("表的下标应为选项类事实", "a table is looked up by a choice fact")
            self.mistake("expr-type", key.where, message)
            return None
        return ex.Entry(changed(kind.entry, partial=True), where, name, key)

    def _name(self, name: str, where: Location) -> ex.Expr | None:
        scope = self.scope
        if name == AS_OF:
            return ex.AsOf(ex.DateType(), where)
        if name in scope.lets:
            scope.used_lets.add(name)
            return ex.LetRef(scope.lets[name], where, name)
        if name in scope.parameters:
            scope.used_parameters.add(name)
            return ex.ParamRef(scope.parameters[name], where, name)
        if name in scope.broken:
            return None
        fact = _fact_with_choice(name, scope.facts)
        if name in scope.later:
            message = Text(f"中间量“{name}”在后面才定义", f"the figure {name!r} is defined further down")
        elif fact is not None:
            message = Text(
                f"“{name}”是 {fact} 的选项，只能写在 ==、!= 或 in 的右边",
                f"{name!r} is a choice of {fact}: it stands to the right of ==, != or in",
            )
        else:
            hint = did_you_mean(name, [*scope.parameters, *scope.lets, AS_OF, *scope.facts])
            message = Text(
                f"没有名为“{name}”的参数或中间量{hint.zh}", f"there is no parameter or figure {name!r}{hint.en}"
            )
        self.mistake("expr-unknown-name", where, message)
        return None


def _compares_entry(expr: ex.Expr) -> bool:
    """Whether an expression compares an entry of a table, which may be missing."""
    return isinstance(expr, ex.Compare) and any(
        isinstance(side.type, ex.DateType | ex.NumberType) and side.type.partial for side in (expr.left, expr.right)
    )


def _fact_with_choice(name: str, facts: Mapping[str, AnyFact]) -> str | None:
    """The first fact that has a choice of that name."""
    for fact in facts.values():
        kind = fact_type(fact)
        if isinstance(kind, ex.ChoiceType) and name in kind.domain.ids:
            return fact.id
    return None

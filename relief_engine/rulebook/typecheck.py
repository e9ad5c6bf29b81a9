"""Rulebook stage: one expression of a file is read and typed."""

from __future__ import annotations

from relief_engine.errors import Finding
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.checker import Checker
from relief_engine.rulebook.kinds import describe, fact_type, parameter_type
from relief_engine.rulebook.scope import AS_OF, FUNCTIONS, RESERVED, Scope
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.syntax import parse, source_text
from relief_engine.text import Text

__all__ = ["AS_OF", "FUNCTIONS", "RESERVED", "Scope", "check_expression", "describe", "fact_type", "parameter_type"]

_WANTED: dict[type[ex.Type], Text] = {
    ex.BoolType: Text("条件", "a condition"),
    ex.NumberType: Text("数", "a figure"),
    ex.DateType: Text("日期", "a date"),
}


def check_expression(
    file: str, span: Span, value: str, scope: Scope, expected: type[ex.Type] | None
) -> tuple[ex.Expr | None, list[Finding]]:
    """Type one expression of ``file``, whose YAML scalar is ``value`` and stands at ``span``.

    Gives the expression and no findings, or None and its mistakes: none if it only uses names that are broken.
    ``expected`` is the type that it must have; None takes any.
    """
    source = source_text(file, span, value)
    tree = parse(source)
    if isinstance(tree, Finding):
        scope.use_all(source.text)
        return None, [tree]
    checker = Checker(source, scope)
    expr = checker.visit(tree)
    if expr is not None and expected is not None and not isinstance(expr.type, expected):
        got, wanted = describe(expr.type), _WANTED[expected]
        checker.mistake(
            "expr-type", expr.where, Text(f"此处应为{wanted.zh}，实为{got.zh}", f"expected {wanted.en}, got {got.en}")
        )
    if checker.findings or expr is None:
        # Not all of it was visited: a name in it is not to be reported as unused.
        scope.use_all(source.text)
        return None, checker.findings
    return expr, []

"""Rulebook stage: the bench at which the parts of one programme are built: names in scope, dates, expressions."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.errors import Finding
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.dating import Calendar
from relief_engine.rulebook.kinds import is_definite
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.typecheck import Scope, check_expression
from relief_engine.text import Text


class Workshop:
    """What the builders of one programme share; every mistake goes to the desk."""

    def __init__(self, document: Document, desk: Desk, scope: Scope) -> None:
        self.document = document
        self.desk = desk
        self.scope = scope
        self.calendar = Calendar(document, desk)

    def report(self, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        """Add a finding at a path of the file."""
        self.desk.report(self.document, code, path, message, key=key)

    def missing(self, path: Path_, *names: str) -> None:
        """Report keys that an element needs."""
        self.desk.missing(self.document, path, names)

    def beside_versions(self, path: Path_, names: Sequence[str]) -> None:
        """Report keys that stand beside an element's versions, where they would be ignored."""
        self.desk.beside_versions(self.document, path, names)

    def expression(self, value: str, path: Path_, expected: type[ex.Type] | None) -> ex.Expr | None:
        """Type the expression at a path; mistakes are findings, and then there is no expression."""
        expr, findings = check_expression(self.document.file, self.document.span(path), value, self.scope, expected)
        self.desk.findings.extend(findings)
        return expr

    def definite(self, value: str, path: Path_, expected: type[ex.Type] | None) -> ex.Expr | None:
        """The same for a figure or day that must have a value: an entry of a table may be missing."""
        expr = self.expression(value, path, expected)
        wrong = None if expr is None else is_definite(expr)
        if wrong is not None:
            self.desk.findings.append(Finding(wrong.code, wrong.where, wrong.message))
            return None
        return expr

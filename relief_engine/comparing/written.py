"""Comparing stage: whether two expressions say the same, and how people read them."""

from __future__ import annotations

from relief_engine.explanation import say
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expression_text import written
from relief_engine.rulebook.normal_form import alike
from relief_engine.text import Text


def same(old: ex.Expr | None, new: ex.Expr | None) -> bool:
    """Whether two expressions say the same, or are at least written alike.

    What is written alike may come to something else where a fact that it reads was edited; that is an edit of the fact.
    """
    if old is None or new is None:
        return old is new
    return alike(old, new) or written(old) == written(new)


def formula(expr: ex.Expr | None) -> Text | None:
    """An expression as people read it; None where there is none."""
    return None if expr is None else say.both(written(expr))

"""Testing stage: a case that failed is told: expected and actual side by side, then the explanation of the decision."""

from __future__ import annotations

from relief_engine.engine import Engine, Report
from relief_engine.explanation.sheet import sheet
from relief_engine.explanation.terminal import render
from relief_engine.testing.cases import CaseResult
from relief_engine.text import DEFAULT_LANGUAGE, Language
from relief_engine.version import VERSION


def told(result: CaseResult, engine: Engine, language: Language = DEFAULT_LANGUAGE, *, width: int = 80) -> str:
    """The whole story of a case, for people; ``engine`` is the one that decided it. Ends without a newline."""
    return f"{result.report(language)}\n\n{explained(result, engine, language, width=width)}"


def explained(result: CaseResult, engine: Engine, language: Language = DEFAULT_LANGUAGE, *, width: int = 80) -> str:
    """Why the engine says what it says of a case, in lines of at most ``width`` columns."""
    decision = result.decision
    report = Report(decision.as_of, engine.rulebook, decision.profile, engine.routes, (decision,), ())
    # The day is told; where the profile came from, and the receipt, say nothing of a case.
    laid_out = sheet(report, engine, language, VERSION)
    *lines, _ = render(laid_out._replace(head=laid_out.head[:1], receipt=()), width=width).splitlines()
    return "\n".join(lines)

"""Testing stage: a case that failed is told: expected and actual side by side, then the explanation of the decision."""

from __future__ import annotations

from relief_engine.engine import Engine, Report
from relief_engine.explanation.outline import QUESTIONS, Kind
from relief_engine.explanation.sheet import sheet
from relief_engine.explanation.terminal import render
from relief_engine.testing.cases import CaseResult
from relief_engine.text import DEFAULT_LANGUAGE, Language
from relief_engine.version import VERSION

#: The sections that say why a decision is as it is.
_WHY: tuple[Kind, ...] = (*QUESTIONS, "referrals", "calculation", "criteria", "deadlines")


def told(result: CaseResult, engine: Engine, language: Language = DEFAULT_LANGUAGE, *, width: int = 80) -> str:
    """The whole story of a case, for people; ``engine`` is the one that decided it. Ends without a newline."""
    return f"{result.report(language)}\n\n{explained(result, engine, language, width=width)}"


def explained(result: CaseResult, engine: Engine, language: Language = DEFAULT_LANGUAGE, *, width: int = 80) -> str:
    """Why the engine says what it says of a case, in lines of at most ``width`` columns.

    What an applicant is told besides (how it is given, what is checked by hand, how the rules changed) is left out.
    """
    decision = result.decision
    report = Report(decision.as_of, engine.rulebook, decision.profile, engine.routes, (decision,), ())
    laid_out = sheet(report, engine, language, VERSION)
    groups = tuple(
        group._replace(
            decisions=tuple(
                outline._replace(sections=tuple(part for part in outline.sections if part.kind in _WHY))
                for outline in group.decisions
            )
        )
        for group in laid_out.groups
    )
    # The day is told; where the profile came from, and the receipt, say nothing of a case.
    laid_out = laid_out._replace(head=laid_out.head[:1], groups=groups, receipt=())
    *lines, _ = render(laid_out, width=width).splitlines()
    return "\n".join(lines)

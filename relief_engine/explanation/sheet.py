"""Explanation stage: a whole report in one language: its head, one outline for each decision, what was skipped, sums."""

from __future__ import annotations

from dataclasses import dataclass

from relief_engine.decision import Outcome
from relief_engine.engine import Engine, Report
from relief_engine.explanation.build import explain, money
from relief_engine.explanation.outline import Outline, outline
from relief_engine.text import Language, Text

#: The words of a report's frame.
WORDS = {
    "as_of": Text("判定日", "Day of the decision"),
    "rulebook": Text("规则库", "Rulebook"),
    "engine": Text("引擎", "Engine"),
    "profile": Text("资料", "Profile"),
    "total": Text("可得减免合计", "Total of relief granted"),
    "skipped": Text("没有判定的项目", "Programmes not decided"),
    "receipt": Text("回执", "Receipt"),
    "basis": Text("依据", "Basis"),
    "routes": Text("计算路径", "Routes"),
}

ROUTES = {
    "direct": Text("直接计算", "direct"),
    "forward-chaining": Text("规则推理", "forward chaining"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report, ready to be printed in any form."""

    language: Language
    as_of: str
    decisions: tuple[Outline, ...]
    skipped: tuple[tuple[str, str], ...]
    total: str | None
    receipt: tuple[tuple[str, str], ...]

    def word(self, key: str) -> str:
        """A word of the frame."""
        return WORDS[key].in_(self.language)


def sheet(report: Report, engine: Engine, language: Language, version: str) -> Sheet:
    """Lay a report out in one language. ``version`` is the engine's, for the receipt."""
    routes = "、".join(ROUTES.get(r, Text(r, r)).in_(language) for r in report.routes)
    eligible = [d for d in report.decisions if d.outcome is Outcome.ELIGIBLE]
    receipt = (
        (WORDS["as_of"].in_(language), report.as_of.isoformat()),
        (WORDS["rulebook"].in_(language), report.rulebook.digest),
        (WORDS["profile"].in_(language), report.profile.digest),
        (WORDS["engine"].in_(language), f"relief-engine {version}"),
        (WORDS["routes"].in_(language), routes),
    )
    return Sheet(
        language,
        report.as_of.isoformat(),
        tuple(outline(explain(decision, engine), language) for decision in report.decisions),
        tuple((s.programme.title.in_(language), s.reason.in_(language)) for s in report.skipped),
        money(report.total).in_(language) if eligible and len(report.decisions) > 1 else None,
        receipt,
    )

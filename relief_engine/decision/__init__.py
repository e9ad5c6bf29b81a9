"""Decision stage: the record of one answer, and what people's answers to its referrals make of it.

``outcomes`` has the words of an answer, ``record`` the answer itself. ``resolved`` says what people's answers come to,
``resolving`` works that out, and ``possible`` finds the referrals that may hold besides.
"""

from relief_engine.decision.outcomes import Outcome, Status, status
from relief_engine.decision.record import (
    NOTHING_MISSING,
    CriterionResult,
    Decision,
    MissingFact,
    MissingFacts,
    ReferralResult,
    number,
    yuan,
)
from relief_engine.decision.resolved import Answered, Open, Resolved, State

__all__ = [
    "NOTHING_MISSING", "Answered", "CriterionResult", "Decision", "MissingFact", "MissingFacts", "Open", "Outcome",
    "ReferralResult", "Resolved", "State", "Status", "number", "status", "yuan",
]  # fmt: skip

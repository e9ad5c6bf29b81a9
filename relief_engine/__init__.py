"""relief-engine: which relief a small business gets, how much, under which clause, and why.

A handful of names is the public library::

    from relief_engine import Engine, load_rulebook

    engine = Engine(load_rulebook())
    report = engine.decide({"applicant": {...}, "leases": [{...}]})
"""

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine, Report
from relief_engine.errors import (
    Finding,
    Location,
    ProfileError,
    ReliefError,
    RoutesDisagree,
    RouteUnavailable,
    RulebookError,
    UnknownName,
)
from relief_engine.profile.model import Profile
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text
from relief_engine.version import VERSION

__version__ = VERSION

__all__ = [
    "Decision", "Engine", "Finding", "Location", "Outcome", "Profile", "ProfileError", "ReliefError", "Report",
    "RouteUnavailable", "RoutesDisagree", "Rulebook", "RulebookError", "Text", "UnknownName", "load_rulebook",
]  # fmt: skip

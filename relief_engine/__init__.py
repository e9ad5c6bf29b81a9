"""relief-engine: which relief a small business gets, how much, under which clause, and why.

A handful of names is the public library::

    from relief_engine import Engine, load_rulebook

    engine = Engine(load_rulebook())
    report = engine.decide({"applicant": {...}, "leases": [{...}]})

Each is imported when it is first asked for: the command line needs few of them, and must start fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from relief_engine.version import VERSION

if TYPE_CHECKING:
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

__version__ = VERSION

__all__ = [
    "Decision", "Engine", "Finding", "Location", "Outcome", "Profile", "ProfileError", "ReliefError", "Report",
    "RouteUnavailable", "RoutesDisagree", "Rulebook", "RulebookError", "Text", "UnknownName", "load_rulebook",
]  # fmt: skip

#: The modules that the names come from; all others come from ``errors``.
_HOMES = {
    "Decision": "decision",
    "Engine": "engine",
    "Outcome": "decision",
    "Profile": "profile.model",
    "Report": "engine",
    "Rulebook": "rulebook.model",
    "Text": "text",
    "load_rulebook": "rulebook.load",
}

if not TYPE_CHECKING:  # A type checker that saw this would take any name for one of ours.

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

"""For whoever tests rules: worked cases, profiles drawn from a rulebook, and properties that hold of any.

Each name is imported when it is first asked for: pytest loads ``relief_engine.testing.plugin`` in every run, and must
not wait for the engine where no rules are tested. What draws profiles needs Hypothesis (``relief-engine[testing]``).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relief_engine.testing.cases import Case, CaseResult, find_cases, load_cases, run_case
    from relief_engine.testing.failures import PropertyFailed
    from relief_engine.testing.holding import decisions
    from relief_engine.testing.rules import Property, check, properties
    from relief_engine.testing.strategies import BadArgument, days, facts, profiles
    from relief_engine.testing.written import to_yaml

__all__ = [
    "BadArgument", "Case", "CaseResult", "Property", "PropertyFailed", "check", "days", "decisions", "facts",
    "find_cases", "load_cases", "profiles", "properties", "run_case", "to_yaml",
]  # fmt: skip

if not TYPE_CHECKING:  # A type checker that saw this would take any name for one of ours.

    def __getattr__(name: str) -> object:
        try:
            found = globals()[name] = _found(name)
        except ModuleNotFoundError as error:
            if error.name != "hypothesis":
                raise
            message = f"{name} needs Hypothesis: pip install 'relief-engine[testing]'"
            raise ModuleNotFoundError(message, name=error.name) from error
        return found

    def _found(name: str) -> object:
        if name in ("Case", "CaseResult", "find_cases", "load_cases", "run_case"):
            from relief_engine.testing import cases as home
        elif name in ("BadArgument", "days", "facts", "profiles"):
            from relief_engine.testing import strategies as home
        elif name in ("Property", "check", "properties"):
            from relief_engine.testing import rules as home
        elif name == "decisions":
            from relief_engine.testing import holding as home
        elif name == "PropertyFailed":
            from relief_engine.testing import failures as home
        elif name == "to_yaml":
            from relief_engine.testing import written as home
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(home, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

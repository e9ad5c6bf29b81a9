"""For whoever tests rules: worked cases that stand beside the rules they test, read, run and reported.

Each name is imported when it is first asked for: pytest loads ``relief_engine.testing.plugin`` in every run, and must
not wait for the engine where no rules are tested.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relief_engine.testing.cases import Case, CaseResult, find_cases, load_cases, run_case

__all__ = ["Case", "CaseResult", "find_cases", "load_cases", "run_case"]

if not TYPE_CHECKING:  # A type checker that saw this would take any name for one of ours.

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from relief_engine.testing import cases

        globals().update({known: getattr(cases, known) for known in __all__})
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

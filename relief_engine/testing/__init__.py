"""For whoever tests rules: worked cases that stand beside the rules they test, read, run and reported."""

from relief_engine.testing.cases import Case, CaseResult, find_cases, load_cases, run_case

__all__ = ["Case", "CaseResult", "find_cases", "load_cases", "run_case"]

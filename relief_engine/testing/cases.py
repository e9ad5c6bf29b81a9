"""Testing stage: worked cases are run, and what differs from the expectation is told side by side.

``load_cases`` reads them, ``find_cases`` finds their files, ``run_case`` decides one and compares.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relief_engine.decision import Decision, Status
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.testing.awaited import BY_NAME
from relief_engine.testing.case_files import Case, find_cases, load_cases
from relief_engine.testing.case_shapes import AWAITED
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

__all__ = ["Case", "CaseResult", "Row", "find_cases", "load_cases", "run_case"]


@dataclass(frozen=True, slots=True)
class Row:
    """One key of a case: what was expected (None where the case is silent) and what the engine said.

    A key that is ``awaited`` does not agree, and does not differ either: nobody has said what is expected.
    """

    key: str
    expected: str | None
    actual: str
    agrees: bool
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case."""

    case: Case
    decision: Decision
    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """Whether everything that was expected is so; never where nothing is."""
        return not self.case.silent and all(row.agrees for row in self.rows)

    @property
    def awaits(self) -> bool:
        """Whether the case leaves something for the engine to fill in."""
        return self.case.silent or bool(self.case.awaited)

    @property
    def differs(self) -> bool:
        """Whether something is otherwise than expected."""
        return any(not row.agrees and not row.awaited for row in self.rows)

    @property
    def differences(self) -> tuple[Text, ...]:
        """One line for each key that differs or is awaited, and one where nothing is expected at all."""
        if self.case.silent:
            return (Text("还没有写预期结果（expect）", "no expectation yet (expect)"),)
        return tuple(
            Text(f"{row.key}：还没有写预期，实为 {row.actual}", f"{row.key}: no expectation yet, got {row.actual}")
            if row.awaited
            else Text(
                f"{row.key}：应为 {row.expected}，实为 {row.actual}",
                f"{row.key}: expected {row.expected}, got {row.actual}",
            )
            for row in self.rows
            if not row.agrees
        )

    def report(self, language: Language = DEFAULT_LANGUAGE) -> str:
        """Expected and actual side by side: ``≠`` marks what differs; the left is empty where the case is silent."""
        head = Text("预期", "expected"), Text("实际", "actual")
        table = [("", "", head[0].in_(language), head[1].in_(language))]
        marks = ["" if row.agrees else "?" if row.awaited else "≠" for row in self.rows]
        table += [(mark, row.key, row.expected or "", row.actual) for mark, row in zip(marks, self.rows, strict=True)]
        widths = [max(_width(line[column]) for line in table) for column in range(3)]
        lines = [
            "  ".join([*(_padded(cell, width) for cell, width in zip(line, widths, strict=False)), line[3]]).rstrip()
            for line in table
        ]
        clauses = (
            "；".join(map(str, self.case.citations)) if language == "zh" else "; ".join(map(str, self.case.citations))
        )
        title = f"{self.case.where}: {self.case.name.in_(language)}"
        sums = [] if self.case.arithmetic is None else [self.case.arithmetic]
        silent = [line.in_(language) for line in self.differences if self.case.silent]
        return "\n".join([title, clauses, *sums, *silent, *lines])


def run_case(engine: Engine, case: Case, profile: Profile | None = None) -> CaseResult:
    """Decide one case and compare; an expectation that fails is a result, not an error.

    ``profile`` is the case's own as an engine of the same facts read it, for whoever runs a case many times.
    """
    report = engine.decide(case.profile if profile is None else profile, as_of=case.as_of, programmes=[case.programme])
    decision = next(d for d in report.decisions if d.subject == case.subject)
    rows: list[Row] = []
    for key, read in READ.items():
        actual = read(decision)
        if key in BY_NAME:
            rows += _named_rows(key, case, actual)
        elif key in case.awaited:
            rows.append(Row(key, AWAITED, _actual(key, actual, decision), agrees=False, awaited=True))
        elif key in case.expected:
            expected = case.expected[key]
            rows.append(Row(key, shown(expected), _actual(key, actual, decision), _same(key, expected, actual)))
        elif actual is not None and actual != ():
            rows.append(Row(key, None, _actual(key, actual, decision), agrees=True))
    return CaseResult(case, decision, tuple(rows))


#: How each key of an expectation is read off a decision.
READ: Mapping[str, Callable[[Decision], Any]] = {
    "outcome": lambda d: d.outcome.value,
    "amount": lambda d: d.amount,
    "amount_if_granted": lambda d: d.amount_if_granted,
    "amount_range": lambda d: d.amount_range,
    "ceiling": lambda d: d.ceiling,
    "payable": lambda d: d.payable,
    "payable_range": lambda d: d.payable_range,
    "rate": lambda d: d.rate,
    "rate_range": lambda d: d.rate_range,
    "until": lambda d: d.until,
    "unmet": lambda d: tuple(c.id for c in d.criteria if c.status is Status.UNMET),
    "referrals": lambda d: tuple(r.id for r in d.referrals),
    "missing": lambda d: tuple(m.fact.id for m in d.missing.facts),
    "figures": lambda d: d.figures,
    "deadlines": lambda d: {deadline.id: day for deadline, day in d.deadlines()},
    "resolution": lambda d: None if d.resolution is None else d.resolution.state.value,
    "amount_by_people": lambda d: None if d.resolution is None else d.resolution.amount,
}
#: Sets of names: the order in which a case lists them does not matter.
_SETS = frozenset({"unmet", "referrals", "missing"})


def read_off(decision: Decision) -> dict[str, Any]:
    """Everything that a case can expect of a decision, by the key of the expectation."""
    return {key: read(decision) for key, read in READ.items()}


def _same(key: str, expected: Any, actual: Any) -> bool:
    if expected is None or actual is None:
        return expected is actual
    if key in _SETS:
        return len(set(expected)) == len(expected) and set(expected) == set(actual)
    return bool(_exact(expected) == _exact(actual))


def _exact(value: Any) -> Any:
    """A value in a form in which equal figures are equal."""
    if isinstance(value, tuple):
        return tuple(_exact(part) for part in value)
    return Fraction(value) if isinstance(value, int | Decimal | Fraction) else value


def _named_rows(key: str, case: Case, actual: Mapping[str, Any]) -> list[Row]:
    """The rows of values by name, of which only those that a case names are compared."""
    expected = case.expected.get(key) or {}
    waiting = [name for first, _, name in (k.partition(".") for k in case.awaited) if first == key and name]
    rows = []
    if key in case.awaited and not actual:
        rows.append(Row(key, AWAITED, shown(None), agrees=False, awaited=True))
    for name in dict.fromkeys((*expected, *waiting, *actual)):
        value = actual.get(name)
        if name in expected:
            wanted = tuple(expected[name]) if isinstance(expected[name], list) else expected[name]
            agrees = name not in actual if wanted is None else name in actual and bool(_exact(wanted) == _exact(value))
            rows.append(Row(f"{key}.{name}", shown(wanted), shown(value), agrees))
        elif key in case.awaited or name in waiting:
            rows.append(Row(f"{key}.{name}", AWAITED, shown(value), agrees=False, awaited=True))
        else:
            rows.append(Row(f"{key}.{name}", None, shown(value), agrees=True))
    return rows


def _actual(key: str, actual: Any, decision: Decision) -> str:
    inexact = key == "missing" and not decision.missing.exact
    return shown(actual) + (" (或更少 / or fewer)" if inexact else "")


def shown(value: Any) -> str:
    """A value as a case file would write it."""
    match value:
        case None:
            return "null"
        case tuple():
            return f"[{', '.join(shown(part) for part in value)}]"
        case Fraction():
            return str(value)
        case Decimal():
            return format(value, "f")
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


def _width(written: str) -> int:
    """The columns that a text takes in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in written)


def _padded(written: str, width: int) -> str:
    return written + " " * (width - _width(written))

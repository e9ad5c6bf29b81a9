"""Expressions: the condition of a criterion, and the amount of a benefit, in a rulebook that is otherwise right."""
# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

import functools
import random
from collections.abc import Mapping
from pathlib import Path

from fuzz.target import Target, check_error
from fuzz.targets.rulebook import base, small
from relief_engine.errors import InputError
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact
from relief_engine.rulebook.load import read_contents
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.typecheck import Scope, check_expression

TOKENS = (
    "applicant.size", "applicant.employees", "lease.start", "lease.end", "lease.monthly_rent", "applicant.kind", "applicant.industry", "months",
    "relief_year", "as_of", "and", "or", "not", "in", "if", "else", "is", "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "==", "!=", "<", "<=", ">",
    ">=", "=", "0", "1", "0.5", "00", "1.", "9" * 50, "1e5", "min(", "max(", "between(", "overlap_days(", "year=", "days(", "small", "open", "not not not ",
    "lambda", "await", "yield", "None", "True", "f''", "#", "\\", "\n", "\t", "，", "（", "²", "ａ", "é", "e\u0301", "\u200b", "__import__", "x.y.z", "(((((((((((((((",
)  # fmt: skip


@functools.cache
def facts() -> Mapping[str, AnyFact]:
    """The facts of the small rulebook."""
    rulebook, findings = read_contents(base(), Path("rules"))
    assert not findings, findings
    return rulebook.facts


def run(data: bytes) -> bool:
    """Type an expression: of any type, as a condition, or as a figure."""
    text = data.decode("utf-8", "replace")
    names = Scope(facts=facts(), kinds={"lease"})
    wanted: tuple[type[ex.Type] | None, ...] = (None, ex.BoolType, ex.NumberType)
    expr, findings = check_expression("fuzz.yaml", Span(1, 1, ""), text, names, wanted[len(data) % 3])
    if findings:
        check_error(InputError(findings))
    return expr is not None


def seeds() -> list[bytes]:
    """Expressions of the small rulebook."""
    found = []
    for name, content in small().items():
        if name.startswith("city/"):
            for line in content.decode().splitlines():
                head, _, text = line.partition(": ")
                if head.strip(" -{") in ("require", "when", "amount", "rate", "ceiling", "until") or "lease." in text:
                    found.append(text.encode())
    return found


def change(data: bytes, draw: random.Random) -> bytes:
    """Put in, take out or double tokens."""
    words = data.decode("utf-8", "replace").split(" ")
    for _ in range(draw.choice((1, 1, 2, 3))):
        at = draw.randint(0, len(words))
        match draw.randrange(4):
            case 0:
                words.insert(at, draw.choice(TOKENS))
            case 1:
                words[at : at + 1] = [draw.choice(TOKENS)]
            case 2:
                words[at : at + draw.choice((1, 2, 5))] = []
            case _:
                words[at:at] = words[at : at + 6] * draw.choice((1, 2, 20))
    return draw.choice((" ", " ", " ", "")).join(words).encode("utf-8", "replace")


TARGET = Target("expression", "expressions of rules", run, seeds, change)

"""Testing stage: what the engine says of a case becomes the expectation that the case lacks, key by key, as YAML.

Only what is lacking. An expectation that differs is never touched: either it or the rule is wrong, and a person must
say which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relief_engine.decision import Decision, Outcome
from relief_engine.errors import StatedError
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.yaml_events import scalar
from relief_engine.testing.case_files import ALWAYS
from relief_engine.testing.cases import READ, CaseResult
from relief_engine.text import Text

#: The keys of figures that an outcome shows, in the order in which they are written.
_SHOWN = (*ALWAYS, "ceiling", "payable", "payable_range", "rate", "rate_range", "until")


class CannotAccept(StatedError):
    """What a case lacks can't be taken from the engine; the message says why."""


class Accepted(Value):
    """What one case lacks: its place in the list of its file, its Chinese name, and YAML text for keys of ``expect``.

    A key is ``amount``, or ``figures.months`` for one of several values.
    """

    index: int
    name: str
    entries: tuple[tuple[str, str], ...]


def accepted(result: CaseResult) -> Accepted:
    """What the engine says for everything that a case leaves open; :class:`CannotAccept` where that must not be taken.

    A case that is silent gets its outcome, the figures that the outcome shows, and what is unmet, referred and missing.
    """
    case, decision = result.case, result.decision
    if result.differs:
        raise CannotAccept(
            Text(
                "已写的预期与实际不符，没有改动；先查明是算例还是规则有误",
                "what is expected differs, so nothing was written; find out whether the case or the rule is wrong",
            )
        )
    entries = _everything(decision) if case.silent else _awaited(result)
    return Accepted(case.index, case.name.zh, tuple(entries.items()))


def _everything(decision: Decision) -> dict[str, str]:
    entries = {"outcome": decision.outcome.value, **_figures_shown(decision, _SHOWN)}
    for key in ("unmet", "referrals", "missing"):
        # A list of what may be missing that was cut short is no expectation.
        if key != "missing" or decision.missing.exact:
            entries[key] = _known(key, READ[key](decision))
    if decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED):
        figures = _named(decision.figures)
        if figures:
            entries["figures"] = figures
    entries |= _figures_shown(decision, ("resolution", "amount_by_people"))
    return entries


def _awaited(result: CaseResult) -> dict[str, str]:
    """The keys that are ``?``; with an outcome the amounts too, which are compared from then on."""
    case, decision = result.case, result.decision
    entries: dict[str, str] = {}
    for key in case.awaited:
        first, _, name = key.partition(".")
        value = READ[first](decision)
        if first == "missing" and not decision.missing.exact:
            raise CannotAccept(
                Text("缺少的资料没有查全，missing 须手写", "the search was cut short: write missing by hand")
            )
        if isinstance(value, Mapping) and (name not in value if name else not _named(value)):
            raise CannotAccept(Text(f"判定中没有 {key} 的值", f"the decision has no value for {key}"))
        text = _named(value) if isinstance(value, Mapping) and not name else None
        entries[key] = text or _known(key, value[name] if name else value)
    if "outcome" in case.awaited:
        unsaid = [key for key in ALWAYS if key not in case.expected and key not in case.awaited]
        entries |= _figures_shown(decision, unsaid)
    return entries


def _known(key: str, value: Any) -> str:
    text = _written(value)
    if text is None:
        raise CannotAccept(
            Text(
                f"{key} 的值（{value}）不能写成有限小数，须手写",
                f"the value of {key} ({value}) is no finite decimal: write it by hand",
            )
        )
    return text


def _figures_shown(decision: Decision, keys: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Those of the figures that there are, as far as they can be written exactly."""
    values = {key: READ[key](decision) for key in keys}
    texts = {key: _written(value) for key, value in values.items() if value is not None}
    return {key: text for key, text in texts.items() if text is not None}


def _named(values: Mapping[str, Any]) -> str:
    """Values by name, without those that can't be written exactly; nothing where there are none."""
    texts = {name: _written(value) for name, value in values.items()}
    inside = ", ".join(f"{_word(name)}: {text}" for name, text in texts.items() if text is not None)
    return f"{{{inside}}}" if inside else ""


def _written(value: Any) -> str | None:
    """A value as YAML that stands anywhere, in brackets too; None where no text of it is exact."""
    match value:
        case None:
            return "null"
        case tuple():
            texts = [_written(part) for part in value]
            return None if None in texts else f"[{', '.join(text for text in texts if text is not None)}]"
        case Fraction():
            return _decimal(value)
        case Decimal():
            return format(value, "f")
        case dt.date():
            return value.isoformat()
        case str():
            return _word(value)
        case _:
            return str(value)


def _word(word: str) -> str:
    """An id as YAML reads it: in quotes where it would be taken for a number, a day or nothing."""
    return word if scalar(word) == word else f'"{word}"'


#: The most decimals that a figure of a file may have.
_DECIMALS = 30


def _decimal(value: Fraction) -> str | None:
    for places in range(_DECIMALS + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            # By its digits: a Decimal would be rounded where there are many.
            digits = f"{abs(scaled.numerator):0{places + 1}d}"
            whole, parts = digits[: len(digits) - places], digits[len(digits) - places :]
            return ("-" if value < 0 else "") + (f"{whole}.{parts}" if parts else whole)
    return None

"""Roster stage: why an answer is as it is, in one sentence, rendered from the masks of its row.

The sentence is the one that an explanation of the whole decision begins with, wherever the masks hold as much.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from relief_engine.compiled import ir
from relief_engine.decision import Outcome, yuan
from relief_engine.engine.summary import Cell
from relief_engine.explanation import say
from relief_engine.explanation.outline import grouped
from relief_engine.explanation.sentence import Told, sentence
from relief_engine.roster.answers import Answer
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text, joined

#: The figures of a row that its sentence says.
_FIGURES = (
    "amount", "amount_if_granted", "amount_low", "amount_high", "ceiling", "payable", "payable_low", "payable_high",
    "rate_low", "rate_high", "until",
)  # fmt: skip
_WITH_FIGURES = (Outcome.ELIGIBLE.value, Outcome.REFERRED.value)
#: The figures of which most sentences have one and no other, and an amount in cents that stands in for it.
_ONE = ("amount", "amount_if_granted")
_STAND_IN = 987_654_321_987_654_321
#: So many sentences are kept; a roster has few without figures, and those with figures seldom come twice.
_MOST = 20_000


class Said(NamedTuple):
    """What is said about one answer.

    ``reason``: what is given, not met, left to people, or missing, in one sentence. ``clauses``: those that decided, in
    short: of what is not met, not known or left to people, else of what is given. ``missing``: the facts that are
    missing by name, with a word where nobody looked for them, or nothing.
    """

    reason: Text
    clauses: str
    missing: Text


class Reasons:
    """Sentences and clauses for the answers of one day; what answers have in common is worked out once."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self._said: dict[tuple[object, ...], Said] = {}
        self._patterns: dict[tuple[object, ...], tuple[list[str], list[str]]] = {}
        self._last: tuple[Answer | None, Said | None] = (None, None)

    def said(self, answer: Answer) -> Said:
        """What is said about an answer; asked for several times in a row, it is worked out once."""
        last, known = self._last
        if last is answer and known is not None:
            return known
        key = _masks(answer)
        found = self._said.get(key)
        if found is None:
            if len(self._said) >= _MOST:
                self._said.clear()
                self._patterns.clear()
            text = sentence(told(answer, self.as_of))
            found = self._said[key] = Said(text, grouped(say.cited(_citations(answer))), _missing(answer))
        elif answer.summary["outcome"] in _WITH_FIGURES:
            found = found._replace(reason=self._with_figures(key, answer))
        self._last = (answer, found)
        return found

    def _with_figures(self, key: tuple[object, ...], answer: Answer) -> Text:
        """The sentence with the answer's own figures. With one amount it is put together from its parts."""
        given = [name for name in _FIGURES if answer.summary.get(name) is not None]
        if len(given) != 1 or given[0] not in _ONE:
            return sentence(told(answer, self.as_of))
        pattern = self._patterns.get((key, given[0]))
        if pattern is None:
            stand_in = changed(answer, summary={**answer.summary, given[0]: _STAND_IN})
            words, mark = sentence(told(stand_in, self.as_of)), say.money(yuan(_STAND_IN))
            pattern = self._patterns[key, given[0]] = (words.zh.split(mark.zh), words.en.split(mark.en))
        amount = say.money(yuan(int(answer.summary[given[0]] or 0)))
        return Text(amount.zh.join(pattern[0]), amount.en.join(pattern[1]))

    def reason(self, answer: Answer) -> Text:
        """Why the answer is as it is."""
        return self.said(answer).reason

    def clauses(self, answer: Answer) -> str:
        """The clauses that decided."""
        return self.said(answer).clauses

    def missing(self, answer: Answer) -> Text:
        """What is missing."""
        return self.said(answer).missing


def _masks(answer: Answer) -> tuple[object, ...]:
    summary = answer.summary
    program = answer.program
    return (
        answer.programme.id, None if program is None else program.period.first, summary["outcome"],
        summary.get("failed"), summary.get("unknown"), summary.get("referred"), _facts(answer),
    )  # fmt: skip


def _facts(answer: Answer) -> object:
    missing = answer.missing
    if missing is None or (missing.exact and not missing.facts):
        return missing is None
    return (missing.exact, *((m.fact.id, m.too_coarse) for m in missing.facts))


def _missing(answer: Answer) -> Text:
    missing = answer.missing
    if missing is None:
        if answer.summary["outcome"] != Outcome.UNDETERMINED:
            return say.NOTHING
        unclear = joined(list(_unclear(answer)))
        words = Text("没有逐项查找缺哪些资料", "not searched for what is missing")
        if not unclear.zh:
            return words
        return Text(f"{words.zh}；不能确定的条件：{unclear.zh}", f"{words.en}; criteria not known: {unclear.en}")
    coarse = Text("（代码不够细）", " (code too coarse)")
    labels = [say.label(m.fact) for m in missing.facts]
    named = [
        Text(label.zh + coarse.zh, label.en + coarse.en) if m.too_coarse else label
        for label, m in zip(labels, missing.facts, strict=True)
    ]
    listed = joined(named)
    if missing.exact or not named:
        return listed
    return Text(f"{listed}（不一定每一项都有影响）", f"{listed} (not each may matter)")


# --- what the masks say -------------------------------------------------------------------------------------------


def _mask(answer: Answer, name: str) -> int:
    found = answer.summary.get(name)
    return found if isinstance(found, int) else 0


def _refusing(answer: Answer) -> list[ir.CompiledCriterion]:
    """The criteria that are unmet and for which no referral that holds stands in."""
    program = answer.program
    if program is None:
        return []
    failed, referred = _mask(answer, "failed"), _mask(answer, "referred")
    replaced = {i for bit, r in enumerate(program.referrals) if referred >> bit & 1 for i in r.replaces}
    return [c for i, c in enumerate(program.criteria) if failed >> i & 1 and i not in replaced]


def _unclear(answer: Answer) -> tuple[Text, ...]:
    return tuple(c.criterion.title for c in _unknown(answer))


def _unknown(answer: Answer) -> list[ir.CompiledCriterion]:
    program, unknown = answer.program, _mask(answer, "unknown")
    return [] if program is None else [c for i, c in enumerate(program.criteria) if unknown >> i & 1]


def _referring(answer: Answer) -> list[ir.CompiledReferral]:
    """The referrals that hold and count: plain ones, and those in place of a criterion that is unmet.

    Where the outcome is referred and an unmet criterion has no referral that holds, one that leans on figures which do
    not exist stands in for it: the only one that may, if there is but one.
    """
    program = answer.program
    if program is None:
        return []
    failed, referred = _mask(answer, "failed"), _mask(answer, "referred")
    found = [
        bit
        for bit, r in enumerate(program.referrals)
        if referred >> bit & 1 and (not r.replaces or any(failed >> i & 1 for i in r.replaces))
    ]
    for criterion in _refusing(answer) if answer.summary["outcome"] == Outcome.REFERRED else ():
        position = program.criteria.index(criterion)
        candidates = [bit for bit, r in enumerate(program.referrals) if position in r.replaces]
        found += candidates if len(candidates) == 1 else []
    return [program.referrals[bit] for bit in sorted(set(found))]


def _without_figures(answer: Answer) -> bool:
    """Whether a case is referred because figures do not exist: the masks alone would leave it undetermined.

    Or its figure is open although nothing is missing that anyone could give.
    """
    program = answer.program
    if program is None or answer.programme.not_available is None or answer.summary["outcome"] != Outcome.REFERRED:
        return False
    failed, unknown, referred = (_mask(answer, name) for name in ("failed", "unknown", "referred"))
    stand_in = {i for bit, r in enumerate(program.referrals) if referred >> bit & 1 for i in r.replaces}
    is_open = all(i in stand_in for i in range(len(program.criteria)) if (failed | unknown) >> i & 1)
    left = any(
        referred >> bit & 1 and (not r.replaces or any(failed >> i & 1 for i in r.replaces))
        for bit, r in enumerate(program.referrals)
    )
    if not (is_open and left):
        return True
    nothing_missing = answer.missing is not None and not answer.missing.facts
    shown = any(answer.summary.get(name) is not None for name in _FIGURES)
    return nothing_missing and bool(program.figures) and not shown


def _citations(answer: Answer) -> list[Citation]:
    programme, program = answer.programme, answer.program
    match answer.summary["outcome"]:
        case Outcome.INELIGIBLE:
            return [c for criterion in _refusing(answer) for c in criterion.wording.citations]
        case Outcome.REFERRED:
            found = [c for referral in _referring(answer) for c in referral.wording.citations]
            extra = programme.not_available
            return [*found, *(extra.citations if extra is not None and _without_figures(answer) else ())]
        case Outcome.UNDETERMINED if unknown := _unknown(answer):
            return [c for criterion in unknown for c in criterion.wording.citations]
    return [*programme.citations, *(program.benefit.wording.citations if program is not None else ())]


def told(answer: Answer, as_of: dt.date) -> Told:
    """The answer as its sentence needs it."""
    summary, extra = answer.summary, answer.programme.not_available
    referrals: tuple[Text, ...] = ()
    if summary["outcome"] == Outcome.REFERRED:
        referrals = tuple(r.referral.title for r in _referring(answer))
        referrals += (extra.title,) if extra is not None and _without_figures(answer) else ()
    granted = summary.get("amount")
    rates = _rates(answer)
    until = summary.get("until")
    return Told(
        answer.programme, as_of, Outcome(str(summary["outcome"])), answer.programme.kind.name(None),
        unmet=tuple(c.criterion.title for c in _refusing(answer)),
        unclear=_unclear(answer),
        referrals=referrals,
        missing=None if answer.missing is None else tuple(m.fact for m in answer.missing.facts),
        amount=money(summary.get("amount_if_granted") if granted is None else granted),
        amount_range=_range(money(summary.get("amount_low")), money(summary.get("amount_high"))),
        ceiling=money(summary.get("ceiling")),
        rate=rates[0] if rates is not None and rates[0] == rates[1] else None,
        rate_range=rates if rates is not None and rates[0] != rates[1] else None,
        payable=money(summary.get("payable")),
        payable_range=_range(money(summary.get("payable_low")), money(summary.get("payable_high"))),
        until=dt.date.fromordinal(until) if isinstance(until, int) else None,
    )  # fmt: skip


def money(cents: Cell) -> Decimal | None:
    """A column of cents as yuan."""
    return yuan(cents) if isinstance(cents, int) else None


def _range(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal] | None:
    return None if low is None or high is None else (low, high)


def _rates(answer: Answer) -> tuple[Fraction, Fraction] | None:
    low, high = answer.summary.get("rate_low"), answer.summary.get("rate_high")
    rate = None if answer.program is None else answer.program.benefit.rate
    if rate is None or not isinstance(low, int) or not isinstance(high, int):
        return None
    return Fraction(low, rate.denominator), Fraction(high, rate.denominator)

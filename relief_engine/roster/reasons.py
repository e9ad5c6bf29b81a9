"""Roster stage: why an answer is as it is, in one sentence, rendered from the masks of its row.

The sentence is the one that an explanation of the whole decision begins with, wherever the masks hold as much.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from relief_engine.decision import Outcome, yuan
from relief_engine.engine.summary import Cell
from relief_engine.explanation import say
from relief_engine.explanation.outline import grouped
from relief_engine.explanation.sentence import Told, sentence
from relief_engine.roster.answers import Answer
from relief_engine.roster.masks import FIGURES, citations, referring, refusing, unclear, without_figures
from relief_engine.text import Text, joined

_REFUSED = Outcome.INELIGIBLE.value
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
            found = self._said[key] = Said(text, grouped(say.cited(citations(answer))), _missing(answer))
        elif answer.summary["outcome"] in _WITH_FIGURES:
            found = found._replace(reason=self._with_figures(key, answer))
        self._last = (answer, found)
        return found

    def _with_figures(self, key: tuple[object, ...], answer: Answer) -> Text:
        """The sentence with the answer's own figures. With one amount it is put together from its parts."""
        given = [name for name in FIGURES if answer.summary.get(name) is not None]
        if len(given) != 1 or given[0] not in _ONE:
            return sentence(told(answer, self.as_of))
        pattern = self._patterns.get((key, given[0]))
        if pattern is None:
            stand_in = answer._replace(summary={**answer.summary, given[0]: _STAND_IN})
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


def alike(answer: Answer) -> tuple[object, ...]:
    """What all that is written about an answer depends on: answers that have this in common read alike.

    Of one that is refused no figures are written (:mod:`relief_engine.roster.results`).
    """
    if answer.summary["outcome"] == _REFUSED:
        return _masks(answer)
    return (*_masks(answer), *answer.summary.values())


def _facts(answer: Answer) -> object:
    missing = answer.missing
    if missing is None or (missing.exact and not missing.facts):
        return missing is None
    return (missing.exact, *((m.fact.id, m.too_coarse) for m in missing.facts))


def _missing(answer: Answer) -> Text:
    missing = answer.missing
    if missing is None:
        if answer.summary["outcome"] not in (Outcome.UNDETERMINED, Outcome.REFERRED):
            return say.NOTHING
        # Criteria that are not known make no difference any more to what is left to people; only its figure is open.
        titles = joined(list(unclear(answer) if answer.summary["outcome"] == Outcome.UNDETERMINED else ()))
        words = Text("没有逐项查找缺哪些资料", "not searched for what is missing")
        if not titles.zh:
            return words
        return Text(f"{words.zh}；不能确定的条件：{titles.zh}", f"{words.en}; criteria not known: {titles.en}")
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


def told(answer: Answer, as_of: dt.date) -> Told:
    """The answer as its sentence needs it."""
    summary, extra = answer.summary, answer.programme.not_available
    referrals: tuple[Text, ...] = ()
    if summary["outcome"] == Outcome.REFERRED:
        referrals = tuple(r.referral.title for r in referring(answer))
        referrals += (extra.title,) if extra is not None and without_figures(answer) else ()
    granted = summary.get("amount")
    rates = _rates(answer)
    until = summary.get("until")
    return Told(
        answer.programme, as_of, Outcome(str(summary["outcome"])), answer.programme.kind.name(None),
        unmet=tuple(c.criterion.title for c in refusing(answer)),
        unclear=unclear(answer),
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

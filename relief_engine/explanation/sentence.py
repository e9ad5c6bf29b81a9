"""Explanation stage: an answer in one exact sentence, from what it comes to, whichever route found that out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from relief_engine.decision import Outcome
from relief_engine.explanation import say
from relief_engine.explanation.history import expired
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record
from relief_engine.text import Text, joined

#: So many missing facts are named in the sentence; the questions below it name all.
_NAMED = 4


class Told(Record):
    """What a sentence about an answer needs: the outcome, what it rests on, and the figures that it shows.

    ``subject`` is the path of the subject; ``described`` is False where the profile does not hold it. ``unmet`` are
    the titles of criteria that refuse, ``unclear`` those of criteria that are unknown, ``referrals`` those of referrals
    that hold. ``missing`` is None where nobody looked for what is missing. Money is yuan, rates are fractions of one.
    ``amount`` is what is given, or what a referred case would be given.
    """

    programme: Programme
    as_of: dt.date
    outcome: Outcome
    subject: str
    described: bool = True
    unmet: tuple[Text, ...] = ()
    unclear: tuple[Text, ...] = ()
    referrals: tuple[Text, ...] = ()
    missing: tuple[Fact, ...] | None = ()
    amount: Decimal | None = None
    amount_range: tuple[Decimal, Decimal] | None = None
    ceiling: Decimal | None = None
    rate: Fraction | None = None
    rate_range: tuple[Fraction, Fraction] | None = None
    payable: Decimal | None = None
    payable_range: tuple[Decimal, Decimal] | None = None
    until: dt.date | None = None


def sentence(told: Told) -> Text:
    """What is behind the outcome; the outcome itself is not said."""
    match told.outcome:
        case Outcome.ELIGIBLE:
            return _granted(told)
        case Outcome.REFERRED:
            return _referred(told)
        case Outcome.INELIGIBLE:
            why = joined(list(told.unmet), zh="”“", en="; ")
            return Text(f"未满足“{why.zh}”", f"not met: {why.en}")
        case Outcome.UNDETERMINED:
            return _open(told)
        case Outcome.NOT_IN_FORCE:
            return _when(told)


def result(told: Told) -> Text | None:
    """What the benefit comes to, in words; None where it is no figure, or none that is known."""
    benefit = told.programme.benefit
    amount = told.amount
    verb = Text("可得", "an amount of")
    if benefit.kind == "deferral":
        verb = Text("缓缴", "deferral of")
    elif benefit.payer == "landlord":
        verb = Text("减免租金", "rent relief of")
    parts: list[Text] = []
    if amount is not None:
        parts.append(say.behind(verb, say.money(amount)))
    if told.amount_range is not None:
        low, high = (say.money(bound) for bound in told.amount_range)
        parts.append(say.behind(verb, say.span(low, high)))
    if told.ceiling is not None:
        parts.append(say.behind(Text("最高", "at most"), say.money(told.ceiling)))
    if told.rate is not None:
        rate = say.behind(Text("比例", "a rate of"), say.both(_percent(told.rate)))
        parts.append(Text(f"免收（{rate.zh}）", f"free ({rate.en})") if told.rate == 0 else rate)
    if told.rate_range is not None:
        least, most = (_percent(bound) for bound in told.rate_range)
        parts.append(say.behind(Text("比例", "a rate of"), Text(f"{least}—{most}", f"{least} to {most}")))
    if told.payable is not None:
        parts.append(say.behind(Text("应付", "payable:"), say.money(told.payable)))
    if told.payable_range is not None:
        low, high = (say.money(bound) for bound in told.payable_range)
        parts.append(say.behind(Text("应付", "payable:"), say.span(low, high)))
    if told.until is not None:
        # What an authority puts off is no payment: a licence, say, is valid for longer.
        until = Text("缓缴至", "deferred until") if amount is None else Text("最迟至", "until")
        if benefit.payer == "authority":
            until = Text("延至", "extended to")
        parts.append(say.behind(until, say.day(told.until)))
    return joined(parts, zh="，", en=", ") if parts else None


def _percent(rate: Fraction) -> str:
    from relief_engine.profile.words import figure_text
    from relief_engine.rulebook.units import parse_unit

    return figure_text(rate, parse_unit("%"))


def _granted(told: Told) -> Text:
    payer = say.PAYERS[told.programme.benefit.payer]
    found = result(told)
    if found is None:
        if told.programme.benefit.kind == "deferral":
            return Text(f"准予缓缴，由{payer.zh}办理", f"may be deferred, handled by {payer.en}")
        return Text(f"由{payer.zh}办理", f"given by {payer.en}")
    if told.programme.benefit.kind == "rate":
        return Text(f"{found.zh}，由{payer.zh}执行", f"{found.en}, applied by {payer.en}")
    if told.programme.benefit.kind == "deferral":
        return Text(f"{found.zh}，由{payer.zh}办理", f"{found.en}, handled by {payer.en}")
    return Text(f"{found.zh}，由{payer.zh}给予", f"{found.en}, given by {payer.en}")


def _referred(told: Told) -> Text:
    why = joined(list(told.referrals), zh="；", en="; ")
    found = result(told)
    if found is not None:
        return Text(f"{why.zh}。如予同意，{found.zh}", f"{why.en}. If granted: {found.en}")
    missing = _names(told)
    if missing.zh:
        return Text(f"{why.zh}。数额还取决于：{missing.zh}", f"{why.en}. The figure still depends on: {missing.en}")
    return why


def _open(told: Told) -> Text:
    if not told.described:
        kind = say.subject(told.programme.kind, None)
        return Text(
            f"资料没有提到{kind.zh}（{told.subject}）",
            f"the profile does not mention any {kind.en} ({told.subject})",
        )
    if told.missing is None:
        if not told.unclear:
            return Text("算出数额的资料不全", "what the figure needs is not all known")
        unclear = joined(list(told.unclear), zh="”“", en="; ")
        return Text(f"还不能确定是否满足“{unclear.zh}”", f"not known whether met: {unclear.en}")
    missing = _names(told)
    return Text(f"结果还取决于{missing.zh}", f"the answer still depends on: {missing.en}")


def _names(told: Told) -> Text:
    """The missing facts by name, the first few of many."""
    facts = told.missing or ()
    if len(facts) <= _NAMED + 1:
        return joined([say.label(fact) for fact in facts])
    first = joined([say.label(fact) for fact in facts[:_NAMED]])
    return Text(f"{first.zh}等 {len(facts)} 项", f"{first.en} and {len(facts) - _NAMED} more")


def _when(told: Told) -> Text:
    period = told.programme.period
    first = None if period.first == FIRST else period.first
    last = None if period.last == LAST else period.last
    day = told.as_of
    if first is not None and day < first:
        return Text(
            f"自 {first} 起才可适用，判定日 {day} 在此之前",
            f"applies from {first}; the day of the decision, {day}, is before",
        )
    if last is not None and day > last:
        why = expired(told.programme.citations, last)
        zh = "" if why is None else f"（{why.zh}的有效期到这一天为止）"
        en = "" if why is None else f" ({why.en} is in force until that day)"
        return Text(
            f"只适用到 {last}{zh}，判定日 {day} 在此之后",
            f"applied until {last}{en}; the day of the decision, {day}, is after",
        )
    return Text(f"判定日是 {day}", f"the day of the decision is {day}")

"""Explanation stage: the answer itself in one exact sentence, and who it is about."""

from __future__ import annotations

from fractions import Fraction

from relief_engine.decision import Decision, Outcome, Status
from relief_engine.explanation import say
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.history import expired
from relief_engine.profile.model import Profile
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Text, joined

#: So many missing facts are named in the sentence; the questions below it name all.
_NAMED = 4


def applicant_name(profile: Profile) -> str:
    """The applicant's name as it was given, or nothing."""
    return one_line(str(profile.applicant.values.get("applicant.name", "")))


def subject_text(decision: Decision) -> Text:
    """What the decision is about: the applicant, or which of its leases or loans, with the address if there is one."""
    number = say.subject(decision.programme.kind, decision.index)
    listed = decision.profile.subjects(decision.programme.subject)
    if decision.index is None or not listed:
        return number
    address = one_line(str(listed[decision.index].values.get("lease.address", "")))
    return Text(f"{number.zh}（{address}）", f"{number.en} ({address})") if address else number


def headline(decision: Decision) -> Text:
    """The decision in one sentence."""
    label, rest = decision.outcome.label, answer(decision)
    mark = ", " if decision.outcome is Outcome.INELIGIBLE else ": "
    return Text(f"{label.zh}：{rest.zh}", f"{label.en}{mark}{rest.en}")


def answer(decision: Decision) -> Text:
    """What is behind the outcome, for lists in which the outcome is said above."""
    match decision.outcome:
        case Outcome.ELIGIBLE:
            return _granted(decision)
        case Outcome.REFERRED:
            return _referred(decision)
        case Outcome.INELIGIBLE:
            unmet = [c for c in decision.criteria if c.status is Status.UNMET and not c.replaced]
            why = joined([c.compiled.criterion.title for c in unmet], zh="”“", en="; ")
            return Text(f"未满足“{why.zh}”", f"not met: {why.en}")
        case Outcome.UNDETERMINED:
            return _open(decision)
        case Outcome.NOT_IN_FORCE:
            return _when(decision)


def result(decision: Decision) -> Text | None:
    """What the benefit comes to, in words; None where it is no figure, or none that is known."""
    benefit = decision.programme.benefit
    amount = decision.amount if decision.outcome is Outcome.ELIGIBLE else decision.amount_if_granted
    verb = Text("可得", "an amount of")
    if benefit.kind == "deferral":
        verb = Text("缓缴", "deferral of")
    elif benefit.payer == "landlord":
        verb = Text("减免租金", "rent relief of")
    parts: list[Text] = []
    if amount is not None:
        parts.append(say.behind(verb, say.money(amount)))
    if decision.amount_range is not None:
        low, high = (say.money(bound) for bound in decision.amount_range)
        parts.append(say.behind(verb, say.span(low, high)))
    if decision.ceiling is not None:
        parts.append(say.behind(Text("最高", "at most"), say.money(decision.ceiling)))
    if decision.rate is not None:
        rate = say.behind(Text("比例", "a rate of"), say.both(_percent(decision.rate)))
        parts.append(Text(f"免收（{rate.zh}）", f"free ({rate.en})") if decision.rate == 0 else rate)
    if decision.rate_range is not None:
        least, most = (_percent(bound) for bound in decision.rate_range)
        parts.append(say.behind(Text("比例", "a rate of"), Text(f"{least}—{most}", f"{least} to {most}")))
    if decision.payable is not None:
        parts.append(say.behind(Text("应付", "payable:"), say.money(decision.payable)))
    if decision.payable_range is not None:
        low, high = (say.money(bound) for bound in decision.payable_range)
        parts.append(say.behind(Text("应付", "payable:"), say.span(low, high)))
    if decision.until is not None:
        # What an authority puts off is no payment: a licence, say, is valid for longer.
        until = Text("缓缴至", "deferred until") if amount is None else Text("最迟至", "until")
        if benefit.payer == "authority":
            until = Text("延至", "extended to")
        parts.append(say.behind(until, say.day(decision.until)))
    return joined(parts, zh="，", en=", ") if parts else None


def _percent(rate: Fraction) -> str:
    from relief_engine.profile.words import figure_text
    from relief_engine.rulebook.units import parse_unit

    return figure_text(rate, parse_unit("%"))


def _granted(decision: Decision) -> Text:
    payer = say.PAYERS[decision.programme.benefit.payer]
    found = result(decision)
    if found is None:
        if decision.programme.benefit.kind == "deferral":
            return Text(f"准予缓缴，由{payer.zh}办理", f"may be deferred, handled by {payer.en}")
        return Text(f"由{payer.zh}办理", f"given by {payer.en}")
    if decision.programme.benefit.kind == "rate":
        return Text(f"{found.zh}，由{payer.zh}执行", f"{found.en}, applied by {payer.en}")
    if decision.programme.benefit.kind == "deferral":
        return Text(f"{found.zh}，由{payer.zh}办理", f"{found.en}, handled by {payer.en}")
    return Text(f"{found.zh}，由{payer.zh}给予", f"{found.en}, given by {payer.en}")


def _referred(decision: Decision) -> Text:
    why = joined([referral.title for referral in decision.referrals], zh="；", en="; ")
    found = result(decision)
    if found is not None:
        return Text(f"{why.zh}。如予同意，{found.zh}", f"{why.en}. If granted: {found.en}")
    missing = _names(decision)
    if missing.zh:
        return Text(f"{why.zh}。数额还取决于：{missing.zh}", f"{why.en}. The figure still depends on: {missing.en}")
    return why


def _open(decision: Decision) -> Text:
    if decision.index is None and decision.programme.subject != "applicant":
        kind = say.subject(decision.programme.kind, decision.index)
        return Text(
            f"资料没有提到{kind.zh}（{decision.subject}）",
            f"the profile does not mention any {kind.en} ({decision.subject})",
        )
    missing = _names(decision)
    return Text(f"结果还取决于{missing.zh}", f"the answer still depends on: {missing.en}")


def _names(decision: Decision) -> Text:
    """The missing facts by name, the first few of many."""
    facts: list[Fact] = [missing.fact for missing in decision.missing.facts]
    if len(facts) <= _NAMED + 1:
        return joined([say.label(fact) for fact in facts])
    first = joined([say.label(fact) for fact in facts[:_NAMED]])
    return Text(f"{first.zh}等 {len(facts)} 项", f"{first.en} and {len(facts) - _NAMED} more")


def _when(decision: Decision) -> Text:
    first, last = decision.in_force
    day = decision.as_of
    if first is not None and day < first:
        return Text(
            f"自 {first} 起才可适用，判定日 {day} 在此之前",
            f"applies from {first}; the day of the decision, {day}, is before",
        )
    if last is not None and day > last:
        why = expired(decision.programme.citations, last)
        zh = "" if why is None else f"（{why.zh}的有效期到这一天为止）"
        en = "" if why is None else f" ({why.en} is in force until that day)"
        return Text(
            f"只适用到 {last}{zh}，判定日 {day} 在此之后",
            f"applied until {last}{en}; the day of the decision, {day}, is after",
        )
    return Text(f"判定日是 {day}", f"the day of the decision is {day}")

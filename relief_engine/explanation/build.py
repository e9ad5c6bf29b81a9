"""Explanation stage: one decision's whole explanation, still in both languages and in no particular form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from relief_engine.decision import CriterionResult, Decision, Outcome, Status, yuan
from relief_engine.engine import Engine
from relief_engine.engine.changes import Change, smallest_changes
from relief_engine.explanation import say
from relief_engine.explanation.arithmetic import Arithmetic, Line
from relief_engine.explanation.reasons import Reason, Reasons
from relief_engine.rulebook.facts import OPEN_END
from relief_engine.rulebook.programme import Remark
from relief_engine.text import Text, joined


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion: what it asks, whether it holds and why; ``changes`` would each alone meet it."""

    id: str
    title: Text
    status: Status
    replaced: bool
    reading: Text | None
    reason: Reason
    citations: tuple[str, ...]
    changes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral that holds."""

    id: str
    title: Text
    reason: Text
    citations: tuple[str, ...]
    why: Reason | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer would still change the decision."""

    fact: str
    subject: str
    question: Text
    evidence: Text | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the clauses that it rests on."""

    id: str
    text: Text
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a decision was made from, so that it can be made again."""

    rulebook: str
    engine: str
    routes: tuple[str, ...]
    as_of: dt.date
    profile: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a decision is what it is."""

    programme: str
    title: Text
    subject: Text
    as_of: dt.date
    outcome: Outcome
    headline: Text
    criteria: tuple[Step, ...]
    referrals: tuple[Referred, ...]
    lines: tuple[Line, ...]
    total: Line | None
    rounding: Text | None
    result: Text | None
    missing: tuple[Asked, ...]
    missing_is_exact: bool
    deadlines: tuple[Sentence, ...]
    ways: tuple[Sentence, ...]
    check_by_hand: tuple[Sentence, ...]
    remarks: tuple[Sentence, ...]
    citations: tuple[str, ...]


def explain(decision: Decision, engine: Engine) -> Explanation:
    """Explain a decision that the engine gave."""
    if decision.program is None:
        return _not_in_force(decision)
    reasons = Reasons(decision)
    steps = tuple(_step(found, reasons, decision, engine) for found in decision.criteria)
    lines, total, rounding = _calculation(decision)
    return Explanation(
        programme=decision.programme.id,
        title=decision.programme.title,
        subject=subject_text(decision),
        as_of=decision.as_of,
        outcome=decision.outcome,
        headline=headline(decision),
        criteria=steps,
        referrals=_referrals(decision, reasons),
        lines=lines,
        total=total,
        rounding=rounding,
        result=_result(decision),
        missing=_missing(decision),
        missing_is_exact=decision.missing.exact,
        deadlines=tuple(
            Sentence(d.id, Text(f"{d.title.zh}：{day.isoformat()} 前", f"{d.title.en}: by {day.isoformat()}"), say.cited(d.citations))
            for d, day in decision.deadlines()
        )
        if decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED)
        else (),
        ways=_sentences(decision.remarks("ways")) if decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED) else (),
        check_by_hand=_sentences(decision.remarks("check_by_hand")) if decision.outcome is not Outcome.INELIGIBLE else (),
        remarks=_sentences(decision.remarks("remarks")),
        citations=say.cited(decision.programme.citations),
    )


def subject_text(decision: Decision) -> Text:
    """Who or what the decision is about: the applicant's name and, for a lease or loan, which one."""
    name = decision.profile.applicant.values.get("applicant.name")
    number = say.subject_name(decision.subject)
    if decision.subject == "applicant":
        return say.both(str(name)) if name else number
    address = None
    listed = decision.profile.subjects(decision.programme.subject)
    if decision.index is not None and listed:
        address = listed[decision.index].values.get("lease.address")
    shown = Text(f"{number.zh}（{address}）", f"{number.en} ({address})") if address else number
    return Text(f"{name}，{shown.zh}", f"{name}, {shown.en}") if name else shown


def headline(decision: Decision) -> Text:
    """The decision in one sentence."""
    outcome = decision.outcome
    label = outcome.label
    match outcome:
        case Outcome.ELIGIBLE:
            result = _result(decision)
            payer = say.PAYERS[decision.programme.benefit.payer]
            if result is None:
                return label
            return Text(f"符合，{result.zh}（由{payer.zh}给予）", f"eligible: {result.en}, given by {payer.en}")
        case Outcome.REFERRED:
            why = joined([r.title for r in decision.referrals], zh="；", en="; ")
            result = _result(decision)
            tail = Text(f"。如同意，{result.zh}", f". If granted: {result.en}") if result else Text("", "")
            return Text(f"需人工认定：{why.zh}{tail.zh}", f"referred to a person: {why.en}{tail.en}")
        case Outcome.INELIGIBLE:
            unmet = [c for c in decision.criteria if c.status is Status.UNMET and not c.replaced]
            why = joined([c.compiled.criterion.title for c in unmet], zh="；", en="; ")
            return Text(f"不符合，未满足：{why.zh}", f"ineligible, not met: {why.en}")
        case Outcome.UNDETERMINED:
            facts = joined([m.fact.label for m in decision.missing.facts])
            return Text(f"资料不足，还须提供：{facts.zh}", f"undetermined, still needed: {facts.en}")
        case _:
            first, last = decision.in_force
            begins = Text(f"自 {first} 起", f"from {first}") if first else Text("", "")
            ends = Text(f"至 {last} 止", f"to {last}") if last else Text("", "")
            return Text(
                f"当日无适用规定：本项目{begins.zh}{ends.zh}适用，判定日是 {decision.as_of}",
                f"not in force: applies {begins.en}{' ' if begins.en and ends.en else ''}{ends.en}; the day asked is {decision.as_of}",
            )


def money(amount: object) -> Text:
    """Yuan with thousands separators and two decimals."""
    return Text(f"{amount:,.2f} 元", f"{amount:,.2f} yuan")


def _result(decision: Decision) -> Text | None:
    """What the benefit comes to, in words."""
    amount = decision.amount if decision.outcome is Outcome.ELIGIBLE else decision.amount_if_granted
    kind = decision.programme.benefit.kind
    parts: list[Text] = []
    if amount is not None:
        words = money(amount)
        verb = Text("缓缴", "deferred") if kind == "deferral" else Text("减免或补助", "relief of")
        if decision.programme.benefit.payer == "landlord":
            verb = Text("减免租金", "rent relief of")
        parts.append(Text(f"{verb.zh} {words.zh}", f"{verb.en} {words.en}"))
    if decision.amount_range is not None:
        low, high = (money(a) for a in decision.amount_range)
        parts.append(Text(f"金额在 {low.zh} 至 {high.zh} 之间", f"between {low.en} and {high.en}"))
    if decision.ceiling is not None:
        words = money(decision.ceiling)
        parts.append(Text(f"最高 {words.zh}", f"at most {words.en}"))
    if decision.rate is not None:
        percent = f"{float(decision.rate * 100):g}%"
        parts.append(Text(f"适用比例 {percent}", f"at a rate of {percent}"))
    if decision.payable is not None:
        words = money(decision.payable)
        parts.append(Text(f"应付 {words.zh}", f"{words.en} payable"))
    if decision.until is not None:
        parts.append(Text(f"至 {decision.until}", f"until {decision.until}"))
    return joined(parts, zh="，", en=", ") if parts else None


def _step(found: CriterionResult, reasons: Reasons, decision: Decision, engine: Engine) -> Step:
    changes: tuple[Text, ...] = ()
    if found.status is Status.UNMET and decision.program is not None:
        cells, evaluate = engine.cells(decision.program), engine.evaluator(decision.program)
        changes = tuple(change_text(c) for c in smallest_changes(decision, cells, evaluate, found.compiled.node))
    wording = found.compiled.wording
    return Step(
        found.id, found.compiled.criterion.title, found.status, found.replaced, wording.remark,
        reasons.reason(wording.condition), say.cited(wording.citations), changes,
    )  # fmt: skip


def change_text(change: Change) -> Text:
    """A change as a margin, not as advice."""
    fact = change.fact
    title = say.label(fact)
    if fact.type in ("choice", "yes_no"):
        options = joined([say.value(fact, v, None) for v in change.values], zh="或", en=" or ")
        return Text(f"{title.zh}为“{options.zh}”时满足", f"met if {title.en} were {options.en}")
    value = change.values[0]
    if fact.type == "date":
        end = say.value(fact, value if value < OPEN_END else OPEN_END, None)
        return Text(f"{title.zh}为 {end.zh} 时满足", f"met if {title.en} were {end.en}")
    if change.current is not None and value < change.current:
        limit, over = say.value(fact, value + 1, None), say.value(fact, change.current - value - 1, None)
        now = say.value(fact, change.current, None)
        return Text(f"{title.zh}少于 {limit.zh} 时满足（现 {now.zh}，多 {over.zh}）", f"met if {title.en} were below {limit.en} (now {now.en}, {over.en} too many)")
    limit = say.value(fact, value, None)
    if change.current is None:
        return Text(f"{title.zh}为 {limit.zh} 时满足", f"met if {title.en} were {limit.en}")
    under, now = say.value(fact, value - change.current, None), say.value(fact, change.current, None)
    return Text(f"{title.zh}达到 {limit.zh} 时满足（现 {now.zh}，少 {under.zh}）", f"met if {title.en} reached {limit.en} (now {now.en}, {under.en} too few)")


def _referrals(decision: Decision, reasons: Reasons) -> tuple[Referred, ...]:
    wordings = {r.referral.id: r.wording for r in decision.program.referrals} if decision.program else {}
    found = []
    for result in decision.referrals:
        wording = wordings.get(result.id)
        why = reasons.reason(wording.condition) if wording is not None else None
        found.append(Referred(result.id, result.title, result.reason, say.cited(result.citations), why))
    return tuple(found)


def _calculation(decision: Decision) -> tuple[tuple[Line, ...], Line | None, Text | None]:
    """The lines of the calculation, only where it leads to a figure that is shown."""
    program = decision.program
    if program is None or decision.outcome not in (Outcome.ELIGIBLE, Outcome.REFERRED):
        return (), None, None
    arithmetic = Arithmetic(decision)
    formulas = [
        (m, e)
        for m, e in (
            (program.benefit.amount, program.benefit.wording.amount),
            (program.benefit.ceiling, program.benefit.wording.ceiling),
            (program.benefit.payable, program.benefit.wording.payable),
        )
        if m is not None and e is not None
    ]
    if not formulas:
        return tuple(arithmetic.lines()), None, None
    formula, expr = formulas[0]
    total = arithmetic.line("amount", Text("金额", "amount"), expr)
    if total is None:
        return tuple(arithmetic.lines()), None, None
    rounding = None
    cents = decision.cents(formula)
    if cents is not None:
        exact = yuan(cents[0]) == total.low and yuan(cents[1]) == total.high
        step = f"{formula.step.normalize():f}"
        rounding = None if exact else Text(f"四舍五入到 {step} 元", f"rounded half up to {step} yuan")
    return tuple(arithmetic.lines()), total, rounding


def _missing(decision: Decision) -> tuple[Asked, ...]:
    found = []
    for missing in decision.missing.facts:
        fact = missing.fact
        question = fact.question
        if missing.too_coarse:
            now = say.value(fact, say.known(decision, fact), say.code_list(decision))
            question = Text(
                f"{question.zh}（现填 {now.zh}，太粗，须到能区分的小类）",
                f"{question.en} (now {now.en}, too coarse; a finer code is needed)",
            )
        found.append(Asked(fact.id, missing.subject, question, fact.evidence))
    return tuple(found)


def _sentences(remarks: Iterable[Remark]) -> tuple[Sentence, ...]:
    return tuple(Sentence(remark.id, remark.text, say.cited(remark.citations)) for remark in remarks)


def _not_in_force(decision: Decision) -> Explanation:
    return Explanation(
        decision.programme.id, decision.programme.title, subject_text(decision), decision.as_of, decision.outcome,
        headline(decision), (), (), (), None, None, None, (), True, (), (), (), (), say.cited(decision.programme.citations),
    )  # fmt: skip


__all__ = ["Asked", "Explanation", "Receipt", "Referred", "Sentence", "Step", "explain"]

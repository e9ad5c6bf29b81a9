"""Explanation stage: what people decided about a referred case, in words, beside what the rules say."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from relief_engine.decision import Answered, Decision, Outcome, Resolved, State
from relief_engine.explanation import say
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.sentence import Told, sentence
from relief_engine.rulebook.record import Record
from relief_engine.text import Text, joined

GRANTED, REFUSED = Text("同意", "granted"), Text("不同意", "refused")
_NOT_COUNTED = Text("未采用", "not applied")


def with_answers(told: Told, resolved: Resolved, decision: Decision) -> Text:
    """What is behind the outcome of a case that people have answered, the outcome itself and their answer unsaid."""
    titles = joined(list(told.referrals), zh="；", en="; ")
    match resolved.state:
        case State.GRANTED:
            return _with(_given(told, resolved, decision), (titles, *_whos(resolved)))
        case State.REFUSED:
            return _with(titles, _whos(resolved))
        case State.PARTLY:
            return _followed(sentence(told), resolved.state.label, joined(list(resolved.reasons), zh="；", en="; "))
        case State.NOT_APPLIED:
            return _followed(sentence(told), resolved.state.label, joined(list(resolved.reasons), zh="；", en="; "))


def headline(told: Told, resolved: Resolved, decision: Decision) -> Text:
    """The rules' outcome and people's answer in one or two sentences."""
    label, answer = decision.outcome.label, with_answers(told, resolved, decision)
    if resolved.state in (State.PARTLY, State.NOT_APPLIED):
        mark = ", " if decision.outcome is Outcome.INELIGIBLE else ": "
        return Text(f"{label.zh}：{answer.zh}", f"{label.en}{mark}{answer.en}")
    titles = joined(list(told.referrals), zh="；", en="; ")
    body = _given(told, resolved, decision) if resolved.state is State.GRANTED else None
    by = joined(list(_whos(resolved)), zh="；", en="; ")
    zh = f"{label.zh}：{titles.zh}。{resolved.state.label.zh}（{by.zh}）"
    en = f"{label.en}: {titles.en}. {resolved.state.label.en[0].upper()}{resolved.state.label.en[1:]} ({by.en})"
    return Text(zh, en) if body is None else Text(f"{zh}：{body.zh}", f"{en}: {body.en}")


def _given(told: Told, resolved: Resolved, decision: Decision) -> Text:
    """What a granted case gets: what an eligible one would, with the amount that was agreed."""
    agreed = resolved.amount is not None
    own = told.amount == resolved.amount
    words = sentence(
        Told(
            told.programme, told.as_of, Outcome.ELIGIBLE, told.subject,
            amount=resolved.amount,
            # Figures of the rules that an agreed amount leaves behind are not said as if they were given.
            ceiling=None if agreed else told.ceiling,
            rate=told.rate, rate_range=told.rate_range,
            payable=told.payable if own or not agreed else None,
            payable_range=None if agreed else told.payable_range,
            until=told.until,
        )
    )  # fmt: skip
    if decision.programme.benefit.kind == "ceiling" and agreed and decision.ceiling is not None:
        most = say.money(decision.ceiling)
        return Text(f"{words.zh}（最高 {most.zh}）", f"{words.en} (at most {most.en})")
    return words


def _with(words: Text, aside: Iterable[Text]) -> Text:
    listed = joined(list(aside), zh="；", en="; ")
    return Text(f"{words.zh}（{listed.zh}）", f"{words.en} ({listed.en})")


def _followed(words: Text, label: Text, reasons: Text) -> Text:
    return Text(
        f"{words.zh}。{label.zh}：{reasons.zh}", f"{words.en}. {label.en[0].upper()}{label.en[1:]}: {reasons.en}"
    )


def _whos(resolved: Resolved) -> tuple[Text, ...]:
    """Who decided and when, each once, with what they noted."""
    counted = [answer for answer in resolved.answers if answer.reason is None]
    if resolved.state is State.REFUSED:
        counted = [answer for answer in counted if not answer.resolution.granted]
    return tuple(dict.fromkeys(who(answer) for answer in counted))


def who(answer: Answered) -> Text:
    """Who decided, when, and what they noted: 区国资委减免专班，2022-07-03，经双方协商."""
    one = answer.resolution
    parts = [one_line(one.by), one.on.isoformat()]
    if one.note is not None:
        parts.append(one_line(one.note))
    return Text("，".join(parts), ", ".join(parts))


class Answer(Record):
    """One answer of people, ready to be shown: what was answered and how, who and when, why it does not count if so."""

    referral: str
    title: Text
    granted: bool
    amount: Decimal | None
    on: str
    by: str
    note: str | None
    reason: Text | None

    @property
    def words(self) -> Text:
        """The answer in one line: 合同已有免租期：同意，90,000.00 元."""
        said = GRANTED if self.granted else REFUSED
        words = say.titled(self.title, said)
        if self.amount is not None:
            amount = say.money(self.amount)
            words = Text(f"{words.zh}，{amount.zh}", f"{words.en}, {amount.en}")
        return Text(f"{words.zh}（{_NOT_COUNTED.zh}）", f"{words.en} ({_NOT_COUNTED.en})") if self.reason else words


class People(Record):
    """What people decided about one case: what it comes to, why, each answer, and what still wants one (its title)."""

    state: State
    amount: Decimal | None
    reasons: tuple[Text, ...]
    answers: tuple[Answer, ...]
    open: tuple[tuple[str, Text], ...]


def people(resolved: Resolved | None) -> People | None:
    """What people decided, ready to be shown; None where nobody has."""
    if resolved is None:
        return None
    answers = []
    for answer in resolved.answers:
        one = answer.resolution
        amount = None if one.amount is None else Decimal(one.amount).scaleb(-2)
        answers.append(
            Answer(one.referral, answer.title, one.granted, amount, one.on.isoformat(), one.by, one.note, answer.reason)
        )
    open_ = tuple([(one.id, one.title) for one in resolved.open])
    return People(resolved.state, resolved.amount, resolved.reasons, tuple(answers), open_)

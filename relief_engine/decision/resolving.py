"""Decision stage: people's answers to its referrals are held against a decision.

The rules stay what they are: a case that they refer stays referred, and what people decided is said beside it. An
answer that does not fit the case is never used, and the reason is said; nothing is filled in for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from relief_engine.decision.outcomes import Outcome
from relief_engine.decision.resolved import Answered, Case, Open, Resolved, State
from relief_engine.profile.model import Resolution
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.text import Text, joined


def resolve(case: Case, answers: Sequence[Resolution]) -> Resolved:
    """Hold people's answers against a case. ``answers`` are all that the profile has for it, one at least."""
    if case.outcome is not Outcome.REFERRED:
        label = case.outcome.label
        why = Text(
            f"按规则的结论是“{label.zh}”，不是需人工认定，以规则的结论为准",
            f"by the rules the case is not referred to a person but {label.en}; that stands",
        )
        return _not_applied(case, answers, [why], {})
    dead = {one.referral: reason for one in answers if (reason := _idle(case, one)) is not None}
    counted = {one.referral: one for one in answers if one.referral not in dead}
    if not counted:
        return _not_applied(case, answers, list(dict.fromkeys(dead.values())), dead)
    refused = {name for name, one in counted.items() if not one.granted}
    if _refuses(case, refused):
        return Resolved(State.REFUSED, None, (), _told(case, answers, dead))
    amount, problem, remark = _amount(case, [one for one in counted.values() if one.granted])
    unanswered = _unanswered(case, counted)
    # An amount that can't be right is said at once, and not only when the last answer has come.
    if problem is not None and not (unanswered and problem.waits):
        return _not_applied(case, answers, [problem.text], dead)
    if unanswered:
        return Resolved(State.PARTLY, None, tuple(_still(unanswered)), _told(case, answers, dead), unanswered)
    if refused:
        return _not_applied(case, answers, [_CONTRADICTION], dead)
    yuan = None if amount is None else Decimal(amount).scaleb(-2)
    return Resolved(State.GRANTED, yuan, () if remark is None else (remark,), _told(case, answers, dead))


_CONTRADICTION = Text(
    "对可以互相替代的认定事项，有的同意、有的不同意，须先由人确定以哪一项为准",
    "of referrals that could stand in for the same criterion one was granted and another refused; people must settle "
    "which counts",
)


def _idle(case: Case, one: Resolution) -> Text | None:
    """Why an answer says nothing in this case, if so."""
    if one.on > case.as_of:
        return Text(
            f"认定日期 {one.on} 晚于判定日 {case.as_of}，在判定日还不作数",
            f"dated {one.on}, after the day of the decision, {case.as_of}: it does not count on that day yet",
        )
    if any(one.referral == held.id for held in case.held):
        return None
    if not one.referral:
        titles = joined([held.title for held in case.held], zh="；", en="; ")
        return Text(
            f"有几项须由人认定，没有写明认定的是哪一项：{titles.zh}",
            f"several referrals hold, and the answer does not say which it is about: {titles.en}",
        )
    title = _title(case.programme, one.referral)
    if any(one.referral == possible.id for possible in case.possible):
        if one.granted:
            return None
        return Text(
            f"还不能确定是否属于“{title.zh}”，不能据此不予减免",
            f"not known whether this is such a case, so it refuses nothing: {title.en}",
        )
    return Text(f"本案不属于“{title.zh}”这一情形", f"this is no such case: {title.en}")


def _refuses(case: Case, refused: set[str]) -> bool:
    """Whether the refusals leave no way to grant: a plain referral, or all that could stand in for one criterion."""
    if any(held.id in refused and not held.in_place_of for held in case.held):
        return True
    ways: dict[str, list[str]] = {}
    for one in (*case.held, *case.possible):
        for criterion in one.in_place_of:
            ways.setdefault(criterion, []).append(one.id)
    return any(refused.issuperset(names) for names in ways.values())


def _unanswered(case: Case, counted: Mapping[str, Resolution]) -> tuple[Open, ...]:
    """What people have not answered yet, and what may turn out to want an answer."""
    held = [one for one in case.held if one.id not in counted]
    granted = {c for one in case.held if one.id in counted and counted[one.id].granted for c in one.in_place_of}
    possible = [
        one
        for one in case.possible
        if one.id not in counted and not (one.spare and granted.issuperset(one.in_place_of))
    ]
    return (*held, *possible)


class _Problem(Value):
    """Why no amount can be granted; one that ``waits`` matters only when all else has been answered."""

    text: Text
    waits: bool = False


def _amount(case: Case, granted: Iterable[Resolution]) -> tuple[int | None, _Problem | None, Text | None]:
    """What is granted in whole cents, or what is wrong with it, and how it compares with the rules' figure."""
    stated = sorted({one.amount for one in granted if one.amount is not None})
    if len(stated) > 1:
        amounts = [_money(cents) for cents in stated]
        listed = joined(amounts)
        text = Text(f"几项认定的金额不一致（{listed.zh}）", f"the answers state different amounts: {listed.en}")
        return None, _Problem(text), None
    agreed = stated[0] if stated else None
    if agreed is not None and not case.in_money:
        text = Text("本项目给予的不是金额，不能填认定金额", "the programme gives no amount, so none can be agreed")
        return None, _Problem(text), None
    if not case.complete or (agreed is not None and case.figure is None):
        return None, _Problem(_unknown(case), waits=True), None
    if case.figure is None:
        return None, None, None
    low, high = case.figure
    if agreed is None:
        if case.programme.benefit.kind == "ceiling":
            return None, None, None
        if low == high:
            return low, None, None
        bounds = _span(low, high)
        text = Text(
            f"按规则算得的金额在 {bounds.zh} 之间，须写明认定金额",
            f"the rules leave the figure open ({bounds.en}); the amount agreed must be stated",
        )
        return None, _Problem(text, waits=True), None
    if agreed > high:
        most, got = _money(high), _money(agreed)
        text = Text(
            f"认定金额 {got.zh}，高于按规则最多可给予的 {most.zh}",
            f"the agreed {got.en} are above the most that the rules allow, {most.en}",
        )
        return None, _Problem(text), None
    return agreed, None, None if case.programme.benefit.kind == "ceiling" else _compared(agreed, low, high)


def _compared(agreed: int, low: int, high: int) -> Text | None:
    """How an agreed amount compares with the rules' figure, if it is not the same."""
    if agreed == low == high:
        return None
    bounds, got = _span(low, high), _money(agreed)
    if agreed < low:
        return Text(
            f"认定金额 {got.zh}，低于按规则算得的 {bounds.zh}",
            f"the agreed {got.en} are less than what the rules come to, {bounds.en}",
        )
    return Text(
        f"认定金额 {got.zh}，按规则算得的是 {bounds.zh}",
        f"{got.en} were agreed; by the rules the figure is {bounds.en}",
    )


def _unknown(case: Case) -> Text:
    """Why there is no figure to hold an answer against."""
    facts = joined([fact.label for fact in case.missing])
    if facts.zh:
        return Text(
            f"按规则可给予的数额还不知道，还缺：{facts.zh}",
            f"what the rules come to is not known yet; it still depends on: {facts.en}",
        )
    return Text(
        "按规则可给予的数额无法算出，认定结果没有可以核对的上限",
        "what the rules come to can't be worked out, so there is no figure to hold the answer against",
    )


def _still(unanswered: Iterable[Open]) -> Iterable[Text]:
    """What still wants an answer, and what is not known to want one."""
    for one in unanswered:
        if not one.needs:
            yield Text(f"仍需人工认定：{one.title.zh}", f"still left to people: {one.title.en}")
            continue
        facts = joined([fact.label for fact in one.needs])
        yield Text(
            f"还不能确定是否也属于“{one.title.zh}”，取决于：{facts.zh}",
            f"not known whether this is also a case of: {one.title.en}; it depends on: {facts.en}",
        )


def _not_applied(case: Case, answers: Sequence[Resolution], reasons: Sequence[Text], dead: dict[str, Text]) -> Resolved:
    first = reasons[0]
    return Resolved(
        State.NOT_APPLIED, None, tuple(reasons),
        tuple([Answered(one, _title(case.programme, one.referral), dead.get(one.referral, first)) for one in answers]),
    )  # fmt: skip


def _told(case: Case, answers: Sequence[Resolution], dead: dict[str, Text]) -> tuple[Answered, ...]:
    return tuple([Answered(one, _title(case.programme, one.referral), dead.get(one.referral)) for one in answers])


def _title(programme: Programme, referral: str) -> Text:
    """What a referral is called; reading a profile makes sure that the programme has it."""
    extra = programme.not_available
    if extra is not None and extra.id == referral:
        return extra.title
    return next((one.title for one in programme.referrals if one.id == referral), Text(referral, referral))


def _money(cents: int) -> Text:
    amount = Decimal(cents).scaleb(-2)
    return Text(f"{amount:,.2f} 元", f"{amount:,.2f} yuan")


def _span(low: int, high: int) -> Text:
    first, last = _money(low), _money(high)
    return first if low == high else Text(f"{first.zh}至 {last.zh}", f"{first.en} to {last.en}")

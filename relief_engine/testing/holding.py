"""Testing stage: properties that hold of every decision by any rulebook.

Each is a function of an engine, a profile as a plain mapping, and a programme's id (all programmes if None), and raises
:class:`PropertyFailed` where it does not hold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from relief_engine.decision import NOTHING_MISSING, Decision, Outcome, Status
from relief_engine.engine import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.errors import RoutesDisagree
from relief_engine.profile.items import ITEM_ID
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.testing.failures import failed
from relief_engine.text import Text

_DECIDED = (Outcome.ELIGIBLE, Outcome.INELIGIBLE, Outcome.REFERRED)
#: Figures that the explanation calculates once more, and that are money.
_MONEY = ("amount", "ceiling", "payable")


def shown(decision: Decision) -> tuple[object, ...]:
    """The outcome and every figure of a decision."""
    return (
        decision.outcome, decision.amount, decision.amount_if_granted, decision.amount_range, decision.ceiling,
        decision.payable, decision.payable_range, decision.rate, decision.rate_range, decision.until,
    )  # fmt: skip


def decided(engine: Engine, profile: Mapping[str, object], programme: str | None) -> tuple[Decision, ...]:
    """The decisions for a profile on its own day."""
    return engine.decide(profile, programmes=None if programme is None else [programme]).decisions


def decisions(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> tuple[Decision, ...]:
    """The decisions for a profile, in a fraction of the time: nobody looks for what is missing.

    Outcome, figures, criteria and referrals are those of ``Engine.decide``; nothing is listed as missing, and where
    only figures are open that do not exist, the outcome is undetermined and not yet referred. For tests of many
    profiles, most of all while one shrinks.
    """
    read = engine.profile(profile)
    day = read.as_of or dt.date.today()
    found = []
    for rules in [p for i, p in engine.rulebook.programmes.items() if programme in (None, i)]:
        for place in range(len(read.subjects(rules.subject) or ())):
            index = None if rules.subject == APPLICANT else place
            if not rules.period.holds(day):
                found.append(Decision(rules, index, day, Outcome.NOT_IN_FORCE, read, None, (), (), NOTHING_MISSING, ()))
                continue
            program = engine.program(rules, day)
            slots = read.vector(program.layout, rules.subject, index, day)
            values = engine.evaluate(program, slots)
            outcome = outcome_of(program, values)
            found.append(Decision(rules, index, day, outcome, read, program, slots, values, NOTHING_MISSING, ()))
    return tuple(found)


def _pairs(
    engine: Engine, one: Mapping[str, object], other: Mapping[str, object], programme: str | None
) -> Iterator[tuple[Decision, Decision]]:
    yield from zip(decided(engine, one, programme), decided(engine, other, programme), strict=True)


# --- one profile --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _verified(engine: Engine) -> Engine | None:
    """The same engine with forward chaining beside it; None where that is not installed."""
    from relief_engine.routes.chaining import ChainingRoute, unavailable

    return None if unavailable() is not None else Engine(engine.rulebook, verify_with=ChainingRoute())


def routes_agree(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """The direct route and forward chaining give every node the same value; without durable-rules nothing is tried."""
    second = _verified(engine)
    if second is None:
        return
    try:
        decided(second, profile, programme)
    except RoutesDisagree as error:
        message = Text(f"两条路线结果不同：{error}", f"two routes disagree: {error}")
        raise failed("routes-agree", message, engine, [profile], programme) from error


def deciding_again_is_the_same(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """The same profile is decided the same a second time, and by another engine of the same rules."""
    for one, other in _pairs(engine, profile, profile, programme):
        (fresh,) = (d for d in decided(_other(engine), profile, one.programme.id) if d.subject == one.subject)
        for again in (other, fresh):
            if (shown(one), one.missing, one.values) != (shown(again), again.missing, again.values):
                message = Text("同一份资料两次判定不同", "the same profile is decided differently a second time")
                raise failed("same-again", message, engine, [profile], programme)


@lru_cache(maxsize=8)
def _other(engine: Engine) -> Engine:
    return Engine(engine.rulebook)


def order_does_not_matter(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """Neither the order of keys nor that of leases, loans and so on changes an answer."""
    turned = {key: _turned(value) for key, value in reversed(list(profile.items()))}
    lists = set(engine.rulebook.lists)
    first = {(d.programme.id, d.subject): d for d in decided(engine, profile, programme)}
    for other in decided(engine, turned, programme):
        subject = other.subject
        if other.index is not None:
            name = other.subject.partition("[")[0]
            listed = profile[name] if name in lists else ()
            subject = f"{name}[{len(listed) - 1 - other.index}]" if isinstance(listed, list) else subject
        one = first[other.programme.id, subject]
        asked, again = ([m.fact.id for m in d.missing.facts] for d in (one, other))
        if shown(one) != shown(other) or asked != again:
            message = Text("次序不同，判定就不同", "in another order it is decided differently")
            raise failed("order", message, engine, [profile, turned], programme)


def _turned(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(reversed(list(value.items())))
    if isinstance(value, list) and all(isinstance(part, Mapping) and "from" not in part for part in value):
        return [_turned(part) for part in reversed(value)]
    return value


def grants_are_certain(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """Eligible means every criterion met, nothing left to people, nothing missing; refused means some criterion unmet.

    Figures are never negative, and undetermined never comes without a fact to ask for.
    """
    for decision in decided(engine, profile, programme):
        wrong = _uncertain(decision)
        if wrong is not None:
            raise failed("grants-are-certain", wrong, engine, [profile], decision.programme.id)


def _uncertain(decision: Decision) -> Text | None:
    criteria = decision.criteria
    match decision.outcome:
        case Outcome.ELIGIBLE:
            if any(criterion.status is not Status.MET for criterion in criteria):
                return Text("符合，但有条件并未满足", "eligible though a criterion is not met")
            if decision.referrals or decision.missing.facts:
                return Text("符合，但还有事项未定", "eligible though something is still open")
        case Outcome.INELIGIBLE:
            if all(criterion.status is not Status.UNMET or criterion.replaced for criterion in criteria):
                return Text("不符合，但没有条件不满足", "ineligible though no criterion is unmet")
        case Outcome.UNDETERMINED if not decision.missing.facts:
            return Text("资料不足，但没有要补充的事实", "undetermined though nothing is asked for")
        case _:
            pass
    if decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED):
        for low, _ in figures(decision).values():
            if low < 0:
                return Text(f"金额为负：{low}", f"a figure below nothing: {low}")
    return None


def explanation_recomputes(engine: Engine, profile: Mapping[str, object], programme: str | None = None) -> None:
    """The arithmetic of the explanation, which reads the rules anew, comes to the figures that were decided."""
    from relief_engine.explanation.build import explain

    for decision in decided(engine, profile, programme):
        if decision.outcome not in (Outcome.ELIGIBLE, Outcome.REFERRED):
            continue
        lines = {line.name: (line.low, line.high) for line in explain(decision, engine).lines}
        for name, found in figures(decision).items():
            if lines.get(name) != found:
                message = Text(
                    f"{name}：说明算得 {lines.get(name)}，判定为 {found}",
                    f"{name}: the explanation comes to {lines.get(name)}, the decision to {found}",
                )
                raise failed("explanation-recomputes", message, engine, [profile], decision.programme.id)


def figures(decision: Decision) -> dict[str, tuple[Fraction, Fraction]]:
    """The figures of the benefit that are known, lowest and highest, before rounding."""
    if decision.program is None:
        return {}
    found = {}
    for name, figure in decision.program.benefit.shown.items():
        low, high = decision.values[figure.low], decision.values[figure.high]
        if name != "until" and low is not None and high is not None:
            found[name] = Fraction(low, figure.denominator), Fraction(high, figure.denominator)
    return found


# --- a profile and one that knows less ----------------------------------------------------------------------------


def knowing_more_only_resolves(
    engine: Engine, profile: Mapping[str, object], programme: str | None = None, *, hidden: Sequence[str] = ()
) -> None:
    """With some facts hidden, nothing is decided that the whole profile is decided otherwise.

    What is decided stays so with its figures; where nothing was missing, what the benefit gives was known; and no fact
    is missing of the whole profile that was not missing before.

    Args:
        engine: the engine.
        profile: the whole profile.
        programme: the programme, or all.
        hidden: paths of the facts to hide, such as ``leases[0].start``; see :func:`known`.
    """
    less = without(profile, hidden)
    for before, after in _pairs(engine, less, profile, programme):
        wrong = _lost(before, after)
        if wrong is not None:
            raise failed("knowing-more-only-resolves", wrong, engine, [less, profile], before.programme.id)


def _lost(before: Decision, after: Decision) -> Text | None:
    if before.outcome in _DECIDED and after.outcome is not before.outcome:
        return Text("补充事实以后，已定的结论变了", "a decision changes once more is known")
    if before.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED):
        known_, now = figures(before), figures(after)
        if any(now.get(name) != figure for name, figure in known_.items()):
            return Text("补充事实以后，已定的金额变了", "a figure changes once more is known")
    if before.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED) and not before.missing.facts and before.program:
        # A rate or a last day is given without knowing what it comes to; what the benefit itself gives must be known.
        given = {name for name, figure in before.program.benefit.shown.items() if figure in before.program.figures}
        if not before.not_available and given & (figures(after).keys() - figures(before).keys()):
            return Text("本来什么也不缺，补充事实以后却多出金额", "nothing was missing, and yet there is a new figure")
    late = {m.fact.id for m in after.missing.facts} - {m.fact.id for m in before.missing.facts}
    if late and after.missing.exact:
        names = ", ".join(sorted(late))
        return Text(f"补充事实以后才说缺 {names}", f"only once more is known are these missing: {names}")
    return None


def known(profile: Mapping[str, object], programme_facts: Sequence[Fact] | None = None) -> list[str]:
    """The paths of the facts that a profile gives: ``applicant.kind``, ``leases[0].start``."""
    wanted = None if programme_facts is None else {fact.name for fact in programme_facts}
    found: list[str] = []
    for key, value in profile.items():
        parts: list[tuple[str, object]] = [(key, value)] if key == APPLICANT else []
        if isinstance(value, list):
            parts = [(f"{key}[{index}]", part) for index, part in enumerate(value)]
        for place, part in parts:
            if isinstance(part, Mapping):
                # What a lease is called is no fact: it can't be unknown while answers name the lease by it.
                facts = [name for name in part if key == APPLICANT or name != ITEM_ID]
                found += [f"{place}.{name}" for name in facts if wanted is None or name in wanted]
    return found


def without(profile: Mapping[str, object], hidden: Sequence[str]) -> dict[str, object]:
    """The profile without some facts, named by their paths."""

    def kept(place: str, part: object) -> object:
        if not isinstance(part, Mapping):
            return part
        return {name: value for name, value in part.items() if f"{place}.{name}" not in hidden}

    return {
        key: [kept(f"{key}[{index}]", part) for index, part in enumerate(value)]
        if isinstance(value, list)
        else kept(key, value)
        for key, value in profile.items()
    }

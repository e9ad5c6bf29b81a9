"""Comparing stage, rosters: what differs between two answers to one row, and by which clauses.

Criteria and referrals are matched by id: those whose status differs. Where only figures differ it is the named figures
that others do not follow from, with the clauses of the parameters in them that have another value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from math import gcd

from relief_engine.comparing.rosters.model import Cause
from relief_engine.comparing.rosters.same import alike
from relief_engine.compiled import ir
from relief_engine.decision import Outcome, Status
from relief_engine.explanation import say
from relief_engine.roster.answers import Answer
from relief_engine.roster.masks import mask, referring
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.programme import Let, Programme
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text

#: Outcomes to which no case for a person makes a difference.
_WITHOUT_PEOPLE = (Outcome.ELIGIBLE.value, Outcome.INELIGIBLE.value)
_SHOWN = (Outcome.ELIGIBLE.value, Outcome.REFERRED.value)
#: So many pairs of masks are kept with what they say; a roster has few.
_MOST = 20_000


class Causes:
    """What made the difference between answers of one day; what pairs of answers have in common is worked out once."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self._kept: dict[tuple[object, ...], tuple[Cause, ...]] = {}
        self._figures: dict[tuple[object, ...], Cause] = {}
        self._behind: dict[str, dict[str, set[str]]] = {}
        self._parameters: dict[str, dict[str, tuple[Citation, ...]]] = {}

    def found(self, before: Answer, after: Answer) -> tuple[Cause, ...]:
        """All that differs: criteria and referrals; else, where both answers have figures, the figures."""
        found = self.conditions(before, after)
        shown = [answer.summary["outcome"] in _SHOWN for answer in (before, after)]
        if all(shown):
            found = (*found, *self.figures(before, after))
        return found if found or not any(shown) else (self.benefit(before, after),)

    def conditions(self, before: Answer, after: Answer) -> tuple[Cause, ...]:
        """The criteria and referrals whose status differs, or that the programme is not in force on one side."""
        key = (before.programme.id, _masks(before), _masks(after))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            found = self._kept[key] = tuple(_conditions(before, after))
        return found

    def figures(self, before: Answer, after: Answer) -> Iterator[Cause]:
        """The named figures that differ and do not follow from another one that does."""
        old, new = _lets(before), _lets(after)
        differ = {name for name, ends in new.items() if name in old and old[name] != ends}
        if not differ:
            return
        behind = self._behind_of(after.programme)
        for name in new:
            if name in differ and not behind[name] & differ:
                key = (after.programme.id, name, old[name], new[name])
                known = self._figures.get(key)
                if known is None:
                    if len(self._figures) >= _MOST:
                        self._figures.clear()
                    known = self._figures[key] = self._figure(name, before, after)
                yield known

    def _figure(self, name: str, before: Answer, after: Answer) -> Cause:
        """One named figure that differs, with the clauses of the parameters in it that do."""
        title, behind = after.programme.lets[name].title, self._behind_of(after.programme)[name]
        one, other = _written(before, name), _written(after, name)
        text = Text(f"{title.zh}：{one.zh} → {other.zh}", f"{title.en}: {one.en} → {other.en}")
        changed = self._changed(before.programme, after.programme)
        cited = [c for parameter, found in changed.items() if parameter in behind for c in found]
        return Cause("figure", name, text, say.cited(dict.fromkeys(cited or _cited(after))))

    def _behind_of(self, programme: Programme) -> dict[str, set[str]]:
        """What each named figure of a programme is made of."""
        found = self._behind.get(programme.id)
        if found is None:
            lets = programme.lets
            found = self._behind[programme.id] = {name: _behind(let, lets) for name, let in lets.items()}
        return found

    def benefit(self, before: Answer, after: Answer) -> Cause:
        """That the figures of the benefit differ, though no named one does."""
        cited = [c for found in self._changed(before.programme, after.programme).values() for c in found]
        text = Text("数额的算法不同", "the figure is worked out in another way")
        return Cause("benefit", after.programme.id, text, say.cited(dict.fromkeys(cited or _cited(after))))

    def _changed(self, old: Programme, new: Programme) -> dict[str, tuple[Citation, ...]]:
        """The parameters whose value on the day differs, with the clauses of the new one."""
        found = self._parameters.get(new.id)
        if found is None:
            found = self._parameters[new.id] = {}
            for name, parameter in new.parameters.items():
                now = parameter.versions.on(self.as_of)
                then = old.parameters[name].versions.on(self.as_of) if name in old.parameters else None
                if now is not None and (then is None or not alike((then.value, then.unit), (now.value, now.unit))):
                    found[name] = now.citations
        return found


def _masks(answer: Answer) -> tuple[object, ...]:
    get = answer.summary.get
    return get("outcome"), get("failed"), get("unknown"), get("referred")


def _conditions(before: Answer, after: Answer) -> Iterator[Cause]:
    if before.program is None or after.program is None:
        yield from _in_force(before, after)
        return
    yield from _criteria(before, after)
    if before.summary["outcome"] in _WITHOUT_PEOPLE and after.summary["outcome"] in _WITHOUT_PEOPLE:
        return
    old = {r.referral.id: r for r in referring(before)}
    new = {r.referral.id: r for r in referring(after)}
    known = [{r.referral.id for r in program.referrals} for program in (before.program, after.program)]
    for name in dict.fromkeys((*old, *new)):
        if name in old and name in new:
            continue
        referral = (new if name in new else old)[name]
        title = referral.referral.title
        lead = Text(f"转人工情形“{title.zh}”", f"case for a person “{title.en}”")
        if name in new:
            how = Text("：有", " holds now") if name in known[0] else Text("是新增的", " is new")
        else:
            how = Text("：不再有", " no longer holds") if name in known[1] else Text("已取消", " is gone")
        text = Text(lead.zh + how.zh, lead.en + how.en)
        yield Cause("referral", name, text, say.cited(referral.wording.citations))


def _in_force(before: Answer, after: Answer) -> Iterator[Cause]:
    """That a programme is in force, or there at all, on one side only."""
    if (before.program is None) != (after.program is None):
        programme = before.programme if after.program is None else after.programme
        how = Text("当日不再适用", "no longer in force on the day")
        if after.program is not None:
            how = Text("当日开始适用", "now in force on the day")
        yield Cause("programme", programme.id, how, say.cited(programme.citations))


def _criteria(before: Answer, after: Answer) -> Iterator[Cause]:
    old, new = _statuses(before), _statuses(after)
    for name in dict.fromkeys((*new, *old)):
        one, other = old.get(name), new.get(name)
        status = one[1] if one is not None else Status.MET
        now = other[1] if other is not None else Status.MET
        # A criterion that is met makes no difference by being there or not.
        if status is now:
            continue
        criterion = (old | new)[name][0]
        title = criterion.criterion.title
        lead = Text(f"条件“{title.zh}”", f"criterion “{title.en}”")
        if one is None:
            how = Text(f"是新增的：{now.label.zh}", f" is new: {now.label.en}")
        elif other is None:
            how = Text(f"已取消（原为{status.label.zh}）", f" is gone (it was {status.label.en})")
        else:
            how = Text(f"：{status.label.zh} → {now.label.zh}", f": {status.label.en} → {now.label.en}")
        text = Text(lead.zh + how.zh, lead.en + how.en)
        yield Cause("criterion", name, text, say.cited(criterion.wording.citations))


def _statuses(answer: Answer) -> dict[str, tuple[ir.CompiledCriterion, Status]]:
    """The criteria with their status, by id."""
    failed, unknown = mask(answer, "failed"), mask(answer, "unknown")
    return {
        c.criterion.id: (
            c, Status.UNMET if failed >> bit & 1 else Status.UNKNOWN if unknown >> bit & 1 else Status.MET,
        )
        for bit, c in enumerate(answer.program.criteria if answer.program is not None else ())
    }  # fmt: skip


# --- figures ------------------------------------------------------------------------------------------------------


def _lets(answer: Answer) -> dict[str, tuple[object, ...]]:
    """The named figures of an answer that are known and shown, as both ends with what they are counted in."""
    found: dict[str, tuple[object, ...]] = {}
    for name, figure in (answer.program.lets if answer.program is not None else {}).items():
        low, high = answer.summary.get(f"figure_{name}_low"), answer.summary.get(f"figure_{name}_high")
        if isinstance(low, int) and isinstance(high, int):
            found[name] = (*_reduced(low, figure.denominator), *_reduced(high, figure.denominator), figure.unit)
    return found


def _reduced(numerator: int, denominator: int) -> tuple[int, int]:
    """A figure in lowest terms: two rulebooks may count one figure in different parts."""
    if denominator == 1:
        return numerator, 1
    common = gcd(numerator, denominator)
    return numerator // common, denominator // common


def _written(answer: Answer, name: str) -> Text:
    """A named figure as people read it."""
    assert answer.program is not None, "an answer with figures has a program"
    figure = answer.program.lets[name]
    ends = [int(answer.summary[f"figure_{name}_{end}"] or 0) for end in ("low", "high")]
    if figure.unit is None:
        return say.span(*(say.day(dt.date.fromordinal(end)) for end in ends))
    return say.span(*(say.figure(Fraction(end, figure.denominator), figure.unit) for end in ends))


def _behind(let: Let, lets: Mapping[str, Let]) -> set[str]:
    """The names of figures and parameters in a figure, and in figures that it is made of that are not shown."""
    found: set[str] = set()
    waiting = [let.value]
    while waiting:
        for part in ex.walk(waiting.pop()):
            for name in _named(part):
                if name not in found:
                    found.add(name)
                    if isinstance(part, ex.LetRef) and not lets[name].shown:
                        waiting.append(lets[name].value)
    return found


def _named(part: ex.Expr) -> Iterable[str]:
    match part:
        case ex.LetRef(name=name) | ex.ParamRef(name=name) | ex.Entry(name=name):
            return (name,)
        case ex.Member(name=str(name)):
            return (name,)
    return ()


def _cited(answer: Answer) -> tuple[Citation, ...]:
    found = () if answer.program is None else answer.program.benefit.wording.citations
    return found or answer.programme.citations

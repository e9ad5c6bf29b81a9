"""Explanation stage: how the rules of a programme changed and will change, day by day, and by which clauses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, TypeVar

from relief_engine.explanation import say
from relief_engine.explanation.sizes import limit_words
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.check_programme import expressions
from relief_engine.rulebook.facts import Domain
from relief_engine.rulebook.normal_form import alike
from relief_engine.rulebook.periods import LAST, Dated, Period
from relief_engine.rulebook.programme import BenefitWording, ParameterValue, Programme, Wording
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.standards import Row, SizeTable
from relief_engine.text import Text, joined

T = TypeVar("T", ParameterValue, Wording, BenefitWording, SizeTable)
Part = Literal["parameter", "criterion", "referral", "benefit", "standard", "programme"]
How = Literal["begins", "changes", "basis", "ends"]
_DAY = dt.timedelta(days=1)


class Change(NamedTuple):
    """What becomes different on a day: a part of the programme begins, changes or ends, or only rests on other clauses.

    ``text`` is the whole line, day included; ``citations`` are the clauses by which it changed.
    """

    day: dt.date
    part: Part
    id: str
    how: How
    text: Text
    citations: tuple[str, ...]


def changes(programme: Programme) -> tuple[Change, ...]:
    """The changes inside the programme's period in order of time, and its end."""
    return tuple(sorted(_changes(programme), key=lambda change: change.day))


def expired(citations: Iterable[Citation], last: dt.date) -> Text | None:
    """The documents among those cited that expired on a day, by number; None if none did."""
    numbers = dict.fromkeys(c.source.number for c in citations if c.source.expires == last)
    return joined([say.both(number) for number in numbers]) if numbers else None


def _changes(programme: Programme) -> Iterator[Change]:
    whole = programme.period
    for name, parameter in programme.parameters.items():
        for day, old, new in _turns(parameter.versions, whole):
            if old is not None and new is not None:
                yield _figure(day, name, old, new, _domain(programme, name))
    for criterion in programme.criteria:
        named = Text(f"条件“{criterion.title.zh}”", f"criterion “{criterion.title.en}”")
        yield from _element("criterion", criterion.id, named, criterion.versions, whole, _same_wording)
    for referral in programme.referrals:
        named = Text(f"转人工情形“{referral.title.zh}”", f"case for a person “{referral.title.en}”")
        yield from _element("referral", referral.id, named, referral.versions, whole, _same_wording)
    named = Text("待遇", "benefit")
    yield from _element("benefit", "benefit", named, programme.benefit.versions, whole, _same_benefit)
    for editions in programme.size_tables.values():
        for day, before, after in _turns(editions, whole):
            if before is not None and after is not None:
                yield from _limits(day, before, after)
    if whole.last < LAST:
        itself = Text("本项目", "this programme")
        yield _ended(whole.last, "programme", programme.id, itself, programme.citations)._replace(citations=())


def _turns(dated: Dated[T], whole: Period) -> Iterator[tuple[dt.date, T | None, T | None]]:
    """The days inside a period on which a version begins or ends, with the versions before and from then on."""
    before: T | None = None
    ended = whole.first
    for period, value in dated.versions:
        if before is not None and period.first > ended:
            yield ended, before, None
            before = None
        if period.first > whole.first:
            yield period.first, before, value
        before = value
        ended = period.last + _DAY if period.last < whole.last else period.last
    if before is not None and dated.versions[-1][0].last < whole.last:
        yield ended, before, None


# --- criteria, referrals and the benefit ----------------------------------------------------------------------------


def _element(
    part: Part, identity: str, named: Text, dated: Dated[T], whole: Period, same: Callable[[T, T], bool]
) -> Iterator[Change]:
    for day, old, new in _turns(dated, whole):
        if new is None:
            if old is not None:
                yield _ended(day - _DAY, part, identity, named, old.citations)
        elif old is None:
            said = Text(f"新增{named.zh}", f"a new {named.en}")
            yield _line(day, part, identity, "begins", said, new.citations)
        elif same(old, new):
            said = Text(f"{named.zh}不变，依据更新", f"the {named.en} stays, on another basis")
            yield _line(day, part, identity, "basis", said, _newly_cited(old.citations, new.citations))
        else:
            said = Text(f"{named.zh}的规定改变", f"new wording of the {named.en}")
            yield _line(day, part, identity, "changes", said, _newly_cited(old.citations, new.citations))


def _line(day: dt.date, part: Part, identity: str, how: How, said: Text, cited: Iterable[Citation]) -> Change:
    text = Text(f"{day} 起：{said.zh}", f"from {day}: {said.en}")
    return Change(day, part, identity, how, text, say.cited(cited))


def _ended(last: dt.date, part: Part, identity: str, named: Text, cited: tuple[Citation, ...]) -> Change:
    day, why = last + _DAY, expired(cited, last)
    text = Text(f"自 {day} 起不再适用：{named.zh}", f"no longer from {day}: {named.en}")
    if why is not None:
        text = Text(f"{text.zh}（所引{why.zh} {last} 失效）", f"{text.en} ({why.en} expired on {last})")
    return Change(day, part, identity, "ends", text, say.cited(cited))


def _newly_cited(old: tuple[Citation, ...], new: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """The clauses that a version rests on and the one before it did not; all of them if there are no others."""
    before = {str(citation) for citation in old}
    return tuple(citation for citation in new if str(citation) not in before) or new


def _same_wording(old: Wording, new: Wording) -> bool:
    return alike(old.condition, new.condition) and old.remark == new.remark


def _same_benefit(old: BenefitWording, new: BenefitWording) -> bool:
    steps = [None if wording.rounding is None else wording.rounding.step for wording in (old, new)]
    return steps[0] == steps[1] and all(
        alike(getattr(old, name), getattr(new, name)) for name in ("amount", "ceiling", "rate", "payable", "until")
    )


# --- limits of sizes ------------------------------------------------------------------------------------------------


def _limits(day: dt.date, before: SizeTable, after: SizeTable) -> Iterator[Change]:
    """The rows of a size table whose limits change on a day, each with the limits that do."""
    for old, new in zip(before.rows, after.rows, strict=True):
        if old is new:  # a row without another version is one and the same in all editions
            continue
        identity = f"{after.id}.{new.id}"
        cited = _newly_cited(old.citations, new.citations)
        title = Text(f"{after.title.zh}“{new.label.zh}”", f"{after.title.en}, {new.label.en}")
        figures = list(_moved(old, new, after))
        if figures:
            said = joined(figures, zh="；", en="; ")
            yield _line(
                day, "standard", identity, "changes", Text(f"{title.zh}：{said.zh}", f"{title.en}: {said.en}"), cited
            )
        else:
            said = Text(f"{title.zh}不变，依据更新", f"{title.en} stays, on another basis")
            yield _line(day, "standard", identity, "basis", said, cited)


def _moved(old: Row, new: Row, table: SizeTable) -> Iterator[Text]:
    """The limits of one row that differ, and the indicators that only one version has."""
    known = {limit.indicator: limit for limit in old.limits}
    for limit in new.limits:
        label = table.indicators[limit.indicator]
        former = known.pop(limit.indicator, None)
        if former is None:
            yield Text(f"增加指标{label.zh}", f"{label.en} counts too")
            continue
        for index, bound in enumerate(limit.bounds):
            if bound != former.bounds[index]:
                size = table.domain.labels[index + 1]
                what = Text(f"{label.zh}{size.zh}下限", f"{label.en}, {size.en.lower()} from")
                yield _replaced(what, limit_words(former, index), limit_words(limit, index))
    for gone in known.values():
        label = table.indicators[gone.indicator]
        yield Text(f"不再看{label.zh}", f"{label.en} no longer counts")


# --- parameters -----------------------------------------------------------------------------------------------------


def _figure(day: dt.date, name: str, old: ParameterValue, new: ParameterValue, domain: Domain | None) -> Change:
    title = new.note or old.note or say.both(name)
    cited = _newly_cited(old.citations, new.citations)
    if old.value == new.value and old.unit == new.unit:
        said = Text(f"{title.zh}不变，依据更新", f"{title.en} stays, on another basis")
        return _line(day, "parameter", name, "basis", said, cited)
    if isinstance(old.value, Mapping | tuple):
        said = _entries(title, _listed(old, domain), _listed(new, domain))
    else:
        said = _replaced(title, _words(old.value, old), _words(new.value, new))
    return _line(day, "parameter", name, "changes", said, cited)


def _replaced(title: Text, old: Text, new: Text) -> Text:
    before = say.behind(Text(f"{title.zh}由", ""), old).zh
    gap = " " if before[-1:].isascii() else ""
    after = say.behind(Text(f"{before}{gap}改为", ""), new).zh
    return Text(after, f"{title.en}: {new.en} instead of {old.en}")


def _entries(title: Text, old: Mapping[str, Text], new: Mapping[str, Text]) -> Text:
    """What came into a list or table, went out of it, or has another value."""
    added = [new[name] for name in new if name not in old]
    removed = [old[name] for name in old if name not in new]
    other = [new[name] for name in new if name in old and old[name] != new[name]]
    parts = []
    for zh, en, found in (("增加", "added", added), ("去掉", "removed", removed), ("改为", "now", other)):
        if found:
            names = joined(found)
            parts.append(Text(f"{zh}{names.zh}", f"{en} {names.en}"))
    what = joined(parts, zh="，", en="; ") if parts else Text("顺序改变", "in another order")
    return Text(f"{title.zh}{what.zh}", f"{title.en}: {what.en}")


def _listed(version: ParameterValue, domain: Domain | None) -> dict[str, Text]:
    """The names of a list, or those of a table with their values, in words."""
    value = version.value
    names = list(value) if isinstance(value, Mapping | tuple) else []
    found = {}
    for name in names:
        place = None if domain is None else domain.index(name)
        label = say.both(name) if domain is None or place is None else domain.labels[place]
        if isinstance(value, Mapping):
            entry = _words(value[name], version)
            label = Text(f"{label.zh}（{entry.zh}）", f"{label.en} ({entry.en})")
        found[name] = label
    return found


def _words(value: object, version: ParameterValue) -> Text:
    """A figure with its unit, or a day."""
    if isinstance(value, dt.date):
        return say.day(value)
    scale = version.unit.scale if version.unit is not None else 1
    return say.figure(Fraction(value) * scale, version.unit) if isinstance(value, Decimal) else say.both(str(value))


def _domain(programme: Programme, parameter: str) -> Domain | None:
    """The choices that the names of a parameter are of, by the first use of it; None if it holds no names."""
    for expr in expressions(programme):
        match expr:
            case ex.Member(subject=ex.FactRef(type=ex.ChoiceType(domain=domain)), name=name) if name == parameter:
                return domain
            case ex.Entry(key=ex.FactRef(type=ex.ChoiceType(domain=domain)), name=name) if name == parameter:
                return domain
    return None

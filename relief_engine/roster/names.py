"""Roster stage: the names under which facts stand at the head of a column, however people write them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from relief_engine.profile.written import PLAIN
from relief_engine.roster.measures import MARKS, contradict, fits, foreign, speaks_of_money, tails, unit_of
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.units import Unit

_BRACKETS = str.maketrans("【】〔〕[]｛｝{}〈〉", "()()()()()()")
#: Remarks in brackets that say how to fill a column in, and nothing about what stands there.
_HARMLESS = frozenset(
    {"必填", "选填", "必填项", "选填项", "可选", "可不填", "是/否", "是否", "是或否", "有/无", "下拉选择", "请选择",
     "单选", "文本", "文本格式", "数字", "整数", "日期", "年月日", "年/月/日", "年-月-日", "yyyy-mm-dd", "yyyy/mm/dd",
     "yyyymmdd", "required", "optional", "yes/no"}
)  # fmt: skip
#: Remarks that may tell one column of money from another, but state no unit.
_NO_UNIT = re.compile(r"([0-9]{4}(年|-|$)[^元万千亿]*|不?含税|税[前后]|(减免|调整)[前后]|合同(约定)?|实际|应收|实收)$")
_BEHIND = re.compile(r"(?P<base>.+?)\((?P<note>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_AFTER = re.compile(r"[/、,:;|\-]")
#: Names shorter than this have no typing slips that can be told from other words.
_SHORTEST = 3
#: How alike two longer names must be for one to be suggested for the other.
_ALIKE = 0.8


class Reading(NamedTuple):
    """One fact that a header may stand for; ``unit`` is what the header states, None if it states none.

    ``fits`` is False where that unit is of another kind than the fact's. ``unclear`` is what of the header may state a
    unit and can't be read, or contradicts itself: then nobody can tell what a figure means.
    """

    fact: Fact
    unit: Unit | None
    fits: bool
    unclear: str = ""


def normal(header: str) -> str:
    """A header without blanks, line breaks, marks of obligation and differences of width and case."""
    text = "".join(
        c for c in header.translate(PLAIN) if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc")
    )
    return text.translate(_BRACKETS).replace("_", "").casefold().strip(MARKS)


@lru_cache(maxsize=4)
def names_of(rulebook: Rulebook) -> Names:
    """The names of a rulebook's facts, made on first use."""
    return Names(rulebook)


#: No header is longer, in characters; to take one apart that is takes long.
LONGEST_HEADER = 500


class Names:
    """All names of a rulebook's facts: declared headers, labels, ids and the last parts of ids.

    Of ``answers`` only the declared headers are names: a column called *amount* says nothing of people's answers.
    """

    def __init__(self, rulebook: Rulebook | None, answers: Iterable[Fact] = ()) -> None:
        self.facts: dict[str, list[Fact]] = {}
        self.written: dict[str, str] = {}
        subjects = () if rulebook is None else rulebook.subjects.values()
        for fact in (fact for known in subjects for fact in known.facts):
            self._add(fact, _names(fact))
        for fact in answers:
            self._add(fact, fact.headers)

    def _add(self, fact: Fact, names: Iterable[str]) -> None:
        for name in names:
            key = normal(name)
            self.written.setdefault(key, name)
            found = self.facts.setdefault(key, [])
            if fact not in found:
                found.append(fact)

    def readings(self, header: str) -> list[Reading]:
        """The facts that a header may stand for; none if it is not known."""
        if len(header) > LONGEST_HEADER:
            return []
        text = normal(header)
        for base, notes in (*_ways(text), *((base, [unit]) for base, unit in tails(text, self.facts))):
            if base in self.facts:
                found = [reading for fact in self.facts[base] if (reading := _reading(fact, notes)) is not None]
                if found:
                    return [r for r in found if r.fits] or found
        return []

    def stated(self, fact: Fact, header: str) -> Reading:
        """A fact with the unit that a header states, whatever else the header says; unclear if that can't be read."""
        known = next((reading for reading in self.readings(header) if reading.fact is fact), None)
        if known is not None or fact.unit is None:
            return known or Reading(fact, None, fits=True)
        name, notes = list(_bracketed(normal(header)))[-1]
        base = name
        if base not in self.facts:
            base, notes = next(((front, [*notes, unit]) for front, unit in tails(base)), (base, notes))
        notes = [note for note in notes if note not in _HARMLESS and not _NO_UNIT.match(note)]
        units = {note: unit for note in notes if (unit := unit_of(note)) is not None}
        # Beside a unit that can be read, another remark is none: （含税）（万元）.
        strange = [note for note in notes if note not in units and (not units or speaks_of_money(note))]
        if foreign(name) or (base not in self.facts and speaks_of_money(base)):
            strange.append(name)
        unit = next(iter(units.values()), None)
        if strange or contradict(units.values()):
            return Reading(fact, None, fits=True, unclear="、".join(strange or units))
        return Reading(fact, unit, unit is None or fits(fact, unit))

    def nearest(self, header: str) -> str | None:
        """The known name that a header is probably meant to be, if one is close."""
        if len(header) > LONGEST_HEADER:
            return None
        text = normal(header)
        ways = list(_ways(text))
        base, notes = ways[-1] if len(ways) > 1 else (text, [])
        unit = next((unit for note in notes if (unit := unit_of(note)) is not None), None)
        close = [key for key in self.facts if _one_slip(base, key)]
        if not close and len(base) > _SHORTEST:
            close = difflib.get_close_matches(base, self.facts, n=3, cutoff=_ALIKE)
        if not close and base not in self.facts:  # a remark behind a mark, as in 月租金-调整前
            close = [base[: mark.start()] for mark in _AFTER.finditer(base) if base[: mark.start()] in self.facts]
            close += [base[at:] for at in range(1, len(base)) if base[at:] in self.facts and unit_of(base[:at])]
        if base in self.facts:  # only what stands behind it is not understood
            close.insert(0, base)
        for key in close:
            if unit is None or any(fits(fact, unit) for fact in self.facts[key]):
                return self.written[key]
        return None


def bare(header: str) -> str | None:
    """A header in normal form without units and remarks that only say how to fill it in; None if others are there."""
    for base, notes in reversed(list(_ways(normal(header)))):
        if all(note in _HARMLESS or unit_of(note) is not None for note in notes):
            return base
    return None


def _names(fact: Fact) -> Iterator[str]:
    yield from (*fact.headers, fact.label.zh, fact.label.en, fact.name, fact.id)
    if fact.period is not None:
        yield f"{fact.period.zh}{fact.label.zh}"


def _bracketed(text: str) -> Iterator[tuple[str, list[str]]]:
    """A header, and what is left of it after each note in brackets behind it is taken off."""
    notes: list[str] = []
    yield text, []
    while (found := _BEHIND.fullmatch(text)) is not None:
        text = found["base"].strip(MARKS)
        notes.append(found["note"].strip(MARKS))
        yield text, list(notes)


def _ways(text: str) -> Iterator[tuple[str, list[str]]]:
    """Ways to part a header into a name and notes behind it: in brackets, or a unit after a mark."""
    ways = list(_bracketed(text))
    yield from ways
    text, notes = ways[-1]
    for mark in _AFTER.finditer(text):
        note = text[mark.end() :]
        if mark.start() and unit_of(note) is not None:
            yield text[: mark.start()].strip(MARKS), [*notes, note]


def _reading(fact: Fact, notes: Iterable[str]) -> Reading | None:
    """A fact with what the notes say of it; None if a note says something else."""
    units: dict[str, Unit] = {}
    for note in notes:
        if note in _HARMLESS or (fact.period is not None and note in _periods(fact)):
            continue
        unit = unit_of(note)
        if unit is None or fact.unit is None:
            return None
        units[note] = unit
    if contradict(units.values()):
        return Reading(fact, None, fits=True, unclear="、".join(units))
    stated = next(reversed(units.values()), None)
    return Reading(fact, stated, stated is None or fits(fact, stated))


def _periods(fact: Fact) -> set[str]:
    period = fact.period
    if period is None:
        return set()
    zh = normal(period.zh)
    return {zh, normal(period.en), zh.replace("年", "年度") if zh.endswith("年") else zh}


def _one_slip(text: str, known: str) -> bool:
    """Whether one letter more, less, other or changed over makes one text into the other."""
    if text == known or abs(len(text) - len(known)) > 1 or min(len(text), len(known)) < _SHORTEST:
        return False
    start = 0
    while start < min(len(text), len(known)) and text[start] == known[start]:
        start += 1
    a, b = text[start:], known[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])

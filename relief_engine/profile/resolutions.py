"""Profile stage: what people decided where the texts leave it to them, as a profile lists it under ``resolutions``.

A resolution answers one referral of one programme for one subject. Whether that referral holds is for the rules to say,
not for the reader: here it must only be one that the programme has, or had under an earlier wording.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from relief_engine.errors import Location, did_you_mean
from relief_engine.profile.items import REFERENCE
from relief_engine.profile.mistakes import MAX_FINDINGS
from relief_engine.profile.model import Resolution
from relief_engine.profile.placing import answered_twice
from relief_engine.profile.shape import MAX_RESOLUTIONS, REQUIRED, RESOLUTIONS
from relief_engine.profile.values import BadValue, reader
from relief_engine.profile.written import NO_HINT, bad, raise_all, shown, visible
from relief_engine.rulebook.facts import FIRST_DAY, LAST_DAY, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT, FactType
from relief_engine.rulebook.units import parse_unit
from relief_engine.text import Text

_NAME = Text("人工认定结果（resolutions）", RESOLUTIONS)
#: Amounts are read like those of facts: up to 10¹² yuan, to the cent.
_MOST_CENTS = 10**14
#: So many mistakes come with the name that was probably meant; none that is far longer than any name.
_GUESSES, _LONGEST_NAME = 20, 120
_GRANTED = {"同意": "是", "不同意": "否"}


def _like_a_fact(key: str, type_: FactType, zh: str, headers: tuple[str, ...], highest: int = 0) -> Fact:
    """A key of a resolution as a fact, so that the readers of facts read it and speak of it in the same words.

    ``headers`` are the names under which a roster may have it.
    """
    unit = parse_unit("元") if type_ == "amount" else None
    label = Text(zh, key)
    return Fact(
        f"resolution.{key}", "resolution", type_, unit, 100 if type_ == "amount" else 1, None, MappingProxyType({}),
        label, label, None, None, None, headers, changeable=False, not_available=False, informative=True,
        identifies=False, open_ended=False, lowest=FIRST_DAY if type_ == "date" else 0, highest=highest,
        where=Location(RESOLUTIONS),
    )  # fmt: skip


_FACTS = {
    "programme": _like_a_fact("programme", "text", "项目", ("认定项目", "Programme decided")),
    "subject": _like_a_fact("subject", "text", "对象", ()),
    "referral": _like_a_fact("referral", "text", "认定事项", ("认定事项", "Referral decided")),
    "granted": _like_a_fact("granted", "yes_no", "是否同意", ("人工认定", "人工认定结果", "Decision by people"), 1),
    "amount": _like_a_fact("amount", "amount", "认定金额", ("认定金额", "Agreed amount"), _MOST_CENTS),
    "on": _like_a_fact("on", "date", "认定日期", ("认定日期", "Decided on"), LAST_DAY),
    "by": _like_a_fact("by", "text", "认定单位或岗位", ("认定单位或岗位", "认定单位", "认定岗位", "Decided by")),
    "note": _like_a_fact("note", "text", "说明", ("认定说明", "Decision note")),
}
#: What a roster may have in a column, by the id that a mapping of headers names it with: ``resolution.granted``.
COLUMNS = {fact.id: fact for fact in _FACTS.values() if fact.headers}
_READERS = {key: reader(fact, None) for key, fact in _FACTS.items()}


def referral_ids(programme: Programme) -> tuple[str, ...]:
    """The referrals that a programme has on some day, with the one for figures that do not exist."""
    extra = programme.not_available
    return (*(referral.id for referral in programme.referrals), *(() if extra is None else (extra.id,)))


def agreement(value: object) -> object:
    """同意 and 不同意 as the readers of yes and no know them; everything else as it is."""
    return _GRANTED.get(value.strip(), value) if isinstance(value, str) else value


def not_an_agreement(name: Text, value: object) -> BadValue:
    """The mistake of a value that says neither yes nor no, in the words in which it is asked for."""
    got = shown(value)
    return bad(name, "yes-no", f"应为 同意 或 不同意，实为{got.zh}", f"expected yes or no, got {got.en}")


def read_part(key: str, value: object) -> Any:
    """One value of a resolution by its key: text, a boolean, whole cents, a day; None where it is empty.

    Raises :class:`BadValue` for a value that can't be used.
    """
    try:
        found = _READERS[key](agreement(value) if key == "granted" else value)
    except BadValue as mistake:
        raise not_an_agreement(_FACTS[key].label, value) if mistake.code == "yes-no" else mistake from None
    match key:
        case "granted":
            return None if found is None else found == 1
        case "on" if isinstance(found, int):
            return dt.date.fromordinal(found)
        case _:
            return found


class Resolutions:
    """Reads the resolutions of profiles for one rulebook. Safe to share between threads."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        """The ids of all programmes, each with those of its referrals."""
        return {name: referral_ids(programme) for name, programme in self._rulebook.programmes.items()}

    def read(self, value: object) -> tuple[Resolution, ...]:
        """What stands under ``resolutions``; None gives none. Raises :class:`BadValue` with every mistake."""
        found, mistakes = self._read(value)
        raise_all(mistakes)
        return found

    def readable(self, value: object) -> tuple[Resolution, ...]:
        """Those that can be read, of a profile with mistakes."""
        return self._read(value)[0]

    def _read(self, value: object) -> tuple[tuple[Resolution, ...], list[BadValue]]:
        if value is None:
            return (), []
        if not isinstance(value, list | tuple):
            got = shown(value)
            zh = f"应为列表（每项以 - 开头，没有就写 []），实为{got.zh}"
            return (), [bad(_NAME, "not-a-list", zh, f"expected a list ([] for none), got {got.en}")]
        if len(value) > MAX_RESOLUTIONS:
            most = MAX_RESOLUTIONS
            return (), [bad(_NAME, "too-many", f"最多 {most} 项", f"there may be {most} items at most")]
        found: list[Resolution] = []
        mistakes: list[BadValue] = []
        first: dict[tuple[str, str, str], int] = {}
        for index, item in enumerate(value):
            if len(mistakes) > MAX_FINDINGS:
                break  # no more are listed
            try:
                one = self._one(index, item, guess=len(mistakes) < _GUESSES)
                other = first.setdefault((one.programme, one.subject, one.referral), index)
                if other != index:
                    raise answered_twice(one, other)
                found.append(one)
            except BadValue as mistake:
                mistakes += (BadValue(m.code, m.message, at=(index, *m.at)) for m in (mistake, *mistake.also))
        return tuple(found), mistakes

    def _one(self, index: int, item: object, *, guess: bool) -> Resolution:
        if not isinstance(item, Mapping):
            got = shown(item)
            raise bad(
                _NAME, "not-a-mapping", f"的每项应为键值对，实为{got.zh}", f"each item is a mapping, got {got.en}"
            )
        mistakes = [_unknown_key(key, guess=guess) for key in item if key not in _FACTS]
        read: dict[str, Any] = dict.fromkeys(_FACTS)
        wrong = set()
        for key in _FACTS:
            try:
                read[key] = read_part(key, item.get(key))
            except BadValue as mistake:
                wrong.add(key)
                mistakes.append(BadValue(mistake.code, mistake.message, at=(key,)))
        for key in REQUIRED:
            if read[key] is None and key not in wrong:
                at = (key,) if key in item else ()
                message = Text(f"缺少{_FACTS[key].label.zh}（{key}）", f"the key {key} is missing")
                mistakes.append(BadValue("missing", message, at=at))
        if read["amount"] is not None:
            mistakes += _amount_mistakes(read["granted"], read["amount"])
        if read["programme"] is not None:
            mistakes += self._name_mistakes(read, guess=guess, subject_wrong="subject" in wrong)
        raise_all(mistakes)
        subject = read.pop("subject")
        return Resolution(subject=subject or APPLICANT, index=index, **read)

    def _name_mistakes(self, read: Mapping[str, Any], *, guess: bool, subject_wrong: bool) -> list[BadValue]:
        """What is wrong with the names: programme, referral, and the kind of subject."""
        programmes = self._rulebook.programmes
        programme = programmes.get(read["programme"])
        if programme is None:
            name = visible(read["programme"])
            last = [known for known in programmes if known.rpartition("/")[2] == read["programme"]]
            hint = _meant(last[0] if len(last) == 1 else read["programme"], programmes, guess=guess)
            message = Text(f"没有项目“{name}”{hint.zh}", f"there is no programme '{name}'{hint.en}")
            return [BadValue("resolution-programme", message, at=("programme",))]
        found = []
        known = referral_ids(programme)
        if read["referral"] is not None and read["referral"] not in known:
            name, hint = visible(read["referral"]), _meant(read["referral"], known, guess=guess)
            if not known:
                hint = Text("，它没有须由人认定的事项", "; it has no referrals")
            zh = f"项目 {programme.id} 没有认定事项“{name}”{hint.zh}"
            message = Text(zh, f"{programme.id} has no referral '{name}'{hint.en}")
            found.append(BadValue("resolution-referral", message, at=("referral",)))
        if not subject_wrong and (mistake := _subject_mistake(programme, read["subject"])) is not None:
            found.append(mistake)
        return found


def _meant(name: str, known: Iterable[str], *, guess: bool) -> Text:
    """The nearest name, for as many mistakes as anybody reads: looking for it takes longer than all else."""
    return did_you_mean(name, known) if guess and len(name) <= _LONGEST_NAME else NO_HINT


def _subject_mistake(programme: Programme, subject: str | None) -> BadValue | None:
    """A subject of another kind than the programme decides about; whether it is listed is seen later."""
    kind = programme.kind
    if kind.list is None:
        if subject in (None, APPLICANT):
            return None
        wanted = APPLICANT
    else:
        match = REFERENCE.fullmatch(subject or "")
        if match is not None and match["list"] == kind.list:
            return None
        wanted = f"{kind.list}[0]"
    got = shown(subject)
    zh = f"应写明对象（subject），本项目按{kind.label.zh}认定，如 {wanted}，实为{got.zh}"
    en = f"subject: {programme.id} decides about: {kind.label.en.lower()}; expected {wanted} or the like, got {got.en}"
    return BadValue("resolution-subject", Text(zh, en), at=() if subject is None else ("subject",))


def _amount_mistakes(granted: bool | None, cents: int) -> list[BadValue]:
    if granted is False:
        message = Text("不同意的，不能填认定金额", "amount: what is not granted has no amount")
        return [BadValue("resolution-amount", message, at=("amount",))]
    if cents == 0:
        message = Text(
            "认定金额不能是 0；不同意的写 granted: 否", "amount: can't be 0; if it was not granted, write granted: no"
        )
        return [BadValue("resolution-amount", message, at=("amount",))]
    return []


def _unknown_key(key: object, *, guess: bool) -> BadValue:
    got = shown(key)
    hint = _meant(key, _FACTS, guess=guess) if isinstance(key, str) else NO_HINT
    at = (key,) if isinstance(key, str) else ()
    return bad(_NAME, "unknown-key", f"没有{got.zh}这一项{hint.zh}", f"unknown key {got.en}{hint.en}", at=at)

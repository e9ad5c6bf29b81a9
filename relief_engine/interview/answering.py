"""Interview stage: an answer as a person gives it is read and written into the plain mapping of a profile.

Answers are read by the readers of profile files, and held against what is known already. A bad one is an error about
this question only, and the mapping stays as it was: every answer gives a new one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from relief_engine.engine import Engine
from relief_engine.errors import Finding, Location, ProfileError
from relief_engine.interview.prompts import FactPrompt, Offered, Prompt, SubjectsPrompt
from relief_engine.profile.mistakes import spelled
from relief_engine.profile.values import NOT_AVAILABLE, BadValue, reader
from relief_engine.profile.words import code_list
from relief_engine.profile.written import PLAIN
from relief_engine.rulebook.facts import OPEN_END, Encoded, Fact
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

#: Between the parts of an answer that names several kinds of subject.
_BREAKS = re.compile(r"[\s,，、;；]+")
#: One kind of subject by its number or name, and how many of it: ``2``, ``2x3``, ``租约×2``, ``租约2``.
_SEVERAL = re.compile(r"(?P<what>\d+|\D*[^\d\s*×x])(?:\s*[*×x]?\s*(?P<count>(?<!\d)\d+))?", re.IGNORECASE)
_NONE = frozenset({"0", "无", "没有", "none"})


def answered(engine: Engine, profile: Mapping[str, object], prompt: Prompt, value: object) -> dict[str, object]:
    """A profile with the answer to a question, as a new mapping.

    Args:
        engine: whose rulebook says what the fact may be.
        profile: what is known so far.
        prompt: the question.
        value: the answer: what a profile file may state for the fact, a choice by its number from 1 (text), or, of the
            kinds of subject, how many of each as a mapping or in text (``1 3x2``).

    Raises:
        ProfileError: the answer can't be used, or does not fit what is known already.
    """
    if isinstance(prompt, SubjectsPrompt):
        counts = _counts(prompt, value)
        return {
            **_base(profile),
            **{offered.list: [{} for _ in range(counts[offered.list])] for offered in prompt.offered},
        }
    changed = with_value(profile, prompt.path, _written(engine, prompt, value))
    engine.profile(changed)
    return changed


def with_value(profile: Mapping[str, object], path: tuple[str | int, ...], value: object) -> dict[str, object]:
    """A profile in which one fact has a value; None takes it out."""
    first, *between, name = path
    changed = _base(profile)
    holder: Any
    if between:
        (index,) = between
        items = [dict(item) for item in changed.get(str(first)) or ()]  # type: ignore[attr-defined]
        changed[str(first)] = items
        holder = items[int(index)]
    else:
        holder = changed[str(first)] = dict(changed.get(str(first)) or {})  # type: ignore[call-overload]
    holder.pop(name, None)
    if value is not None:
        holder[name] = value
    return changed


def _base(profile: Mapping[str, object]) -> dict[str, object]:
    return {**profile, APPLICANT: profile.get(APPLICANT) or {}}


def _mistake(prompt: Prompt, code: str, message: Text) -> ProfileError:
    place = spelled(prompt.path) if isinstance(prompt, FactPrompt) else prompt.asked[0]
    return ProfileError([Finding(code, Location(f"profile:{place}"), message)])


# --- facts --------------------------------------------------------------------------------------------------------


def _written(engine: Engine, prompt: FactPrompt, value: object) -> object:
    """A value as it stands in a profile: choices by id, yes and no as such, and all else as it was given."""
    fact = prompt.fact
    if isinstance(value, str):
        value = _numbered(fact, value.strip())
    try:
        found = reader(fact, code_list(engine.rulebook))(value)
    except BadValue as mistake:
        raise _mistake(prompt, mistake.code, mistake.message) from None
    if found is None:
        raise _mistake(prompt, "no-answer", Text("没有填写", "nothing was given"))
    if found is NOT_AVAILABLE:
        return "not_available"
    return _plain(engine, fact, found, value) if isinstance(found, int) else value


def _numbered(fact: Fact, text: str) -> str:
    """The id of the choice with a number; any other text as it is."""
    number = text.translate(PLAIN)
    if not number.isdecimal() or text in fact.names:
        return text
    at = int(number[:9]) - 1
    if fact.type == "choice" and fact.domain is not None and 0 <= at < len(fact.domain.ids):
        return fact.domain.ids[at]
    return {0: "yes", 1: "no"}.get(at, text) if fact.type == "yes_no" else text


def _plain(engine: Engine, fact: Fact, found: Encoded, value: object) -> object:
    match fact.type:
        case "yes_no":
            return bool(found)
        case "choice" if fact.domain is not None and isinstance(found, int):
            return fact.domain.ids[found]
        case "industry_code" if isinstance(found, int):
            codes = code_list(engine.rulebook)
            return value if codes is None else codes.codes[found].id
        case "date" if found == OPEN_END:
            return "open"
        case _:
            return value


# --- kinds of subject ---------------------------------------------------------------------------------------------


def _counts(prompt: SubjectsPrompt, value: object) -> dict[str, int]:
    """How many of each kind there are; none of a kind that is not named."""
    counts = {offered.list: 0 for offered in prompt.offered}
    named = value if isinstance(value, Mapping) else _named(prompt, value)
    for key, count in named.items():
        offered = next((one for one in prompt.offered if one.list == key), None)
        if offered is None:
            known = ", ".join(counts)
            raise _mistake(
                prompt, "unknown-key", Text(f"没有“{key}”这一项，可用：{known}", f"unknown key {key!r}; known: {known}")
            )
        if type(count) is not int or not 0 <= count <= offered.most:
            label = offered.kind.label
            raise _mistake(
                prompt,
                "count",
                Text(
                    f"{label.zh}的数目应为 0 至 {offered.most} 的整数，实为“{count}”",
                    f"{label.en}: expected a whole number from 0 to {offered.most}, got {count!r}",
                ),
            )
        counts[str(key)] = count
    return counts


def _named(prompt: SubjectsPrompt, value: object) -> dict[str, int]:
    """How many of each kind a text names."""
    text = value.translate(PLAIN).strip().casefold() if isinstance(value, str) else str(value)
    if text in _NONE:
        return {}
    if len(prompt.offered) == 1:
        one = prompt.offered[0]
        bare = text.removesuffix(one.kind.label.zh).strip().removesuffix(one.kind.counter).strip()
        if bare.isdecimal() and bare.isascii():
            return {one.list: int(bare[:9])}
    found: dict[str, int] = {}
    for part in _BREAKS.split(text):
        match = _SEVERAL.fullmatch(part)
        offered = None if match is None else _meant(prompt, match["what"])
        if match is None or offered is None:
            if len(prompt.offered) == 1:
                raise _mistake(
                    prompt,
                    "subjects",
                    Text(
                        f"看不懂“{part}”；应填有几{prompt.offered[0].kind.counter}的数字，没有填 0",
                        f"can't read {part!r}; expected how many there are as a number, 0 for none",
                    ),
                )
            raise _mistake(
                prompt,
                "subjects",
                Text(
                    f"看不懂“{part}”；填编号或名称，有几份写 ×几，如 1 2×3，都没有填 0",
                    f"can't read {part!r}; give numbers or names, and how many by ×, as in 1 2×3, or 0 for none",
                ),
            )
        found[offered.list] = found.get(offered.list, 0) + int((match["count"] or "1")[:9])
    return found


def _meant(prompt: SubjectsPrompt, what: str) -> Offered | None:
    """The kind of subject that a number, a label or a key names."""
    if what.isdecimal():
        return prompt.offered[int(what[:9]) - 1] if 0 < int(what[:9]) <= len(prompt.offered) else None
    names = {
        name.casefold(): one for one in prompt.offered for name in (one.kind.label.zh, one.kind.label.en, one.list)
    }
    return names.get(what.strip())

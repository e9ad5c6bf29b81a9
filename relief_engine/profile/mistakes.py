"""Profile stage: what Pydantic and the readers found wrong, as findings with a place and words for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from pydantic_core import ErrorDetails, ValidationError

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.profile.items import ITEM_ID
from relief_engine.profile.shape import MAX_SUBJECTS
from relief_engine.profile.written import NO_HINT, BadValue, shown, visible
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

#: The most mistakes that are listed: what has more is not a profile with slips.
MAX_FINDINGS = 1000

_EMPTY = Text("；什么都不知道就写 {}", "; if nothing is known, write {}")
#: No known key comes near this length, so a longer one gets no guess.
_LONGEST_KEY = 80
#: Gives the place of a path in the input: of the part that stands there, or else of the nearest part around it.
Finder = Callable[[Path_], Location]
Hints = Callable[[str | None, str], Text]


def spelled(path: Path_) -> str:
    """A path as people write it: ``leases[0].start``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{visible(step)}"
    return text


def findings(error: ValidationError, rulebook: Rulebook, locate: Finder, locate_key: Finder) -> list[Finding]:
    """Every mistake in a profile that Pydantic refused; ``locate_key`` gives the place of a key, not of its value."""
    hints = cache(partial(_key_hint, rulebook))
    found: list[Finding] = []
    for detail in error.errors(include_url=False):
        found += _findings(detail, hints, locate, locate_key)
        if len(found) > MAX_FINDINGS:
            message = Text(f"错误太多，只列出 {MAX_FINDINGS} 处", f"too many mistakes; {MAX_FINDINGS} are listed")
            return [Finding("too-many-mistakes", Location(locate(()).file), message), *found[:MAX_FINDINGS]]
    return found


def _findings(detail: ErrorDetails, hints: Hints, locate: Finder, locate_key: Finder) -> Iterator[Finding]:
    path = detail["loc"]
    match detail["type"]:
        case "value_error":
            bad = detail["ctx"]["error"]
            if not isinstance(bad, BadValue):
                raise bad
            for one in (bad, *bad.also):
                place = locate_key if one.code == "unknown-key" else locate
                yield Finding(one.code, place((*path, *one.at)), one.message)
        case "extra_forbidden":
            key = str(path[-1])
            hint = hints(None if len(path) == 1 else str(path[0]), key)
            message = Text(f"没有“{visible(key)}”这一项{hint.zh}", f"unknown key '{visible(key)}'{hint.en}")
            yield Finding("unknown-key", locate_key(path), message)
        case _:
            code, message = _misshapen(detail)
            yield Finding(code, locate(path), message)


def _misshapen(detail: ErrorDetails) -> tuple[str, Text]:
    """Code and message where a profile is not made of mappings and lists as it should be."""
    path, got = spelled(detail["loc"]), shown(detail["input"])
    name = Text(f"{path} ", path) if path else Text("资料", "a profile")
    match detail["type"]:
        case "missing":
            return "missing", Text(f"缺少 {path}（申请方）", f"the key {path} is missing")
        case "dict_type":
            hint = _EMPTY if detail["input"] is None else NO_HINT
            zh = f"{name.zh}应为键值对（键: 值），实为{got.zh}{hint.zh}"
            return "not-a-mapping", Text(zh, f"{name.en} must be a mapping (key: value), got {got.en}{hint.en}")
        case "list_type":
            zh = f"{name.zh}应为列表（每项以 - 开头，没有就写 []），实为{got.zh}"
            return "not-a-list", Text(zh, f"{name.en} must be a list ([] for none), got {got.en}")
        case "too_long":
            return "too-many", Text(
                f"{name.zh}最多 {MAX_SUBJECTS} 项", f"{name.en} may have {MAX_SUBJECTS} items at most"
            )
        case "invalid_key":
            return "key", Text("键应为文字", "a key must be text")
        case "string_unicode":
            return "key", Text("键含有不能显示的字符", "a key has a character that can't be shown")
        case _:
            return "shape", Text(f"{name.zh}不合要求（{detail['msg']}）", f"{name.en}: {detail['msg']}")


def _key_hint(rulebook: Rulebook, part: str | None, key: str) -> Text:
    """What an unknown key in a part of the profile (its applicant, or one of its lists), or of the whole, meant."""
    lists = rulebook.lists
    subject = lists[part].id if part in lists else APPLICANT
    known = None if part is None else rulebook.subjects.get(subject)
    facts = () if known is None else known.facts
    named = [ITEM_ID] if part in lists else []
    keys = ["as_of", APPLICANT, *lists, "resolutions"] if part is None else [*named, *(fact.name for fact in facts)]
    bare = key.rpartition(".")[2]
    if bare in keys:
        return Text(f"，是否想写“{bare}”？", f"; did you mean '{bare}'?")
    for fact in facts:
        if key == fact.label.zh or key in fact.headers:
            return Text(f"，“{visible(key)}”应写作 {fact.name}", f"; '{visible(key)}' is written {fact.name}")
    for other in rulebook.facts.values():
        if other.id.partition(".")[2] == bare:
            if not isinstance(other, Fact):
                return Text("，它由规则推算，不用填写", "; rules work it out, it can't be given")
            home = rulebook.subjects[other.subject].kind.name(None)
            return Text(f"，它属于 {home}", f"; it belongs to {home}")
    hint = did_you_mean(key, keys) if len(key) <= _LONGEST_KEY else NO_HINT
    return hint if hint.en else Text("，可用的项见 relief facts", "; see: relief facts")

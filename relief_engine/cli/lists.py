"""Command line stage: ``relief programmes`` and ``relief facts``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from relief_engine.cli.output import out, out_json, width
from relief_engine.explanation import say
from relief_engine.explanation.columns import columns, hanging, wrapped
from relief_engine.explanation.description import day_of, describe, in_force
from relief_engine.explanation.lists import fact_record, programme_record
from relief_engine.explanation.outline import Item, grouped
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.facts import SubjectFacts
from relief_engine.rulebook.naming import asked_for
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language, Text

TYPES = {
    "text": Text("文字", "text"),
    "credit_code": Text("18位代码", "18-character code"),
    "yes_no": Text("是/否", "yes/no"),
    "choice": Text("选项", "choice"),
    "count": Text("整数", "whole number"),
    "number": Text("数", "number"),
    "amount": Text("金额", "amount"),
    "date": Text("日期", "date"),
    "industry_code": Text("行业代码", "industry code"),
    "steps": Text("分段列表", "list of steps"),
}


# --- programmes -------------------------------------------------------------------------------------------------------


def show_programmes(
    programmes: Sequence[str],
    as_of: dt.date | None,
    rules: Path | None,
    language: Language,
    *,
    as_json: bool,
    brief: bool = False,
) -> None:
    """Print what programmes of a rulebook say, all or those asked for, in words generated from their rules.

    ``brief`` prints their titles and ids only.
    """
    rulebook = cached_rulebook(rules)
    chosen = [rulebook.programmes[i] for i in asked_for(programmes, rulebook)] or list(rulebook.programmes.values())
    day = as_of or dt.date.today()
    if as_json:
        out_json([programme_record(programme, day, language) for programme in chosen])
        return
    room = width()
    if brief:
        for programme in chosen:
            out("".join(f"{line}\n" for line in hanging("", programme.title.in_(language), 0, room)))
            out("".join(f"{line}\n" for line in hanging("", programme.id, 2, room)))
        return
    blocks = ["\n".join(programme_lines(programme, day, language, room)) for programme in chosen]
    out("\n\n".join(blocks) + "\n")


def programme_lines(programme: Programme, day: dt.date, language: Language, room: int) -> Iterator[str]:
    """One programme as lines of at most ``room`` columns."""
    described = day_of(programme, day)
    about = [
        (Text("编号", "Id"), say.both(programme.id)),
        (Text("内容", "What"), programme.summary),
        (Text("对象", "For"), say.each(programme.kind)),
        (Text("执行", "By"), programme.authority),
        (Text("适用", "In force"), in_force(programme.period)),
        (Text("依据", "Basis"), say.both(grouped(say.cited(programme.citations)))),
    ]
    if programme.change_days()[1:] or described != day:
        about.append((Text("以下按", "As of"), Text(f"{described} 的规定", f"{described}")))
    yield from wrapped(programme.title.in_(language), room)
    for title, text in about:
        yield from hanging(f"{title.in_(language)}{'：' if language == 'zh' else ': '}", text.in_(language), 2, room)
    for part in describe(programme, described, language):
        yield f"  {part.title}{'：' if language == 'zh' else ':'}"
        for item in part.items:
            yield from _item_lines(item, 4, language, room)


def _item_lines(item: Item, indent: int, language: Language, room: int) -> Iterator[str]:
    cited = f"【{item.citations}】" if language == "zh" else f"[{item.citations}]"
    text = f"{item.text}  {cited}" if item.citations else item.text
    yield from hanging("→ " if item.mark == "referred" else "· ", text, indent, room)
    for below in item.items:
        yield from _item_lines(below, indent + 2, language, room)


# --- facts ------------------------------------------------------------------------------------------------------------


def show_facts(rules: Path | None, language: Language, *, as_json: bool) -> None:
    """Print the facts of a rulebook, grouped as a profile groups them."""
    rulebook = cached_rulebook(rules)
    subjects = rulebook.subjects.values()
    if as_json:
        out_json([fact_record(fact, language) for subject in subjects for fact in subject.facts])
        return
    room = width()
    out("\n\n".join("\n".join(subject_lines(subject, language, room)) for subject in subjects) + "\n")


def subject_lines(subject: SubjectFacts, language: Language, room: int) -> Iterator[str]:
    """The facts about one kind of subject as lines of at most ``room`` columns."""
    key = subject.kind.name(None)
    yield f"{subject.label.zh}（{key}）" if language == "zh" else f"{subject.label.en} ({key})"
    column = max(columns(fact.name) for fact in subject.facts) + 2
    for fact in subject.facts:
        kind = TYPES[fact.type].in_(language)
        unit = f" {fact.unit}" if fact.unit is not None else ""
        label = say.label(fact).in_(language)
        text = f"{label}（{kind}{unit}）" if language == "zh" else f"{label} ({kind}{unit})"
        yield from hanging(fact.name + " " * (column - columns(fact.name)), text, 2, room)
        if fact.domain is not None:
            for name, words in zip(fact.domain.ids, fact.domain.labels, strict=True):
                shown = words.in_(language)
                yield from hanging("", name if shown == name else f"{name} {shown}", column + 4, room)

"""Comparing stage: edits put into lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relief_engine.comparing.blocks import Block, Entry, Heading, Paragraph, line
from relief_engine.comparing.edit import Added, AnyEdit, Changed, Home, Part, Reach, Removed, Written, after, before
from relief_engine.comparing.edits import grouped, reaches
from relief_engine.comparing.values import days
from relief_engine.comparing.words import ASPECTS, NEW, OLD, PARTS, REACHES
from relief_engine.explanation.columns import columns
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.outline import grouped as in_documents
from relief_engine.text import Language, Text

#: Two values that take no more columns than this stand behind one another.
_SHORT = 64
#: Parts whose id is not shown: their titles say all, and nothing else is known by it.
_NAMELESS = (
    Part.RELATION,
    Part.CODE,
    Part.BENEFIT,
    Part.CLAUSE,
    Part.SOURCE,
    Part.COLUMN,
    Part.NOTE,
    Part.PROGRAMME,
    Part.PROPERTY,
)


def edit_blocks(edits: Iterable[AnyEdit], language: Language) -> Iterator[Block]:
    """The part of a report that lists all edits, by what they belong to."""
    found = tuple(edits)
    counted = _counted(found)
    yield Heading(1, line(counted.zh, counted.en, language))
    if not found:
        none = Text(
            "规则的内容没有改动，至多写法不同。",
            "The rules say the same; at most they are written differently.",
        )
        yield Paragraph(none.in_(language))
    for owner, group in grouped(found).items():
        title = owner.title.in_(language)
        yield Heading(2, one_line(title if owner.home is Home.FORM else f"{title}  {owner.id}"))
        for edit in group:
            yield from _edit(edit, language)
    yield from _by_clause(found, language)


def _by_clause(found: tuple[AnyEdit, ...], language: Language) -> Iterator[Block]:
    """The clauses that edited elements rest on, each with these elements."""
    clauses: dict[str, dict[str, None]] = {}
    for edit in found:
        for said in (before(edit), after(edit)):
            for clause in () if said is None else said.citations:
                clauses.setdefault(clause, {})[name(edit, language)] = None
    if clauses:
        yield Heading(2, line("按条款", "by clause", language))
    for clause, names in sorted(clauses.items()):
        listed = ("、" if language == "zh" else ", ").join(names)
        yield Entry("·", one_line(f"{clause}{'：' if language == 'zh' else ': '}{listed}"))


def _counted(found: tuple[AnyEdit, ...]) -> Text:
    counts = {reach: number for reach, number in reaches(found).items() if number}
    if not counts:
        return Text("规则的改动", "Edits of the rules")
    zh = "，".join(f"{number} 处{REACHES[reach].zh}" for reach, number in counts.items())
    en = ", ".join(f"{number} {REACHES[reach].en}" for reach, number in counts.items())
    return Text(f"规则的改动（{len(found)} 处：{zh}）", f"Edits of the rules ({len(found)}: {en})")


def name(edit: AnyEdit, language: Language) -> str:
    """What was edited, in short: its kind, its id and its title."""
    title = one_line(edit.title.in_(language))
    part = PARTS[edit.part].in_(language)
    if edit.part in _NAMELESS or not edit.id:
        return title if edit.part is not Part.CODE else f"{part} {title}"
    words = f"{part} {edit.id}"
    if edit.id == title:
        return words
    return f"{words}（{title}）" if language == "zh" else f"{words} ({title})"


def _edit(edit: AnyEdit, language: Language) -> Iterator[Entry]:
    zh = language == "zh"
    text = name(edit, language)
    if edit.period is not None:
        when = days(edit.period).in_(language)
        text = f"{when}，{text}" if zh else f"{when}: {text}"
    text = line(text, text, language)
    colon = "：" if zh else ": "
    match edit:
        case Changed(aspect=aspect):
            words = ASPECTS.get(aspect)
            if words is not None:
                text = f"{text}，{words.zh}" if zh else f"{text}, {words.en}"
            values = [one_line(said.text.in_(language)) for said in (edit.before, edit.after)]
            cited = _cited([edit.before, edit.after])
            if sum(map(columns, values)) <= _SHORT:
                yield Entry("~", f"{text}{colon}{values[0]} → {values[1]}", 0, cited)
            else:
                yield Entry("~", text, 0, cited)
                for side, value in zip((OLD, NEW), values, strict=True):
                    yield Entry("", f"{side.in_(language)}{colon}{value}", 1)
        case Added(after=said) | Removed(before=said):
            mark = "+" if isinstance(edit, Added) else "-"
            value = one_line(said.text.in_(language))
            yield Entry(mark, text if value in text else f"{text}{colon}{value}", 0, _cited([said]))
    if edit.reach in (Reach.READING, Reach.SHOWN):
        reach = REACHES[edit.reach]
        yield Entry("", line(reach.zh, reach.en, language), 1)
    yield from _places(edit, language)


def _cited(said: Iterable[Written]) -> str:
    """The clauses of both sides, each once."""
    found = one_line(in_documents(dict.fromkeys(clause for one in said for clause in one.citations)))
    return f"[{found}]" if found else ""


def _places(edit: AnyEdit, language: Language) -> Iterator[Entry]:
    for side, said in ((OLD, before(edit)), (NEW, after(edit))):
        if said is not None and said.where is not None:
            yield Entry("", f"{side.in_(language)} {one_line(str(said.where))}", 1)

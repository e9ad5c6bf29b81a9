"""Comparing stage, rosters: an impact as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.comparing.rosters import words
from relief_engine.comparing.rosters.outline import Block, Line, Outline, outline
from relief_engine.comparing.rosters.result import Impact
from relief_engine.comparing.rosters.text import MARKS
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.markdown import escaped
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

_HEADS = (
    Text("变化", "Change"), Text("件数", "Number"), Text("可得（原）", "Granted before"),
    Text("可得（现）", "Granted after"), Text("得失", "Difference"),
    Text("如予同意（原）", "If granted, before"), Text("如予同意（现）", "If granted, after"),
)  # fmt: skip


def impact_markdown(impact: Impact, language: Language = DEFAULT_LANGUAGE, *, most: int = 20, level: int = 1) -> str:
    """An impact as Markdown, its title a heading of ``level``: a table for each programme, and ``most`` changes."""
    return "\n".join(_page(outline(impact, language, most=most), language, "#" * level)) + "\n"


def _page(page: Outline, language: Language, mark: str) -> Iterator[str]:
    yield from (f"{mark} {escaped(page.title)}", "")
    for name, value in page.head:
        yield f"- {escaped(name)}{Text('：', ': ').in_(language)}{escaped(value)}"
    yield from (f"- {escaped(page.rows)}", "", f"**{escaped(page.verdict)}**", "")
    for block in page.blocks:
        yield from _block(block, language, f"{mark}#")
    yield from (f"- {escaped(one_line(text))}" for text in page.undecided)
    if page.undecided:
        yield ""
    if page.entries:
        yield from (f"{mark}# {escaped(page.heading)}", "")
    for entry in page.entries:
        yield f"- {MARKS[entry.kind]} **{escaped(entry.lead)}**"
        yield from (f"  - {name}{Text('：', ': ').in_(language)}{escaped(text)}" for name, text in entry.lines)
    if page.left_out:
        yield from ("", escaped(page.left_out))
    if page.notes:
        yield ""
    yield from (f"- {escaped(note)}" for note in page.notes)


def _block(block: Block, language: Language, mark: str) -> Iterator[str]:
    yield from (f"{mark} {escaped(block.title)}", "")
    yield from (f"- {escaped(note)}" for note in block.notes)
    if block.notes:
        yield ""
    if block.lines:
        yield "| " + " | ".join(head.in_(language) for head in _HEADS) + " |"
        yield "|---|" + "---:|" * (len(_HEADS) - 1)
        yield from (_row(line, language) for line in block.lines)
        yield ""


def _row(line: Line, language: Language) -> str:
    sums = line.sums
    cells = [
        escaped(line.label), line.number,
        *(words.money(side.granted) if side.granted else "" for side in (sums.before, sums.after)),
        words.signed(sums.difference) if sums.difference else "",
        *(words.of_side(side, language) for side in (sums.before, sums.after)),
    ]  # fmt: skip
    if line.kind is None:
        cells = [f"**{cell}**" if cell else "" for cell in cells]
    return "| " + " | ".join(cells) + " |"

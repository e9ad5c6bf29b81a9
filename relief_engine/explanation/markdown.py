"""Explanation stage: a report as Markdown."""

from __future__ import annotations

import re

from relief_engine.explanation.outline import Item, Mark
from relief_engine.explanation.sheet import Sheet

_MARKS: dict[Mark, str] = {"met": "✓ ", "unmet": "✗ ", "unknown": "? ", "referred": "→ ", "plain": ""}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def escaped(text: str) -> str:
    """Text in which nothing is read as Markdown or HTML, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def render(sheet: Sheet) -> str:
    """The report as Markdown text."""
    colon = "：" if sheet.language == "zh" else ": "
    lines = [f"{sheet.word('as_of')}{colon}{sheet.as_of}", ""]
    for decision in sheet.decisions:
        lines += [f"# {escaped(decision.title)}", "", escaped(decision.subject), "", f"**{escaped(decision.headline)}**", ""]
        if decision.citations:
            lines += [f"{sheet.word('basis')}{colon}{escaped(decision.citations)}", ""]
        for section in decision.sections:
            lines += [f"## {escaped(section.title)}", ""]
            for item in section.items:
                lines += _item(item, 0)
            lines.append("")
    if sheet.skipped:
        lines += [f"# {sheet.word('skipped')}", ""]
        lines += [f"- {escaped(title)}{colon}{escaped(reason)}" for title, reason in sheet.skipped]
        lines.append("")
    if sheet.total is not None:
        lines += [f"**{sheet.word('total')}{colon}{sheet.total}**", ""]
    lines += ["---", "", f"{sheet.word('receipt')}", ""]
    lines += [f"- {name}{colon}`{value}`" for name, value in sheet.receipt]
    return "\n".join(lines) + "\n"


def _item(item: Item, level: int) -> list[str]:
    aside = f"〔{escaped(item.citations)}〕" if item.citations else ""
    place = f" `{item.place.replace('`', '')}`" if item.place else ""
    lines = [f"{'  ' * level}- {_MARKS[item.mark]}{escaped(item.text)}{aside}{place}"]
    for below in item.items:
        lines += _item(below, level + 1)
    return lines

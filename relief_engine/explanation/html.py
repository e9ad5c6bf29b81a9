"""Explanation stage: a report as one self-contained HTML page that also prints well; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from relief_engine.explanation.outline import Item, Mark, Outline, Section
from relief_engine.explanation.sheet import Sheet

_MARKS: dict[Mark, str] = {"met": "✓", "unmet": "✗", "unknown": "?", "referred": "→", "plain": "·"}
_SPOKEN: dict[Mark, tuple[str, str]] = {
    "met": ("满足", "met"),
    "unmet": ("不满足", "unmet"),
    "unknown": ("不明", "unknown"),
    "referred": ("由人认定", "left to people"),
    "plain": ("", ""),
}
_STYLE = """
:root { --ink: #1b1f24; --soft: #5b6470; --line: #d9dee5; --paper: #fff; --band: #f6f8fa;
  --met: #1a7f37; --unmet: #b3261e; --unknown: #8a6100; --referred: #7a3e9d; --plain: #5b6470; }
* { box-sizing: border-box; }
body { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  color: var(--ink); background: var(--paper); line-height: 1.65;
  max-width: 52rem; margin: 2rem auto; padding: 0 1.2rem;
  overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.35; margin: 0; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; padding-bottom: .15rem; border-bottom: 1px solid var(--line); }
.group { border-top: 3px solid var(--ink); margin-top: 2rem; padding-top: 1rem; }
.basis, .place, .cite, .receipt { color: var(--soft); }
.basis { font-size: .9rem; margin: .2rem 0; }
.answer { font-size: 1.1rem; font-weight: 600; margin: .5rem 0 1rem; padding: .6rem .9rem; border-left: .35rem solid;
  background: var(--band); }
.eligible { border-color: var(--met); } .ineligible { border-color: var(--unmet); }
.undetermined { border-color: var(--unknown); } .referred-answer { border-color: var(--referred); }
.not_in_force { border-color: var(--plain); }
ul { list-style: none; margin: 0; padding: 0; }
li { padding-left: 1.4rem; margin: .25rem 0; }
li > .mark { float: left; margin-left: -1.4rem; width: 1.2rem; text-align: center; font-weight: 700; }
.met > .mark { color: var(--met); } .unmet > .mark { color: var(--unmet); } .unknown > .mark { color: var(--unknown); }
.referred > .mark { color: var(--referred); } .plain > .mark { color: var(--plain); }
section > ul > li:not(.plain) { margin: .6rem 0; }
.cite, .place { font-size: .85rem; margin-left: .25rem; display: inline-block; }
.overview a { color: inherit; text-decoration: none; } .overview a:hover { text-decoration: underline; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .4rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
.receipt { margin-top: 2rem; border-top: 1px solid var(--line); font-size: .82rem; }
.receipt dd { font-family: ui-monospace, Consolas, monospace; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30rem) { body { margin: 1rem auto; padding: 0 .8rem; } .receipt dl { grid-template-columns: 1fr; } }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; } li { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; } .answer { background: none; border: 1px solid; border-left-width: .35rem; } }
"""


def render(sheet: Sheet) -> str:
    """The report as a whole HTML document."""
    return "\n".join(_page(sheet)) + "\n"


def _page(sheet: Sheet) -> Iterator[str]:
    title = sheet.groups[0].title if sheet.groups and not sheet.answers else sheet.word("answers")
    yield "<!doctype html>"
    yield f'<html lang="{"zh-CN" if sheet.language == "zh" else "en"}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield _pairs(sheet.head)
    if sheet.answers:
        yield from _overview(sheet)
    yield from (_section(section, sheet) for section in sheet.questions)
    if sheet.skipped:
        rows = "".join(_item(item, sheet) for item in sheet.skipped)
        yield f"<section><h3>{escape(sheet.word('skipped'))}</h3><ul>{rows}</ul></section>"
    if sheet.left_out:
        yield f'<p class="basis">{escape(sheet.left_out)}</p>'
    number = 0
    for group in sheet.groups:
        yield f'<div class="group"><h1>{escape(group.title)}</h1>'
        for name, value in group.about:
            yield f'<p class="basis">{escape(sheet.pair(name, value))}</p>'
        for decision in group.decisions:
            yield from _decision(decision, sheet, number)
            number += 1
        yield from (_section(section, sheet) for section in group.shared)
        yield "</div>"
    yield f'<footer class="receipt"><p>{escape(sheet.word("receipt"))}</p>{_pairs(sheet.receipt)}</footer>'
    yield "</body></html>"


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(f'<dt>{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in pairs)
    return f"<dl>{rows}</dl>"


def _overview(sheet: Sheet) -> Iterator[str]:
    told = [(decision.programme, decision.path) for group in sheet.groups for decision in group.decisions]
    anchors = {key: f"d{number}" for number, key in enumerate(told)}
    yield f'<nav class="overview"><h2>{escape(sheet.word("answers"))}</h2>'
    for answers in sheet.answers:
        yield f"<p>{escape(answers.title)}</p><ul>"
        for entry in answers.entries:
            text = escape(entry.text)
            anchor = anchors.get((entry.programme, entry.path))
            linked = text if anchor is None else f'<a href="#{anchor}">{text}</a>'
            yield f'<li class="{answers.mark}">{_mark(answers.mark)}{linked}</li>'
        yield "</ul>"
        if answers.total is not None:
            yield f'<p class="answer eligible">{escape(answers.total)}</p>'
    yield "</nav>"


def _decision(decision: Outline, sheet: Sheet, number: int) -> Iterator[str]:
    kind = "referred-answer" if decision.outcome.value == "referred" else decision.outcome.value
    yield f'<article id="d{number}"><h2 dir="auto">{escape(decision.subject)}</h2>'
    yield f'<p class="answer {kind}">{escape(decision.headline)}</p>'
    yield from (_section(section, sheet) for section in decision.sections)
    yield "</article>"


def _section(section: Section, sheet: Sheet) -> str:
    items = "".join(_item(item, sheet) for item in section.items)
    return f"<section><h3>{escape(section.title)}</h3><ul>{items}</ul></section>"


def _item(item: Item, sheet: Sheet) -> str:
    spoken = _SPOKEN[item.mark][0 if sheet.language == "zh" else 1]
    label = f'<span class="spoken">{escape(spoken)}{"：" if sheet.language == "zh" else ": "}</span>' if spoken else ""
    place = f' <span class="place">{escape(item.place)}</span>' if item.place else ""
    cite = f' <span class="cite">{escape(sheet.cited(item.citations))}</span>' if item.citations else ""
    below = f"<ul>{''.join(_item(inner, sheet) for inner in item.items)}</ul>" if item.items else ""
    return f'<li class="{item.mark}">{_mark(item.mark)}{label}{escape(item.text)}{place}{cite}{below}</li>'


def _mark(mark: Mark) -> str:
    return f'<span class="mark" aria-hidden="true">{_MARKS[mark]}</span>'

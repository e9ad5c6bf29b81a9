"""Explanation stage: a report as one self-contained HTML page that also prints well; all user text is escaped."""

from __future__ import annotations

from html import escape

from relief_engine.decision import Outcome
from relief_engine.explanation.outline import Item, Mark, Outline
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
:root { --ink: #1b1f24; --soft: #5b6470; --line: #d9dee5; --met: #1a7f37; --unmet: #b3261e; --unknown: #8a6100;
  --referred: #7a3e9d; --plain: #5b6470; }
* { box-sizing: border-box; }
body { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: var(--ink);
  line-height: 1.6; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; border-bottom: 1px solid var(--line); }
.day, .subject, .basis, footer { color: var(--soft); }
article { border-top: 3px solid var(--line); padding: 1rem 0; }
.answer { font-size: 1.15rem; font-weight: 600; margin: .8rem 0; padding: .6rem .9rem; border-left: .35rem solid; background: #f6f8fa; }
.eligible { border-color: var(--met); } .ineligible { border-color: var(--unmet); } .undetermined { border-color: var(--unknown); }
.referred-answer { border-color: var(--referred); } .not_in_force { border-color: var(--plain); }
ul { list-style: none; margin: 0; padding-left: 0; } ul ul { padding-left: 1.6rem; }
li > .mark { display: inline-block; width: 1.3rem; font-weight: 700; }
.met > .mark { color: var(--met); } .unmet > .mark { color: var(--unmet); } .unknown > .mark { color: var(--unknown); }
.referred > .mark { color: var(--referred); } .plain > .mark { color: var(--plain); }
.cite, .place { color: var(--soft); font-size: .85rem; margin-left: .4rem; } .place { font-family: monospace; }
code { overflow-wrap: anywhere; } dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; font-family: monospace; }
.spoken { position: absolute; left: -10000px; }
@media print { body { margin: 0; max-width: none; } article { break-inside: auto; } li { break-inside: avoid; } }
"""


def render(sheet: Sheet) -> str:
    """The report as a whole HTML document."""
    language = "zh-CN" if sheet.language == "zh" else "en"
    title = sheet.decisions[0].title if sheet.decisions else "relief-engine"
    parts = [
        "<!doctype html>",
        f'<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f'<p class="day">{escape(sheet.word("as_of"))} <time>{escape(sheet.as_of)}</time></p>',
        *(_decision(decision, sheet) for decision in sheet.decisions),
    ]
    if sheet.skipped:
        rows = "".join(f"<li>{escape(t)} <span class='cite'>{escape(r)}</span></li>" for t, r in sheet.skipped)
        parts.append(f"<section><h2>{escape(sheet.word('skipped'))}</h2><ul>{rows}</ul></section>")
    if sheet.total is not None:
        parts.append(f'<p class="answer eligible">{escape(sheet.word("total"))} {escape(sheet.total)}</p>')
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in sheet.receipt)
    parts.append(f"<footer><h2>{escape(sheet.word('receipt'))}</h2><dl>{rows}</dl></footer></body></html>")
    return "\n".join(parts) + "\n"


def _decision(decision: Outline, sheet: Sheet) -> str:
    kind = "referred-answer" if decision.outcome is Outcome.REFERRED else decision.outcome.value
    basis = f'<p class="basis">{escape(sheet.word("basis"))} {escape(decision.citations)}</p>' if decision.citations else ""
    sections = "".join(
        f"<section><h2>{escape(section.title)}</h2><ul>{''.join(_item(item, sheet) for item in section.items)}</ul></section>"
        for section in decision.sections
    )
    return (
        f'<article><h1>{escape(decision.title)}</h1><p class="subject">{escape(decision.subject)}</p>'
        f'<p class="answer {kind}">{escape(decision.headline)}</p>{basis}{sections}</article>'
    )


def _item(item: Item, sheet: Sheet) -> str:
    spoken = _SPOKEN[item.mark][0 if sheet.language == "zh" else 1]
    label = f'<span class="spoken">{escape(spoken)} </span>' if spoken else ""
    cite = f'<span class="cite">〔{escape(item.citations)}〕</span>' if item.citations else ""
    place = f'<span class="place">{escape(item.place)}</span>' if item.place else ""
    below = f"<ul>{''.join(_item(inner, sheet) for inner in item.items)}</ul>" if item.items else ""
    mark = f'<span class="mark" aria-hidden="true">{_MARKS[item.mark]}</span>'
    return f'<li class="{item.mark}">{mark}{label}{escape(item.text)}{cite}{place}{below}</li>'

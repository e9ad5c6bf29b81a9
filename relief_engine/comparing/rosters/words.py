"""Comparing stage, rosters: how sums, answers and causes are written, the same in every form."""

from __future__ import annotations

from relief_engine.comparing.rosters.model import Cause, Cents, Change, Side, State, Sums
from relief_engine.decision import yuan
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.outline import grouped
from relief_engine.text import Language, Text

_CANT_READ = Text("未能读取", "could not be read")
_YUAN = Text(" 元", " yuan")


def money(cents: int) -> str:
    """Cents as yuan with two decimals."""
    return f"{yuan(cents):,.2f}"


def signed(cents: int) -> str:
    """A difference in yuan, with its sign."""
    return f"{yuan(cents):+,.2f}" if cents else money(0)


def span(cents: Cents, *, sign: bool = False) -> str:
    """One figure, or the lowest and the highest."""
    one = signed if sign else money
    # A dash before a minus is hard to read.
    mark = " ~ " if sign else "—"
    return one(cents[0]) if cents[0] == cents[1] else f"{one(cents[0])}{mark}{one(cents[1])}"


def of_side(side: Side, language: Language) -> str:
    """What people may grant on one side in all; nothing where nobody is left to people."""
    found = span((side.low, side.high)) if side.high else ""
    if side.open:
        more = Text(f"{side.open:,} 件数额未定", f"{side.open:,} without a figure").in_(language)
        found = Text(f"{found}（另 {more}）", f"{found} ({more})").in_(language) if found else more
    return found


def arrow(before: str, after: str, language: Language) -> str:
    """Two sums of money, before and after; a dash where there is none, for that need not be nothing."""
    return f"{before or '—'} → {after or '—'}{_YUAN.in_(language)}"


def sums_lines(sums: Sums, language: Language, *, even: bool = False) -> tuple[str, ...]:
    """What some answers come to before and after, a line for each sum; ``even`` to say it where it is the same."""
    parts = []
    before, after = sums.before, sums.after
    if before.granted != after.granted or (even and before.granted):
        sums_ = [money(side.granted) if side.granted else "" for side in (before, after)]
        words = arrow(sums_[0], sums_[1], language)
        if sums.difference:
            # What became open, or is settled now, is neither gained nor lost.
            part = sums.difference != after.granted - before.granted
            lead = Text("其中得失 ", "of which gains and losses: ") if part else Text("", "")
            sign = signed(sums.difference)
            words += Text(f"（{lead.zh}{sign}）", f" ({lead.en}{sign})").in_(language)
        parts.append(Text(f"可得 {words}", f"granted {words}").in_(language))
    held = of_side(before, language), of_side(after, language)
    if held[0] != held[1] or (even and held[0]):
        words = arrow(held[0], held[1], language)
        parts.append(Text(f"如予同意 {words}", f"if granted {words}").in_(language))
    return tuple(parts)


def said(state: State, language: Language) -> str:
    """One side of a change: its outcome and why."""
    label = _CANT_READ if state.outcome is None else state.outcome.label
    lead, reason = label.in_(language), one_line(state.reason.in_(language))
    return Text(f"{lead}：{reason}", f"{lead}: {reason}").in_(language) if reason else lead


def caused(cause: Cause, language: Language) -> str:
    """What differs, with its clauses."""
    words, cited = one_line(cause.text.in_(language)), grouped(cause.citations)
    return f"{words} [{cited}]" if cited else words


def who(change: Change, language: Language) -> str:
    """The row by its number and, where the roster names it, whose it is."""
    name = one_line(next((name for name in change.names if name), ""))
    return Text(f"第{change.row}行 {name}", f"Row {change.row} {name}").in_(language).rstrip()


def changed_by(change: Change, language: Language) -> str:
    """What became of an answer, and by how much."""
    found = change.kind.label.in_(language)
    if change.difference:
        return f"{found} {signed(change.difference)}{_YUAN.in_(language)}"
    if change.if_granted is not None and any(change.if_granted):
        words = f"{span(change.if_granted, sign=True)}{_YUAN.in_(language)}"
        return Text(f"{found}（如予同意 {words}）", f"{found} (if granted {words})").in_(language)
    return found


def exact_number(cents: int) -> float | None:
    """Cents as the number that a spreadsheet holds exactly; None where it has too many digits."""
    return float(yuan(cents)) if abs(cents) < 10**15 else None

"""Comparing stage, rosters: an impact in one language as a plain outline, the same for every printed form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from relief_engine.comparing.rosters import words
from relief_engine.comparing.rosters.model import Change, Kind, Pair, Sums
from relief_engine.comparing.rosters.result import Impact
from relief_engine.explanation.harmless import one_line
from relief_engine.text import Language, Text, joined

_TITLE = Text("台账里谁受影响", "Who in the roster is affected")
_OLD, _NEW, _WHY = Text("原", "before"), Text("现", "after"), Text("原因", "why")
_ONLY_OLD = Text("新规则没有这个项目", "the new rules don't have this programme")
_ONLY_NEW = Text("旧规则没有这个项目", "the old rules don't have this programme")
_SAME = Text("当日两边规则和读法都相同，没有逐行判定", "same rules and reading on the day, so no row was decided")
_CLOSED = Text("当日两边都不适用，没有逐行判定", "in force under neither on the day, so no row was decided")
_NOT_SUMMED = Text("这个项目的数额不相加", "figures of this programme are not added up")
_TOTAL = Text("合计", "in all")


class Line(NamedTuple):
    """The answers of one kind: what they are called, how many there are, and what they come to."""

    kind: Kind | None
    label: str
    sums: Sums
    number: str
    said: tuple[str, ...]


class Block(NamedTuple):
    """One programme."""

    title: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


class Entry(NamedTuple):
    """One change: whose row, what became of it, and both sides with what differs, as titled lines."""

    lead: str
    kind: Kind
    lines: tuple[tuple[str, str], ...]


class Outline(NamedTuple):
    """The whole: what was compared, how many rows, each programme, and the changes about the most money.

    ``blocks`` are those of programmes that were decided; ``undecided`` says which others there are, and why.
    """

    title: str
    head: tuple[tuple[str, str], ...]
    rows: str
    verdict: str
    blocks: tuple[Block, ...]
    undecided: tuple[str, ...]
    heading: str
    entries: tuple[Entry, ...]
    left_out: str
    notes: tuple[str, ...]


def outline(impact: Impact, language: Language, *, most: int) -> Outline:
    """Lay an impact out in one language, with at most so many changes."""
    shown = impact.largest(most)
    several = len(impact.pairs) > 1
    titles = {pair.id: pair.title.in_(language) for pair in impact.pairs}
    left = impact.answers - len(shown)
    heading = Text(f"涉及金额最大的 {len(shown):,} 件", f"The {len(shown):,} about the most money")
    if not left:
        heading = Text(f"全部 {len(shown):,} 件变化", f"All changes ({len(shown):,})")
    rest = Text(f"还有 {left:,} 件变化没有列出", f"{left:,} more change{' is' if left == 1 else 's are'} not listed")
    return Outline(
        _TITLE.in_(language),
        tuple(_head(impact, language)),
        rows_line(impact).in_(language),
        verdict(impact).in_(language),
        tuple(_block(impact, pair, language) for pair in impact.pairs if not pair.same),
        tuple(text.in_(language) for text in _undecided(impact)),
        heading.in_(language) if shown else "",
        tuple(_entry(change, titles[change.programme] if several else "", language) for change in shown),
        rest.in_(language) if left else "",
        tuple(_notes(impact, language)),
    )


def _head(impact: Impact, language: Language) -> Iterator[tuple[str, str]]:
    file = impact.roster.replace("\\", "/").rpartition("/")[2]
    yield Text("台账", "Roster").in_(language), one_line(file)
    if impact.sheet is not None:
        yield Text("工作表", "Sheet").in_(language), one_line(impact.sheet)
    yield Text("判定日", "Day of the decisions").in_(language), impact.as_of.isoformat()


def rows_line(impact: Impact) -> Text:
    """Rows in are rows out: none is dropped."""
    parts = [
        (impact.changed, Text("有变化", "changed")), (impact.unchanged, Text("没有变化", "unchanged")),
        (impact.rejected, Text("两边都未能读取", "that neither rulebook could read")),
        (impact.undecided, Text("无须判定", "that need no decision")),
    ]  # fmt: skip
    shown = [(number, label) for number, label in parts if number] or parts[:1]
    zh = " + ".join(f"{label.zh} {number:,} 行" for number, label in shown)
    en = " + ".join(f"{number:,} {label.en}" for number, label in shown)
    return Text(f"读入 {impact.rows:,} 行 = {zh}", f"{impact.rows:,} rows = {en}")


def verdict(impact: Impact) -> Text:
    """Whether anything changes, in one sentence."""
    if all(pair.closed(impact.as_of) for pair in impact.pairs):
        return Text(
            "这些项目当日都不适用：没有人的结果会变。", "In force under neither on the day: nobody's answer changes."
        )
    if all(pair.same for pair in impact.pairs):
        return Text(
            "这些项目当日的规则两边相同：没有人的结果会变。",
            "The rules of the day are the same: nobody's answer changes.",
        )
    if not impact.answers:
        return Text("台账里没有人的结果会变。", "Nobody's answer in this roster changes.")
    total = impact.total().difference
    words_ = Text(f"{impact.answers:,} 件结果有变化", _answers(impact.answers, "changes", "change"))
    if not total:
        return Text(f"{words_.zh}。", f"{words_.en}.")
    sum_ = words.signed(total)
    return Text(f"{words_.zh}，得失相抵 {sum_} 元。", f"{words_.en}; gains and losses come to {sum_} yuan.")


def _answers(number: int, one: str, several: str) -> str:
    return f"{number:,} answer{'' if number == 1 else 's'} {one if number == 1 else several}"


def _undecided(impact: Impact) -> Iterator[Text]:
    """The programmes that were not decided, by why."""
    same = [pair for pair in impact.pairs if pair.same]
    for closed, why in ((False, _SAME), (True, _CLOSED)):
        titles = joined([pair.title for pair in same if pair.closed(impact.as_of) is closed])
        if titles.zh:
            yield Text(f"{why.zh}：{titles.zh}", f"{why.en}: {titles.en}")


def _block(impact: Impact, pair: Pair, language: Language) -> Block:
    notes = []
    if pair.new is None or pair.old is None:
        notes.append((_ONLY_OLD if pair.new is None else _ONLY_NEW).in_(language))
    if not pair.adds_up:
        notes.append(_NOT_SUMMED.in_(language))
    found = impact.kinds(pair.id)
    lines = [_line(kind, kind.label.in_(language), sums, language) for kind, sums in found]
    if len(found) > 1:
        lines.append(_line(None, _TOTAL.in_(language), impact.total(pair.id), language))
    return Block(one_line(pair.title.in_(language)), tuple(notes), tuple(lines))


def _line(kind: Kind | None, label: str, sums: Sums, language: Language) -> Line:
    number = Text(f"{sums.number:,} 件", f"{sums.number:,}").in_(language)
    return Line(kind, label, sums, number, words.sums_lines(sums, language, even=kind is None))


def _entry(change: Change, programme: str, language: Language) -> Entry:
    whose = words.who(change, language)
    if programme:
        whose += Text("，", ", ").in_(language) + one_line(programme)
    lead = f"{whose}{Text('：', ': ').in_(language)}{words.changed_by(change, language)}"
    lines = [(_OLD.in_(language), words.said(change.before, language))]
    lines.append((_NEW.in_(language), words.said(change.after, language)))
    lines += [(_WHY.in_(language), words.caused(cause, language)) for cause in change.causes]
    return Entry(lead, change.kind, tuple(lines))


def _notes(impact: Impact, language: Language) -> Iterator[str]:
    if impact.other_reasons:
        yield Text(
            f"另有 {impact.other_reasons:,} 件结果和数额不变，但满足的条件或转人工的情形有不同。",
            f"{_answers(impact.other_reasons, 'is', 'are')} the same, though criteria or cases for a person differ.",
        ).in_(language)
    if any(s.after.granted - s.before.granted != s.difference for s in impact.sums.values()):
        yield OPEN_NOTE.in_(language)
    yield from (one_line(remark.in_(language)) for remark in impact.remarks)


#: Why differences do not add up to the difference of the sums.
OPEN_NOTE = Text(
    "得失只算两边都已确定的件；一边由人认定、缺资料或读不了的，不算得也不算失。",
    "Gains and losses count answers that are certain on both sides: what is left to people, open or not read on one "
    "side is neither.",
)

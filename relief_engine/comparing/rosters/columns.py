"""Comparing stage, rosters: the columns of one change, defined once for every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from relief_engine.comparing.rosters import words
from relief_engine.comparing.rosters.model import Cents, Change, Figures, State
from relief_engine.comparing.rosters.result import Impact
from relief_engine.decision import Outcome, yuan
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.outline import grouped
from relief_engine.roster.results import decimal
from relief_engine.roster.titles import MACHINE, ROW
from relief_engine.text import Language, Text

#: What the cells of a column are: ``int``, ``str``, ``Decimal`` yuan (with its sign if ``signed``), ``date``; a span is
#: a pair of ``Decimal`` yuan, a rate one of fractions of one; None is no value.
Sort = Literal["integer", "text", "kind", "outcome", "money", "signed", "span", "rate", "date"]

_RATE_DECIMALS = 10
#: Titles of the figures of one side.
_TITLES = {
    "amount": Text("金额（元）", "Amount (yuan)"),
    "if_granted": Text("如予同意（元）", "If granted (yuan)"),
    "ceiling": Text("最高限额（元）", "Ceiling (yuan)"),
    "payable": Text("应付（元）", "Payable (yuan)"),
    "rate": Text("比例", "Rate"),
    "until": Text("至", "Until"),
}
_SORTS: dict[str, Sort] = {
    "amount": "money", "if_granted": "span", "ceiling": "money", "payable": "span", "rate": "rate", "until": "date",
}  # fmt: skip
_BEFORE, _AFTER = Text("原", ", before"), Text("现", ", after")
_CANT_READ = Text("未能读取", "could not be read")


class Column(NamedTuple):
    """One column: its name for machines and for people, what its cells are, how to get one, and how wide it is.

    ``machine`` marks what only data files have.
    """

    id: str
    title: Text
    sort: Sort
    get: Callable[[Change], object]
    width: int = 14
    machine: bool = False


def columns(impact: Impact, language: Language) -> tuple[Column, ...]:
    """The columns of an impact's changes, in their order; figures only that some change has."""
    return tuple(_columns(impact, language))


def _columns(impact: Impact, language: Language) -> Iterator[Column]:
    yield Column("row", ROW, "integer", lambda change: change.row, 7)
    for place, header in enumerate(impact.names):
        yield Column(header, Text(header, header), "text", _name(place), 26 if place == 0 else 22)
    titles = {pair.id: pair.title.in_(language) for pair in impact.pairs}
    if len(titles) > 1:
        yield Column("programme", Text("项目", "Programme"), "text", lambda change: titles[change.programme], 26)
    yield Column("kind", Text("变化", "Change"), "kind", lambda change: change.kind, 22)
    yield Column("difference", Text("得失（元）", "Difference (yuan)"), "signed", _difference, 15)
    yield from _both("outcome", Text("结果", "outcome"), "outcome", lambda state: state.outcome, 14)
    for name, title in _TITLES.items():
        if name in impact.figures:
            wide = 26 if name in impact.spans else 15
            yield from _both(name, title, _SORTS[name], _figure(name), wide)
            if name == "if_granted":
                title = Text("如予同意差额（元）", "Difference if granted (yuan)")
                yield Column("difference_if_granted", title, "span", lambda change: _yuan(change.if_granted), wide)
    yield Column("causes", Text("原因", "Why"), "text", lambda change: _causes(change, language), 44)
    yield Column("clauses", Text("依据条款", "Clauses"), "text", lambda change: grouped(change.clauses) or None, 32)
    yield from _both("reason", Text("理由", "reason"), "text", lambda state: one_line(state.reason.in_(language)), 40)
    yield from _machine(impact)


def _both(name: str, title: Text, sort: Sort, get: Callable[[State], object], width: int) -> Iterator[Column]:
    """A column of each side."""
    for side, mark in (("before", _BEFORE), ("after", _AFTER)):
        words_ = Text(mark.zh + title.zh, title.en[:1].upper() + title.en[1:] + mark.en)
        yield Column(f"{name}_{side}", words_, sort, _side(side, get), width)


def _side(side: str, get: Callable[[State], object]) -> Callable[[Change], object]:
    return (lambda change: get(change.before)) if side == "before" else (lambda change: get(change.after))


def _machine(impact: Impact) -> Iterator[Column]:
    found: dict[str, tuple[Text, Sort, Callable[[Change], object]]] = {
        "programme_id": (MACHINE["programme_id"], "text", lambda change: change.programme),
        "kind_id": (Text("变化编号", "Change id"), "text", lambda change: change.kind.value),
        "outcome_id_before": (Text("原结果编号", "Outcome id, before"), "text", lambda change: _id(change.before)),
        "outcome_id_after": (Text("现结果编号", "Outcome id, after"), "text", lambda change: _id(change.after)),
        "missing_before": (Text("原缺资料", "Missing, before"), "text", lambda c: " ".join(c.before.missing) or None),
        "missing_after": (Text("现缺资料", "Missing, after"), "text", lambda c: " ".join(c.after.missing) or None),
        "causes_ids": (Text("原因编号", "Ids of causes"), "text", lambda c: " ".join(x.id for x in c.causes) or None),
        "as_of": (MACHINE["as_of"], "date", lambda _: impact.as_of),
        "rulebook_before": (Text("原规则库摘要", "Rulebook digest, before"), "text", lambda _: impact.old),
        "rulebook_after": (Text("现规则库摘要", "Rulebook digest, after"), "text", lambda _: impact.new),
    }
    for name, (title, sort, get) in found.items():
        yield Column(name, title, sort, get, machine=True)


# --- cells --------------------------------------------------------------------------------------------------------


def outcome_label(outcome: Outcome | None) -> Text:
    """An outcome in words, or that the row could not be read."""
    return _CANT_READ if outcome is None else outcome.label


def _id(state: State) -> str | None:
    return None if state.outcome is None else state.outcome.value


def _name(place: int) -> Callable[[Change], object]:
    return lambda change: change.names[place]


def _difference(change: Change) -> Decimal | None:
    return None if change.difference is None else yuan(change.difference)


def _yuan(cents: Cents | None) -> tuple[Decimal, Decimal] | None:
    return None if cents is None else (yuan(cents[0]), yuan(cents[1]))


def _causes(change: Change, language: Language) -> str | None:
    return "\n".join(one_line(cause.text.in_(language)) for cause in change.causes) or None


def _figure(name: str) -> Callable[[State], object]:
    """A figure of one side as its column holds it."""

    def get(state: State) -> object:
        figures: Figures = state.figures
        match name:
            case "amount":
                return None if figures.amount is None else yuan(figures.amount)
            case "ceiling":
                return None if figures.ceiling is None else yuan(figures.ceiling)
            case "if_granted":
                return _yuan(figures.if_granted)
            case "payable":
                return _yuan(figures.payable)
            case "rate" if figures.rate is not None:
                return tuple(decimal(end.numerator, end.denominator, _RATE_DECIMALS) for end in figures.rate)
            case "until":
                return figures.until
        return None

    return get


def written(cell: tuple[Decimal, Decimal], *, percent: bool, sign: bool) -> str:
    """A span or rate whose ends differ, as people read it."""
    if percent:
        return "—".join(f"{end * 100:f}".rstrip("0").rstrip(".") + "%" for end in cell)
    low, high = (int(end.scaleb(2)) for end in cell)
    return words.span((low, high), sign=sign)

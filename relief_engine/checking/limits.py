"""Checking stage: limits of size tables. Every check looks at all of them, so what it finds is certain."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from relief_engine.checking.tables import profile_of, with_code
from relief_engine.checking.written import PrefixTable
from relief_engine.errors import Finding, Location
from relief_engine.profile.words import figure_text
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.standards import Limit, Row
from relief_engine.text import Text

#: How many times apart neighbouring limits, or the same limit of different rows, lie no more in a right table. The
#: national standards reach 200 between two classes and 40 between rows of one unit; a slip from 万元 to 亿元 is 10,000.
_JUMP = 1000
_APART = 100


def indicators_without_facts(rulebook: Rulebook, table: PrefixTable) -> Iterator[Finding]:
    """An indicator of a row that no size derived from the table is given, or one that no row has."""
    size = table.size
    if size is None:
        return
    given = {indicator for fact in size.facts for indicator, _ in fact.indicators}
    used: set[str] = set()
    for path, row in table.limits:
        for place, limit in enumerate(row.limits):
            used.add(limit.indicator)
            if limit.indicator not in given and size.facts:
                message = Text(
                    f"derives 没有给出指标“{limit.indicator}”，“{row.id}”行的规模永远不明",
                    f"no size is derived with the indicator {limit.indicator!r}, so that of the row {row.id!r} "
                    "stays unknown",
                )
                where = table.document.where((*path, "limits", place, "indicator"))
                leaf = next((i for i, c in enumerate(table.built.candidates) if c == (path[1],)), None)
                profile = None if leaf is None else with_code(rulebook, table, leaf)
                yield Finding("indicator-without-fact", where, message, profile=profile)
    for index, indicator in enumerate(size.indicators):
        if indicator not in used:
            message = Text(f"没有一行用到指标“{indicator}”", f"no row has the indicator {indicator!r}")
            yield Finding("indicator-unused", table.document.where(("indicators", index)), message, "hint")


def limits_out_of_reach(rulebook: Rulebook, table: PrefixTable) -> Iterator[Finding]:
    """A lower limit above the largest figure that its fact can hold: nobody is in that class."""
    for row, limit, where in _limits(table):
        for fact in _readers(rulebook, table, limit):
            beyond = [place for place, bound in enumerate(limit.bounds) if bound > fact.highest]
            if beyond:
                most = figure_text(Fraction(fact.highest, fact.denominator), fact.unit)
                english = figure_text(Fraction(fact.highest, fact.denominator), fact.unit, "en")
                written = figure_text(limit.printed[beyond[0]] * limit.unit.scale, limit.unit)
                in_english = figure_text(limit.printed[beyond[0]] * limit.unit.scale, limit.unit, "en")
                message = Text(
                    f"“{row.id}”行的下限 {written} 大于 {fact.label.zh} 能填的最大值 {most}，没有单位能达到",
                    f"the limit {in_english} of {row.id!r} is above the most that {fact.id} can be, {english}",
                )
                profile = _with_figure(rulebook, table, row, fact, fact.highest)
                yield Finding("limit-out-of-reach", where, message, profile=profile)


def limits_out_of_line(rulebook: Rulebook, table: PrefixTable) -> Iterator[Finding]:
    """A limit so far from its neighbours, or from those of all other rows, that its unit or a digit must be wrong."""
    scaled = [
        (row, limit, where, [p * limit.unit.scale for p in limit.printed]) for row, limit, where in _limits(table)
    ]
    for row, limit, where, values in scaled:
        far = [place for place, (low, high) in enumerate(pairwise(values)) if high >= low * _JUMP]
        others = [v for r, other, _, v in scaled if other.indicator == limit.indicator and r.id != row.id]
        apart = [place for place in range(len(values)) if _stands_apart(values[place], [o[place] for o in others])]
        if not far and not apart:
            continue
        place = far[0] + 1 if far else apart[0]
        written, english = (figure_text(values[place], limit.unit, language) for language in ("zh", "en"))
        what = (
            Text(f"是前一档的 {_JUMP} 倍以上", f"is {_JUMP} times the one before it or more")
            if far
            else Text(f"与其他各行相差 {_APART} 倍以上", f"is {_APART} times off those of all other rows or more")
        )
        message = Text(
            f"“{row.id}”行的下限 {written} {what.zh}，请核对单位和位数",
            f"the limit {english} of {row.id!r} {what.en}: check its unit and its digits",
        )
        profile = None
        for fact in _readers(rulebook, table, limit)[:1]:
            profile = _with_figure(rulebook, table, row, fact, min(limit.bounds[place], fact.highest))
        yield Finding("limit-out-of-line", where, message, "hint", profile)


def _stands_apart(value: Fraction, others: list[Fraction]) -> bool:
    """Whether a limit lies far outside the others, which lie together; of fewer than three nothing is said."""
    if len(others) < 3 or max(others) > min(others) * _APART:
        return False
    return value >= max(others) * _APART or value * _APART <= min(others)


def _limits(table: PrefixTable) -> Iterator[tuple[Row, Limit, Location]]:
    """The limits of a size table with their places; none for a table of another kind."""
    for _, row in table.limits:
        for limit in row.limits:
            yield row, limit, limit.where


def _readers(rulebook: Rulebook, table: PrefixTable, limit: Limit) -> list[Fact]:
    """The facts that give the indicator of a limit."""
    sizes = () if table.size is None else table.size.facts
    names = [name for size in sizes for indicator, name in size.indicators if indicator == limit.indicator]
    return [fact for name in names if isinstance(fact := rulebook.facts[name], Fact)]


def _with_figure(rulebook: Rulebook, table: PrefixTable, row: Row, fact: Fact, value: int) -> str | None:
    """A profile with a code of a row and a figure."""
    size = table.size
    if size is None:
        return None
    index = next(index for index, known in enumerate(size.rows) if known.id == row.id)
    codes = table.built.codes
    leaf = next((i for i in codes.leaves(None) if table.built.candidates[i] == (index,)), None)
    if leaf is None:
        return None
    return profile_of(rulebook, {size.facts[0].code: leaf, fact.id: value})


#: Each looks at one table of prefixes, and at the limits behind it if it is of sizes.
LIMIT_CHECKS = (indicators_without_facts, limits_out_of_reach, limits_out_of_line)

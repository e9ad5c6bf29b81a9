"""Command line stage: ``relief size``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from relief_engine.cli.output import out, out_json, width
from relief_engine.engine.asked_size import sized
from relief_engine.engine.sizing import IndicatorClass, Sizing
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.explanation.columns import hanging, wrapped
from relief_engine.explanation.outline import grouped
from relief_engine.explanation.size_records import size_record
from relief_engine.explanation.sizes import band, limit_words
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.text import Language, Text, joined


def show_size(
    industry: str, figures: Mapping[str, str | None], day: dt.date | None, rules: Path | None, language: Language, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Read the options like facts of a profile, classify, print. ``figures`` are by indicator."""
    rulebook = cached_rulebook(rules)
    sizing = sized(rulebook, industry, figures, day, lambda name: Location(f"--{name}"))
    if as_json:
        out_json(size_record(sizing, language))
    else:
        out("\n".join(size_lines(sizing, language, width())) + "\n")


# --- as text ----------------------------------------------------------------------------------------------------------


def size_lines(sizing: Sizing, language: Language, columns: int) -> Iterator[str]:
    """The classification as a few lines: the industry, its standard, the size, each indicator."""
    code = sizing.table.sectors.codes.codes[sizing.code]
    head = [say.titled(Text("行业", "Industry"), say.both(f"{code.id} {code.name}")), _standard(sizing)]
    if sizing.sectors:
        head.append(_size(sizing))
    for text in head:
        yield from wrapped(text.in_(language), columns)
    for found in sizing.indicators:
        yield from hanging("· ", _indicator(found, sizing).in_(language), 2, columns)


def _standard(sizing: Sizing) -> Text:
    title = Text("标准", "Standard")
    if not sizing.sectors:
        return say.titled(
            title, Text("没有划型标准适用于这个行业，须由人认定", "none covers this industry; people must decide")
        )
    if len(sizing.sectors) > 1 or not sizing.covered:
        rows = [row.label for row in sizing.sectors]
        if not sizing.covered:
            rows.append(Text("不适用任何标准", "none at all"))
        may = joined(rows)
        return say.titled(
            title,
            Text(f"代码太粗，可能是{may.zh}，请填更细一级", f"the code is too coarse: {may.en}; give a finer one"),
        )
    row = sizing.sectors[0]
    clauses = grouped(say.cited(row.citations))
    label = row.label
    if sizing.since is not None:
        label = Text(f"{label.zh}（自 {sizing.since} 起）", f"{label.en} (from {sizing.since})")
    return say.titled(title, Text(f"{label.zh}【{clauses}】", f"{label.en} [{clauses}]"))


def _size(sizing: Sizing) -> Text:
    labels = sizing.table.domain.labels
    possible = say.either([labels[level] for level in sizing.possible])
    if sizing.size is None:
        possible = Text(f"{possible.zh}（还不能确定）", f"{possible.en} (not known yet)")
    elif len(sizing.indicators) > 1:
        possible = Text(f"{possible.zh}（各指标中最低的一档）", f"{possible.en} (the lowest class of its indicators)")
    return say.titled(Text("规模", "Size"), possible)


def _indicator(found: IndicatorClass, sizing: Sizing) -> Text:
    labels = sizing.table.domain.labels
    if found.level is None or found.value is None:
        limits = [
            (labels[level], limit_words(found.limit, level - 1)) for level in range(1, len(found.limit.bounds) + 1)
        ]
        words = joined([Text(f"{name.zh} {limit.zh}以上", f"{name.en} from {limit.en}") for name, limit in limits])
        return say.titled(say.label(found.fact), Text(f"未填（{words.zh}）", f"not given ({words.en})"))
    label, range_ = labels[found.level], band(found.limit, found.level)
    value = say.value(found.fact, found.value)
    words = Text(f"{value.zh}，属{label.zh}（{range_.zh}）", f"{value.en}, {label.en} ({range_.en})")
    return say.titled(say.label(found.fact), words)

"""Explanation stage: a change of one fact that would meet a criterion, worded as a margin and not as advice."""

from __future__ import annotations

from relief_engine.engine.changes import Change
from relief_engine.explanation import say
from relief_engine.rulebook.facts import OPEN_END
from relief_engine.rulebook.standards import CodeList
from relief_engine.text import Text


def change_text(change: Change, codes: CodeList | None) -> Text:
    """What the fact would have to be, what it is, and how far apart the two are."""
    fact = change.fact
    now = say.value(fact, change.current, codes)
    if fact.type in ("choice", "yes_no", "industry_code"):
        labels = [say.value(fact, value, codes) for value in change.values]
        quote = fact.type == "yes_no"
        options = say.either([Text(f"“{label.zh}”" if quote else label.zh, label.en) for label in labels])
        is_now = f"“{now.zh}”" if quote else now.zh
        needed = Text(f"须为{options.zh}，现为{is_now}", f"must be {options.en}, now {now.en}")
    elif fact.type == "date":
        needed = _day(change, now)
    else:
        needed = _figure(change, now)
    title = say.label(fact)
    return Text(f"{title.zh}{needed.zh}", f"{title.en} {needed.en}")


def _figure(change: Change, now: Text) -> Text:
    fact, nearest = change.fact, change.values[0]
    # Below a limit the nearest value is one cent or one person under it; the limit itself is what the rule says.
    falls = nearest < change.current
    limit = nearest + 1 if falls else nearest
    words = say.value(fact, limit)
    asked = (
        Text(f"须少于 {words.zh}", f"must be below {words.en}")
        if falls
        else Text(f"须达到 {words.zh}", f"must reach {words.en}")
    )
    off = say.margin(fact, change.current - limit)
    return Text(f"{asked.zh}，现 {now.zh}，{off.zh}", f"{asked.en}, now {now.en}, {off.en}")


def _day(change: Change, now: Text) -> Text:
    fact, nearest = change.fact, change.values[0]
    limit = say.value(fact, nearest)
    asked = (
        Text(f"须不晚于 {limit.zh}", f"must be no later than {limit.en}")
        if nearest < change.current
        else Text(f"须不早于 {limit.zh}", f"must be no earlier than {limit.en}")
    )
    asked = Text(f"{asked.zh}，现为 {now.zh}", f"{asked.en}, now {now.en}")
    if OPEN_END in (nearest, change.current):
        return asked
    off = say.margin_in_days(change.current - nearest)
    return Text(f"{asked.zh}，{off.zh}", f"{asked.en}, {off.en}")

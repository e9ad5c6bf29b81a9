"""Profile stage: days, quoted or not, from 1900 to 2100, become ordinals."""

from __future__ import annotations

import datetime as dt
import re

from relief_engine.profile.written import NO_HINT, Read, Reader, bad, careful, name_of, normal, shown
from relief_engine.rulebook.facts import FIRST_DAY, LAST_DAY, OPEN_END, Fact
from relief_engine.text import Text

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
#: The word that Chinese readers are told to give where no end is fixed.
OPEN_WORD = "长期"
#: The words that are read so; what is stored has the first.
OPEN = ("open", OPEN_WORD, "无固定期限", "没有固定期限", "不定期")
_OR_OPEN = Text(f"或“{OPEN_WORD}”", ", or open where no end is fixed,")
#: What the day of a decision is called in messages.
_AS_OF = Text("判定日", "as_of")


def date(fact: Fact) -> Reader:
    """Reads a day; for a fact that may have no end, one of :data:`OPEN` too."""
    name, lowest, highest = name_of(fact), fact.lowest, fact.highest

    def read(value: object) -> Read:
        ordinal = _usual(value)
        return ordinal if ordinal is not None and lowest <= ordinal <= highest else read_carefully(value)

    def parse(value: object) -> int:
        if isinstance(value, str) and value.casefold() in OPEN:
            if fact.open_ended:
                return OPEN_END
            got = shown(value)
            raise bad(name, "date", f"应为具体日期，实为{got.zh}", f"expected a day, got {got.en}")
        return day(name, value, _OR_OPEN if fact.open_ended else NO_HINT)

    read_carefully = careful(fact, parse)
    return read


def as_of(value: object) -> dt.date | None:
    """The day of a decision as a profile states it; None where it does not. Raises :class:`BadValue`."""
    ordinal = _usual(value)
    if ordinal is None or not FIRST_DAY <= ordinal <= LAST_DAY:
        value = normal(_AS_OF, value) if isinstance(value, str) else value
        if value is None:
            return None
        ordinal = day(_AS_OF, value)
    return dt.date.fromordinal(ordinal)


def _usual(value: object) -> int | None:
    """The ordinal of text such as ``2022-06-01``; None for anything else."""
    if type(value) is not str or len(value) != 10 or not value[4] == "-" == value[7]:
        return None
    try:
        return dt.date.fromisoformat(value).toordinal()
    except ValueError:
        return None


def day(name: Text, value: object, instead: Text = NO_HINT) -> int:
    """The ordinal of a day from 1900 to 2100, however it is written.

    ``name`` is what messages call it, ``instead`` what they say may be given in its place.
    """
    found: dt.date | None = None
    if isinstance(value, dt.datetime):
        # Spreadsheets write days as midnight.
        found = value.date() if value.time() == dt.time() and value.tzinfo is None else None
    elif isinstance(value, dt.date):
        found = value
    elif isinstance(value, str) and (match := _WRITTEN.fullmatch(value)):
        try:
            found = dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise bad(name, "date", f"有误，没有 {value} 这一天", f"there is no day {value}") from None
    if found is None:
        got = shown(value)
        raise bad(
            name,
            "date",
            f"应为日期（如 2022-06-01）{instead.zh}，实为{got.zh}",
            f"expected a date such as 2022-06-01{instead.en or ','} got {got.en}",
        )
    if not FIRST_DAY <= found.toordinal() <= LAST_DAY:
        raise bad(
            name,
            "date-range",
            f"应在 1900 年至 2100 年之间，实为“{found}”",
            f"must lie between 1900 and 2100, got {found}",
        )
    return found.toordinal()

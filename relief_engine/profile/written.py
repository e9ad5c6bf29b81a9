"""Profile stage: what the readers of all types share: values as people write them, and what to say of a bad one."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, final

from relief_engine.rulebook.facts import Encoded, Fact
from relief_engine.rulebook.source import Path_
from relief_engine.text import Text

#: The longest text of one value, in characters.
LONGEST = 200
#: What no figure comes near: numbers from here on are refused before any arithmetic.
HUGE = 10**40

_NONE = frozenset({"无", "not_available"})
NO_HINT = Text("", "")
#: Full-width digits, letters and marks, and the blanks of Chinese typesetting, with the plain ones.
PLAIN = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: " ", 0xA0: " "}


@final
class NotAvailable:
    """The mark of a figure that is known not to exist."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_AVAILABLE"


NOT_AVAILABLE: Final = NotAvailable()

#: An encoded value, the mark of a figure that does not exist, a text, or None for unknown.
Read = Encoded | NotAvailable | str | None
#: Reads a value of one fact, or raises :class:`BadValue`.
Reader = Callable[[object], Read]


class BadValue(ValueError):
    """A value that can't be used for a fact: a stable code and a message that says what was expected.

    ``at`` is the path of the mistake inside the value, and ``also`` holds further mistakes of the same value; both are
    empty but for lists of steps.
    """

    def __init__(self, code: str, message: Text, *, at: Path_ = (), also: Iterable[BadValue] = ()) -> None:
        self.code = code
        self.message = message
        self.at = at
        self.also = tuple(also)
        super().__init__(message.en)


def bad(name: Text, code: str, zh: str, en: str, *, at: Path_ = ()) -> BadValue:
    """A mistake, said about a fact: ``从业人员`` + ``应为整数`` in Chinese, ``employees: expected …`` in English."""
    return BadValue(code, Text(f"{name.zh}{zh}", f"{name.en}: {en}"), at=at)


def raise_all(mistakes: Sequence[BadValue]) -> None:
    """Raise several mistakes of one value as one; without any, do nothing."""
    if mistakes:
        first, *also = mistakes
        raise BadValue(first.code, first.message, at=first.at, also=also)


def name_of(fact: Fact) -> Text:
    """What a fact is called in messages: its label in Chinese, its key in English."""
    return Text(fact.label.zh, fact.name)


def careful(fact: Fact, read: Callable[[object], Read], longest: int = LONGEST) -> Reader:
    """A reader that trims text, takes full-width digits and letters for the plain ones, and knows 无 and nothing.

    ``read`` gets what is left: never None, blank text, or the mark of a figure that does not exist.
    """
    name = name_of(fact)

    def read_carefully(value: object) -> Read:
        if isinstance(value, str):
            value = normal(name, value, longest)
            if value in _NONE and fact.type != "choice":
                value = NOT_AVAILABLE
        if value is None:
            return None
        if not isinstance(value, NotAvailable):
            return read(value)
        if fact.not_available:
            return NOT_AVAILABLE
        hint = Text("；没有固定期限的填 长期", "; where no end is fixed, give open") if fact.open_ended else NO_HINT
        raise bad(
            name,
            "not-available",
            f"不能填“无”，不知道就留空{hint.zh}",
            f"can't be 'not available'; leave it out if it is unknown{hint.en}",
        )

    return read_carefully


def normal(name: Text, text: str, longest: int = LONGEST) -> str | None:
    """Text without blanks around it and with plain digits and letters for full-width ones; None if it is blank.

    Marks that nobody sees, such as a zero-width space out of a web page, are left out. Nothing else is taken for what
    it looks like: Unicode's own normal form would read 30² as 302 and 30① as 301.
    """
    text = within(name, text.strip(), longest).translate(PLAIN)
    return "".join(c for c in text if unicodedata.category(c) != "Cf").strip() or None


def within(name: Text, text: str, longest: int = LONGEST) -> str:
    """The text, if it is not too long."""
    if len(text) > longest:
        raise bad(name, "too-long", f"超过 {longest} 字", f"longer than {longest} characters")
    return text


def number(value: object) -> Decimal | None:
    """A number as a decimal; binary floats at 15 significant digits; booleans, NaN and the rest are not numbers."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(max(-HUGE, min(value, HUGE)))
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")
    return value if isinstance(value, Decimal) and value.is_finite() else None


def visible(text: str, longest: int = 40) -> str:
    """Text for a message: cut to a readable length, with line breaks and invisible characters spelled out."""
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


def shown(value: object) -> Text:
    """A value in a message; a list or a mapping is only named."""
    match value:
        case str():
            return Text(f"“{visible(value)}”", f"'{visible(value)}'")
        case None:
            return Text("空值", "nothing")
        case bool():
            return Text(f"“{str(value).lower()}”", str(value).lower())
        case int() if abs(value) > HUGE:
            return Text("一个极大的数", "a huge number")
        case int() | float() | Decimal() | dt.date():
            return Text(f"“{visible(str(value))}”", visible(str(value)))
        case Mapping():
            return Text("一组键值对", "a mapping")
        case list() | tuple():
            return Text("一个列表", "a list")
        case _:
            return Text(f"一个 {type(value).__name__} 类型的值", f"a value of type {type(value).__name__}")

"""Profile stage: one value as a person wrote it becomes what the engine reads, or a message that says what is expected.

The same readers serve YAML, plain mappings and spreadsheets. Each knows the usual spelling at sight and takes any other
one apart with care.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import partial

from relief_engine.errors import did_you_mean
from relief_engine.profile.codes import credit_code, industry_code
from relief_engine.profile.days import date
from relief_engine.profile.figures import figure
from relief_engine.profile.steps import steps
from relief_engine.profile.written import (
    HUGE,
    LONGEST,
    NO_HINT,
    NOT_AVAILABLE,
    PLAIN,
    BadValue,
    NotAvailable,
    Read,
    Reader,
    bad,
    careful,
    name_of,
    number,
    shown,
    within,
)
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.standards import CodeList
from relief_engine.text import Text

__all__ = ["NOT_AVAILABLE", "BadValue", "NotAvailable", "Read", "Reader", "reader"]

YES_NO: dict[object, int] = {
    **dict.fromkeys(("是", "对", "yes", "y", "true"), 1),
    **dict.fromkeys(("否", "不是", "no", "n", "false"), 0),
}
_BREAKS = re.compile(r"[\t\r\n\v\f]+")


def reader(fact: Fact, codes: CodeList | None) -> Reader:
    """The function that reads values of a fact; it raises :class:`BadValue` and nothing else.

    Args:
        fact: the fact to read.
        codes: the list that industry codes are looked up in; needed for facts of that type only.

    Raises:
        LookupError: an industry code is to be read and there is no list.
    """
    match fact.type:
        case "yes_no":
            return _yes_no(fact)
        case "choice":
            return _choice(fact)
        case "count" | "number" | "amount":
            return figure(fact)
        case "date":
            return date(fact)
        case "steps":
            return steps(fact)
        case "industry_code":
            if codes is None:
                raise LookupError(f"{fact.id} needs a code list")
            return industry_code(fact, codes)
        case "credit_code":
            return careful(fact, partial(credit_code, name_of(fact)))
        case "text":
            return partial(_text, name_of(fact))


def _yes_no(fact: Fact) -> Reader:
    def read(value: object) -> Read:
        if value is True:
            return 1
        if value is False:
            return 0
        try:
            return YES_NO[value]
        except (KeyError, TypeError):
            return read_carefully(value)

    def parse(value: object) -> int:
        found = YES_NO.get(value.casefold()) if isinstance(value, str) else None
        if found is None:
            got = shown(value)
            raise bad(name_of(fact), "yes-no", f"应为 是 或 否，实为{got.zh}", f"expected yes or no, got {got.en}")
        return found

    read_carefully = careful(fact, parse)
    return read


def _choice(fact: Fact) -> Reader:
    exact: dict[object, int] = dict(fact.names.items())
    alike = {name.translate(PLAIN).casefold(): position for name, position in fact.names.items()}

    def read(value: object) -> Read:
        try:
            return exact[value]
        except (KeyError, TypeError):
            return read_carefully(value)

    def parse(value: object) -> int:
        position = alike.get(value.casefold()) if isinstance(value, str) else None
        if position is None:
            raise _no_such_choice(fact, value)
        return position

    read_carefully = careful(fact, parse)
    return read


def _no_such_choice(fact: Fact, value: object) -> BadValue:
    name, got = name_of(fact), shown(value)
    hint = did_you_mean(value, fact.names) if isinstance(value, str) else NO_HINT
    if hint.en or fact.domain is None:
        return bad(name, "choice", f"没有选项{got.zh}{hint.zh}", f"there is no choice {got.en}{hint.en}")
    labels = "、".join(label.zh for label in fact.domain.labels)
    ids = ", ".join(fact.domain.ids)
    return bad(name, "choice", f"应为 {labels} 之一，实为{got.zh}", f"expected one of {ids}; got {got.en}")


def _text(name: Text, value: object) -> str | None:
    """Text as it stands, without blanks around it; line breaks become blanks. Names keep their full-width marks."""
    if type(value) is str and len(value) <= LONGEST and value.isprintable():
        return value.strip() or None
    if value is None:
        return None
    text = value if isinstance(value, str) else _as_text(value)
    if text is None:
        got = shown(value)
        raise bad(name, "text", f"应为文字，实为{got.zh}", f"expected text, got {got.en}")
    text = within(name, _BREAKS.sub(" ", text).strip())
    strange = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs")), None)
    if strange is not None:
        code = f"U+{ord(strange):04X}"
        raise bad(name, "text", f"含有不能显示的字符 {code}", f"contains the character {code}, which can't be shown")
    return text or None


def _as_text(value: object) -> str | None:
    """A number or a day in a cell that was meant as text."""
    if isinstance(value, dt.date):
        return str(value)
    found = number(value)
    return None if found is None or found <= -HUGE or found >= HUGE or found.adjusted() < -LONGEST else f"{found:f}"

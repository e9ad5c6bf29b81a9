"""Profile stage: leases, loans and so on by names of their own, so that an answer of people stays with its lease.

An item of a list may have an ``id``. Answers may name it by that, ``leases[id=A-12]``, as well as by its place,
``leases[0]``; whoever moves the items about by hand then moves no answer to another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from relief_engine.profile.model import Known
from relief_engine.profile.written import HUGE, bad, normal, shown, visible, within
from relief_engine.rulebook.source import Path_
from relief_engine.text import Text

#: The key of an item that holds its name. No fact of a listed kind of subject may be called so.
ITEM_ID: Final = "id"
#: The longest name, in characters.
LONGEST_ID = 60
#: One item of a list, by its place or by its name.
REFERENCE = re.compile(
    rf"(?P<list>\w+)\[(?:(?P<index>0|[1-9][0-9]{{0,5}})|{ITEM_ID} ?= ?(?P<id>[^\[\]]{{1,{LONGEST_ID}}}))\]"
)
_NAME = Text("编号（id）", ITEM_ID)


def read_id(value: object) -> str | None:
    """The name of an item: one line of text without brackets, full-width letters as plain ones; None if it is blank.

    Raises :class:`~relief_engine.profile.written.BadValue`.
    """
    if value is None:
        return None
    if not isinstance(value, str | int) or isinstance(value, bool) or (isinstance(value, int) and abs(value) >= HUGE):
        got = shown(value)
        zh = f"应为文字（如 A-12，像日期、小数的加引号），实为{got.zh}"
        raise bad(_NAME, "text", zh, f"expected text, such as A-12 (quote what looks like a date), got {got.en}")
    text = _plain(str(value))
    if text is not None and (not text.isprintable() or "[" in text or "]" in text):
        got = shown(text)
        raise bad(
            _NAME, "item-id", f"不能含方括号或换行，实为{got.zh}", f"may hold no brackets or line breaks, got {got.en}"
        )
    # A few letters become several in the one form.
    return None if text is None else within(_NAME, text, LONGEST_ID)


def reference(name: str, item: str) -> str:
    """How an answer names an item of a list by the item's own name: ``leases[id=A-12]``."""
    return f"{name}[{ITEM_ID}={item}]"


def named(match: re.Match[str]) -> str | None:
    """The name in a match of :data:`REFERENCE`, as :func:`read_id` reads it; None for a place."""
    return None if match["id"] is None else _plain(match["id"])


def _plain(text: str) -> str | None:
    """A name in the one form in which names are compared: é is one name, however a keyboard or a file system makes it.

    Unicode's form C puts a letter and its marks together, and takes nothing else for what it looks like.
    """
    found = normal(_NAME, text, LONGEST_ID)
    return None if found is None else unicodedata.normalize("NFC", found)


def places(listed: Sequence[Known]) -> dict[str, int]:
    """Where the items with names stand; of several with one name, the first."""
    found: dict[str, int] = {}
    for index, known in enumerate(listed):
        if known.id is not None:
            found.setdefault(known.id, index)
    return found


def twice(lists: Mapping[str, Sequence[Known]]) -> Iterator[tuple[Path_, Text]]:
    """The place of each name that stands before already in its list, with what to say; ``lists`` by their keys."""
    for name, listed in lists.items():
        first = places(listed)
        for index, known in enumerate(listed):
            if known.id is not None and (other := first[known.id]) != index:
                shown_ = visible(known.id)
                yield (
                    (name, index, ITEM_ID),
                    Text(
                        f"编号“{shown_}”与 {name}[{other}] 的重复，应各不相同",
                        f"id '{shown_}' is that of {name}[{other}] too; each must have another",
                    ),
                )


def at_its_place(subject: str, profile: Mapping[str, Any]) -> str:
    """A subject by its place, in a plain profile that was read before: ``leases[id=A-12]`` becomes ``leases[0]``.

    What names no item of the profile stays as it is.
    """
    match = REFERENCE.fullmatch(subject.strip())
    item_id = None if match is None else named(match)
    if match is None or item_id is None:
        return subject
    items = profile.get(match["list"])
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Mapping) and item.get(ITEM_ID) == item_id:
            return f"{match['list']}[{index}]"
    return subject

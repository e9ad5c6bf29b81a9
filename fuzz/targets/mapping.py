"""Profiles as plain mappings, as a program gives them: keys that are known or not, values of any type."""
# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fuzz.target import Target, refused
from fuzz.targets.common import check_decided, check_profile, reader, rulebook

#: Values that are usual, nearly usual, or nothing that a profile can hold.
ATOMS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 30, 99, 100, 10**9, 10**12, 10**13, 10**40, 10**41, 10**400, -(10**5000), 2**63, 0.0, -0.0, 0.1, 0.005, 800.5,
    1e15, 1e16, 1e22, 1e300, 5e-324, math.inf, -math.inf, math.nan, Decimal("0.01"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("NaN"),
    Decimal("sNaN"), Decimal("-0"), Decimal("Infinity"), Fraction(1, 3), 1j, b"6210", bytearray(b"1"), dt.date(2022, 6, 1), dt.date(1, 1, 1),
    dt.date(9999, 12, 31), dt.datetime(2022, 6, 1), dt.datetime(2022, 6, 1, 12), dt.datetime(2022, 6, 1, tzinfo=dt.UTC), dt.time(1), "",
    " ", "是", "否", "yes", "NO", "无", "not_available", "open", "长期", "6210", "0111", "62", "h", "６２１０", "62 10", "企业", "enterprise", "通州",
    "通州区", "2022-06-01", "2022-6-1", "2022-02-30", "800", "800万元", "8,000,000元", "1e3", "1e400", "9" * 200, "9" * 201, "9" * 5000, "1E999999999",
    "٣", "3²", "½", "\x00", "a\x00b", "\x1b[31m", "\ud800", "\udcff", "\u202e", "\u200b", "\ufeff是", "e\u0301", "=1+1", "<b>", "91110112MA01XXXX0X",
    "2021-01-01 起 30000 元/月；2022-07-01 起 36000 元/月", "起" * 500, [], {}, (), set(), frozenset(), range(3), object, [[]], [{}], {"a": 1}, {1: 2},
    [{"from": "2022-01-01", "monthly_rent": 1}], [{"from": "2022-01-01", "monthly_rent": 1, "x": 2}], {"from": "2022-01-01"}, NotImplemented, ...,
)  # fmt: skip
#: Keys that are none, or belong elsewhere.
STRANGE_KEYS: tuple[Any, ...] = ("", "nmae", "as_of", "applicant", "lease.start", "名称", "\ud800", "\x1b", "k" * 5000, "9" * 5000, 1, None, True, 1.5, b"name", ("a",), "__class__")  # fmt: skip


class _Bytes:
    """Choices out of bytes, so that a fuzzer that changes a byte changes a choice."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def below(self, number: int) -> int:
        size = 1 if number <= 256 else 2
        piece = self.data[self.at : self.at + size]
        self.at += size
        return int.from_bytes(piece, "big") % number

    def of(self, options: Any) -> Any:
        return options[self.below(len(options))]

    @property
    def left(self) -> bool:
        return self.at < len(self.data)


def made(data: bytes) -> object:
    """The mapping that bytes stand for."""
    draw = _Bytes(data)
    if draw.below(64) == 63:
        return draw.of(ATOMS)
    profile: dict[Any, Any] = {"applicant": _subject("applicant", draw)}
    if draw.below(3) == 0:
        profile["as_of"] = draw.of(ATOMS)
    for name, kind in rulebook().lists.items():
        choice = draw.below(8)
        if choice < 3:
            profile[name] = [_subject(kind.id, draw) for _ in range(choice)]
        elif choice == 3:
            profile[name] = draw.of(ATOMS)
    if draw.below(16) == 15:
        profile[draw.of(STRANGE_KEYS)] = draw.of(ATOMS)
    return profile


def _subject(subject: str, draw: _Bytes) -> object:
    if draw.below(32) == 31:
        return draw.of(ATOMS)
    facts = rulebook().subjects[subject].facts
    found: dict[Any, Any] = {}
    for _ in range(draw.below(8)):
        if not draw.left:
            break
        fact = draw.of(facts)
        usual = [*(fact.names or ())][:20] if fact.type == "choice" else []
        found[fact.name] = draw.of([*usual, *ATOMS])
    if draw.below(32) == 31:
        found[draw.of(STRANGE_KEYS)] = draw.of(ATOMS)
    return found


def run(data: bytes) -> bool:
    """Read the mapping; one that is taken is written down, read again, and decided."""
    mapping: Any = made(data)
    found = []
    if refused(lambda: found.append(reader().read_mapping(mapping))):
        return False
    (profile,) = found
    check_profile(profile)
    check_decided(profile)
    return True


def seeds() -> list[bytes]:
    """Some bytes; there is nothing to know about them."""
    return [bytes(range(256)), b"", bytes(64), bytes(i * 37 % 256 for i in range(128))]


# Following coverage makes a long search for what is missing ten times as long.
TARGET = Target("mapping", "profiles as plain mappings", run, seeds, seconds=20.0)

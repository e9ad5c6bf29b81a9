"""Changes to bytes: flips, cuts, copies, other inputs' pieces, and the pieces that usually break readers."""
# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

import random

#: What slips of the pen, editors and attackers put into text.
PIECES: tuple[bytes, ...] = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        " ", "\n", "\r", "\r\n", "\t", ":", ": ", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "&a ", "*a", "!!python/object:os.system ",
        "|", ">", "? ", "---\n", "...\n", "<<: ", "%YAML 1.1\n", "0", "-1", "1e400", "1e-400", "9" * 40, "9" * 5000, "1e999999999", "0x10",
        "0o7", "1_000", ".inf", ".nan", "NaN", "Infinity", "-0", "+1", "0.1", "1.", ".5", "null", "~", "true", "yes", "否", "是", "无", "not_available",
        "2022-02-30", "0000-00-00", "9999-12-31", "open", "\x00", "\x07", "\x1b[31m", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ufffe",
        "\ud800", "e\u0301", "é", "\u0660", "６", "²", "①", "Ⅳ", "㎡", "\U0001f600", "\U000e0041", "=cmd|' /C calc'!A0", "=1+1", "@SUM(1)", "+1+1",
        "<script>alert(1)</script>", "&lt;", "&#0;", "]]>", "<!--", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "../", "/etc/passwd", "/dev/zero", "*.parquet",
        "'; DROP TABLE a; --", "万元", "亿元", "元/月", "800万元", "1,000", "1,00", "leases", "applicant", "as_of",
    )
)  # fmt: skip


def mutated(data: bytes, draw: random.Random) -> bytes:
    """One to four changes."""
    for _ in range(draw.choice((1, 1, 1, 2, 2, 4))):
        data = draw.choice(_CHANGES)(data, draw)
    return data


def _place(data: bytes, draw: random.Random) -> int:
    return draw.randint(0, len(data))


def _flip(data: bytes, draw: random.Random) -> bytes:
    if not data:
        return b"\0"
    at = draw.randrange(len(data))
    return data[:at] + bytes([draw.choice((data[at] ^ (1 << draw.randrange(8)), draw.randrange(256)))]) + data[at + 1 :]


def _insert(data: bytes, draw: random.Random) -> bytes:
    at = _place(data, draw)
    return data[:at] + draw.choice(PIECES) + data[at:]


def _replace(data: bytes, draw: random.Random) -> bytes:
    at = _place(data, draw)
    return data[:at] + draw.choice(PIECES) + data[at + draw.choice((1, 2, 4, 8, 16)) :]


def _cut(data: bytes, draw: random.Random) -> bytes:
    at = _place(data, draw)
    return data[:at] + data[at + draw.choice((1, 1, 2, 3, 8, 32, 128)) :]


def _copy(data: bytes, draw: random.Random) -> bytes:
    start, at = _place(data, draw), _place(data, draw)
    return data[:at] + data[start : start + draw.choice((1, 4, 16, 64, 256))] + data[at:]


def _line(data: bytes, draw: random.Random) -> bytes:
    lines = data.split(b"\n")
    line = draw.choice(lines)
    match draw.randrange(4):
        case 0:
            lines.insert(draw.randint(0, len(lines)), line)
        case 1:
            lines.remove(line)
        case 2:
            at = draw.randrange(len(lines))
            lines[at] = b" " * draw.choice((1, 2, 4)) + lines[at]
        case _:
            a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
            lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _repeat(data: bytes, draw: random.Random) -> bytes:
    start = _place(data, draw)
    piece = data[start : start + draw.choice((1, 2, 4, 16))]
    return data[:start] + piece * draw.choice((2, 10, 100, 1000)) + data[start:]


def _number(data: bytes, draw: random.Random) -> bytes:
    """Another number where one stands in the bytes of a binary file."""
    size = draw.choice((1, 2, 4, 8))
    at = _place(data, draw)
    value: int = draw.choice(
        (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63, 2**64 - 1)
    )
    written: bytes = (value & (256**size - 1)).to_bytes(size, draw.choice(("little", "big")))
    return data[:at] + written + data[at + size :]


_CHANGES = (_flip, _flip, _insert, _insert, _replace, _cut, _copy, _line, _line, _repeat, _number)

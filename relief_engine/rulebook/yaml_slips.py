"""Rulebook stage: what people usually got wrong where a YAML parser stumbles; the parser only says where it gave up."""

from __future__ import annotations

import re

from relief_engine.text import Text

_FULL_WIDTH_COLON = re.compile(r"[\s-]*[\w\"']+\s*(：)")
_TIGHT_COLON = re.compile(r"[\s-]*[A-Za-z_]\w*(:)[^\s:/]")
_LONE_QUESTION_MARK = re.compile(r".*?[:,\[{-]\s+(\?)\s*(?:[,}\]#].*)?")
#: A line that ends so goes on deeper in the next one.
_OPENS = (":", "-", "[", "{", ",")


def usual_slip(text: str, line: int) -> tuple[int, int, Text] | None:
    """The slip in the line (from 0) where the parser stumbled, or in the one before: line, column and what it is."""
    lines = text.splitlines()
    for index in (line, line - 1):
        if not 0 <= index < len(lines):
            continue
        here = lines[index]
        if "\t" in here:
            words = Text("这一行有制表符（Tab），请改为空格", "this line holds a tab; use spaces")
            return index, here.index("\t"), words
        if (match := _FULL_WIDTH_COLON.match(here)) and ":" not in here[: match.start(1)]:
            words = Text("冒号是全角的“：”，请改为半角冒号加空格", "a full-width colon; write ':' and a space")
            return index, match.start(1), words
        if match := _TIGHT_COLON.match(here):
            return index, match.start(1), Text("冒号后面缺少空格", "a space is missing after the colon")
        if match := _LONE_QUESTION_MARK.fullmatch(here):
            return index, match.start(1), Text("单独的问号要加引号", "a question mark by itself must be in quotes")
    for index in (line, line - 1):
        if 1 <= index < len(lines) and lines[index - 1].strip():
            above, inside = (len(row) - len(row.lstrip(" ")) for row in (lines[index - 1], lines[index]))
            plain = not lines[index - 1].rstrip().endswith(_OPENS) and not lines[index - 1].lstrip().startswith("- ")
            if inside > above and plain:
                words = Text("缩进与上一行不齐", "the indentation does not match the line above")
                return index, inside, words
    return None

"""Rulebook stage: expression text becomes Python syntax nodes with true positions, and nothing is ever evaluated.

Python's own parser reads the text in ``eval`` mode, once its characters and brackets are known to be ours. It counts
columns in UTF-8 bytes and turns ``0.1`` into a binary float; both are put right here: positions are mapped to the file,
numbers are read from the source text.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from decimal import Decimal

from relief_engine.errors import Finding, Location
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.source import Span
from relief_engine.text import Text

MAX_LENGTH = 4000

#: What YAML counts as the end of a line; Python's parser knows only the first three.
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_TOKEN = re.compile(r"[ \t]+|[^\W\d]\w*|[0-9]+(?:\.[0-9]+)?(?![\w.])|[-+*/<>=!]=?|[().,\[\]]")
_CLOSING = {"(": ")", "[": "]"}
_OPENING = {")": "(", "]": "["}
_OPERATORS = frozenset({"and", "or", "not", "in", "if", "else", "is"})
#: What people write, and what is meant.
_PLAIN = dict(
    zip(
        "（）［］，．＜＞＝＋－×÷≥≤≠",
        ("(", ")", "[", "]", ",", ".", "<", ">", "==", "+", "-", "*", "/", ">=", "<=", "!="),
        strict=True,
    )
)
_HINTS: dict[str, Text] = {
    **{wide: Text(f"，请用半角“{plain}”", f"; use the plain {plain!r}") for wide, plain in _PLAIN.items()},
    "&": Text("，“并且”写 and", "; write 'and'"),
    "|": Text("，“或者”写 or", "; write 'or'"),
    "\"": Text("，选项直接写名称，不加引号", "; write a choice by its bare name"),
    "'": Text("，选项直接写名称，不加引号", "; write a choice by its bare name"),
    "%": Text("，百分数请写成参数", "; a percentage is a parameter"),
    "\u3000": Text("（全角空格）", " (a full-width space)"),
}  # fmt: skip
_WORD_HINTS: dict[str, Text] = {
    **dict.fromkeys(("AND", "And", "且", "并且", "和"), Text("，“并且”写 and", "; write 'and'")),
    **dict.fromkeys(("OR", "Or", "或", "或者"), Text("，“或者”写 or", "; write 'or'")),
    **dict.fromkeys(("NOT", "Not", "非", "不"), Text("，“不”写 not", "; write 'not'")),
    "=": Text("，相等写 ==", "; equality is =="),
    "!": Text("，“不”写 not", "; write 'not'"),
}


class SourceText(Record):
    """One expression as it stands in a file, and where each of its characters is.

    ``exact`` is False for quoted text with escapes, whose characters can't be told apart in the file: every place in
    it is then where the text begins.
    """

    file: str
    text: str
    lines: tuple[str, ...]
    first_line: int
    first_column: int
    begin: Location
    exact: bool

    def at(self, index: int, column: int) -> Location:
        """The place of a character, by its line and column in the text, both from 0."""
        if not self.exact:
            return self.begin
        index = min(max(index, 0), len(self.lines) - 1)
        column = min(max(column, 0), len(self.lines[index]))
        return Location(self.file, self.first_line + index, column + (self.first_column if index == 0 else 1))

    def location(self, node: ast.expr) -> Location:
        """The place of a syntax node in the file."""
        index = node.lineno - 2
        return self.at(index, self._characters(index, node.col_offset))

    def number(self, node: ast.Constant) -> Decimal | None:
        """The number as written, or None for any other constant."""
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or node.end_col_offset is None:
            return None
        index = node.lineno - 2
        line = self.lines[index]
        return Decimal(line[self._characters(index, node.col_offset) : self._characters(index, node.end_col_offset)])

    def _characters(self, index: int, offset: int) -> int:
        """A column in characters, from one in UTF-8 bytes."""
        line = self.lines[index] if 0 <= index < len(self.lines) else ""
        return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


def source_text(file: str, span: Span, value: str) -> SourceText:
    """The source of an expression: as written where the YAML style keeps its characters, else its value."""
    raw = span.raw
    line, column, exact = span.line, span.column, True
    if raw[:1] in ("|", ">"):
        head = _BREAK.search(raw)
        text, line, column = raw[head.end() :] if head else value, line + 1, 1
    elif raw[:1] in ("'", '"'):
        text, column = raw[1:-1], column + 1
        if ("\\" if raw[0] == '"' else "''") in text:
            text, exact = value, False
    else:
        text, exact = raw or value, bool(raw)
    lines = tuple(_BREAK.split(text))
    return SourceText(file, "\n".join(lines), lines, line, column, Location(file, span.line, span.column), exact)


def parse(source: SourceText) -> ast.expr | Finding:
    """The syntax tree of an expression, or the finding that says why it has none. Never raises."""
    wrong = _screened(source)
    if wrong is not None:
        return wrong
    try:
        return ast.parse(f"(\n{source.text}\n)", mode="eval").body
    except SyntaxError as error:
        return _near(source, error)
    except (ValueError, MemoryError, RecursionError):
        return Finding("expr-too-deep", source.begin, Text("表达式嵌套过深", "nested too deeply"))


def words_in(text: str) -> set[str]:
    """Everything in a text that could be a name."""
    return {token for token in _TOKEN.findall(text) if token[0].isalpha() or token[0] == "_"}


def _screened(source: SourceText) -> Finding | None:
    """What is wrong with the length, the characters or the brackets.

    Nothing but names, plain numbers and the language's own marks gets to Python's parser, so that no comment, string
    or bracket can hide a part of the text, and no spelling that Python would only warn about gets through.
    """
    if len(source.text) > MAX_LENGTH:
        message = Text(f"表达式超过 {MAX_LENGTH} 字", f"longer than {MAX_LENGTH} characters")
        return Finding("expr-too-long", source.begin, message)
    if not source.text.strip():
        return Finding("expr-syntax", source.begin, Text("表达式是空的", "the expression is empty"))
    open_brackets: list[tuple[str, int, int]] = []
    for index, line in enumerate(source.lines):
        column = 0
        for token in _TOKEN.finditer(line):
            if token.start() > column:
                break
            word = token[0]
            if word in _CLOSING:
                open_brackets.append((word, index, column))
            elif word in _OPENING:
                if not open_brackets or open_brackets.pop()[0] != _OPENING[word]:
                    message = Text(f"多余的或不配对的“{word}”", f"unmatched {word!r}")
                    return Finding("expr-syntax", source.at(index, column), message)
            elif not word.isascii() and unicodedata.normalize("NFKC", word) != word:
                message = Text(f"“{word}”含有全角或变体字符", f"{word!r} has full-width or variant characters")
                return Finding("expr-syntax", source.at(index, column), message)
            column = token.end()
        if column < len(line):
            return _strange(line[column:], source.at(index, column))
    if open_brackets:
        word, index, column = open_brackets[-1]
        message = Text(f"“{word}”没有配对的右括号", f"{word!r} is never closed")
        return Finding("expr-syntax", source.at(index, column), message)
    return None


def _strange(rest: str, where: Location) -> Finding:
    """The finding for text that begins with something that is no part of the language."""
    if rest[0].isdigit():
        message = Text("数字只能写成 0 或 1 这样的形式", "a number is written plainly, such as 0 or 1")
        return Finding("expr-syntax", where, message)
    hint = _HINTS.get(rest[0], Text("", ""))
    shown = rest[0] if rest[0].isprintable() else f"U+{ord(rest[0]):04X}"
    code = "expr-not-allowed" if rest[0] in "'\"" else "expr-syntax"
    return Finding(
        code, where, Text(f"表达式中不能有“{shown}”{hint.zh}", f"an expression can't contain {shown!r}{hint.en}")
    )


def _near(source: SourceText, error: SyntaxError) -> Finding:
    """The finding for text that Python's parser refuses, at the word where it goes wrong."""
    index, column, word = _culprit(source) or _stopped(source, error)
    where = source.at(index, column)
    if not word:
        return Finding("expr-syntax", where, Text("表达式没有写完", "the expression is incomplete"))
    hint = _WORD_HINTS.get(word, Text("", ""))
    message = Text(f"表达式写法有误，在“{word}”附近{hint.zh}", f"not an expression near {word!r}{hint.en}")
    return Finding("expr-syntax", where, message)


def _culprit(source: SourceText) -> tuple[int, int, str] | None:
    """The first word that can't stand behind the one before it; Python's parser only names the whole stretch."""
    before = ""
    for index, line in enumerate(source.lines):
        for token in _TOKEN.finditer(line):
            word = token[0]
            if word.isspace():
                continue
            ends = before[-1:] in (")", "]") or (before[-1:].isalnum() and before not in _OPERATORS)
            begins = (word[0].isalnum() or word[0] == "_") and word not in _OPERATORS
            if (ends and begins) or (word == "=" and before != "year") or word == "!":
                return index, token.start(), word
            before = word
    return None


def _stopped(source: SourceText, error: SyntaxError) -> tuple[int, int, str]:
    """Where Python's parser stopped: lines and columns from 0, and the word there, empty at the end."""
    # SyntaxError counts from 1, and the text begins on the second line that the parser sees.
    index = (error.lineno or 2) - 2
    if index >= len(source.lines):
        return len(source.lines) - 1, len(source.lines[-1]), ""
    index, column = max(index, 0), max((error.offset or 1) - 1, 0)
    token = _TOKEN.match(source.lines[index], column)
    return index, column, token[0].strip() if token else ""

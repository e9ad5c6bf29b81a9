"""Rulebook stage: expression text becomes Python syntax nodes with true positions, and nothing is ever evaluated.

Python's own parser reads the text in ``eval`` mode. It counts columns in UTF-8 bytes and turns ``0.1`` into a binary
float; both are put right here: positions are mapped to the file, numbers are read from the source text.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from relief_engine.errors import Finding, Location
from relief_engine.rulebook.source import Span
from relief_engine.text import Text

MAX_LENGTH = 4000
MAX_NESTING = 30


#: What Python's parser says, by a part of its message, in Chinese.
_SAID = {
    "==": "，比较相等应写 ==",
    "never closed": "，括号没有闭合",
    "unmatched": "，括号不配对",
    "does not match": "，括号不配对",
    "forgot a comma": "，可能缺少逗号或运算符",
    "unterminated string": "，引号没有闭合",
    "invalid character": "，含有不能使用的字符（例如全角标点）",
    "leading zeros": "，数字不能以0开头",
    "expected 'else'": "，if 后面缺少 else",
}


@dataclass(slots=True)
class SourceText:
    """One expression as it stands in a file, and where each of its characters is."""

    file: str
    span: Span
    text: str
    lines: list[str] = field(default_factory=list)
    first_column: int = 1
    first_line: int = 1

    def location(self, node: ast.AST) -> Location:
        """The place of a syntax node in the file."""
        return self.at(getattr(node, "lineno", 2), getattr(node, "col_offset", 0))

    def at(self, line: int, byte_column: int) -> Location:
        """Map a parser position (line from 1, the text starting on line 2; column in bytes) to the file."""
        index = min(max(line - 2, 0), len(self.lines) - 1)
        prefix = self.lines[index].encode()[: byte_column if line >= 2 else 0].decode(errors="ignore")
        column = len(prefix) + (self.first_column if index == 0 else 1)
        return Location(self.file, self.first_line + index, column)

    def number(self, node: ast.Constant) -> Decimal | None:
        """The number as written, or None where it isn't a plain decimal number."""
        segment = self.lines[node.lineno - 2].encode()[node.col_offset : node.end_col_offset].decode()
        try:
            return Decimal(segment)
        except InvalidOperation:
            return None


def source_text(file: str, span: Span, value: str) -> SourceText:
    """The source of an expression: exactly as written where the YAML style keeps it, else its folded value."""
    raw = span.raw
    if not raw:
        text, first_line, first_column = value, span.line, span.column
    elif raw[0] in "\"'" and raw[0] not in raw[1:-1] and "\\" not in raw:
        text, first_line, first_column = raw[1:-1], span.line, span.column + 1
    elif raw[0] in "\"'":
        # With escapes the columns after the first one are those of the value, not quite those of the file.
        text, first_line, first_column = value, span.line, span.column + 1
    elif raw[0] in "|>":
        text, first_line, first_column = raw.partition("\n")[2], span.line + 1, 1
    else:
        text, first_line, first_column = raw, span.line, span.column
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return SourceText(file, span, text, text.split("\n"), first_column, first_line)


def parse(source: SourceText) -> ast.expr | Finding:
    """The syntax tree of an expression, or the finding that says why it has none."""
    where = source.at(2, 0)
    if len(source.text) > MAX_LENGTH:
        return Finding(
            "expr-too-long", where, Text(f"表达式超过 {MAX_LENGTH} 字", f"longer than {MAX_LENGTH} characters")
        )
    for index, line in enumerate(source.lines):
        if "#" in line:
            # Python would drop what follows as a comment, and half a condition with it.
            place = source.at(index + 2, len(line.partition("#")[0].encode()))
            return Finding("expr-syntax", place, Text("表达式中不能有 # 号", "an expression must not hold a '#'"))
    stray = _stray_bracket(source)
    if stray is not None:
        return Finding("expr-syntax", stray, _said("unmatched closing bracket"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(f"(\n{source.text}\n)", mode="eval").body
    except SyntaxError as error:
        place = source.at(error.lineno or 2, 0)
        if error.lineno and error.lineno - 2 < len(source.lines) and error.lineno >= 2:
            # SyntaxError counts its columns in characters, from 1.
            index = error.lineno - 2
            base = source.first_column if index == 0 else 1
            place = Location(source.file, source.first_line + index, base + max((error.offset or 1) - 1, 0))
        return Finding("expr-syntax", place, _said(error.msg))
    except (ValueError, MemoryError, RecursionError):
        return Finding("expr-syntax", where, Text("表达式无法读取", "the expression can't be read"))
    if _depth(tree) > MAX_NESTING:
        return Finding(
            "expr-too-deep", where, Text(f"表达式嵌套超过 {MAX_NESTING} 层", f"nested deeper than {MAX_NESTING}")
        )
    return tree


def _said(message: str) -> Text:
    zh = next((zh for part, zh in _SAID.items() if part in message), "")
    return Text(f"表达式写法有误{zh}", f"not a valid expression: {message}")


def _stray_bracket(source: SourceText) -> Location | None:
    """The first closing bracket that closes none: inside the brackets that ``parse`` adds it would close those."""
    depth = 0
    for line, text in enumerate(source.lines):
        for column, character in enumerate(text):
            depth += (character in "([{") - (character in ")]}")
            if depth < 0:
                return source.at(line + 2, len(text[:column].encode()))
    return None


def _depth(tree: ast.AST) -> int:
    deepest = 0
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in ast.iter_child_nodes(node))
    return deepest

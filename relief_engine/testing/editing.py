"""Testing stage: the text of a file of cases is edited at the places of its YAML nodes; every other byte stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from relief_engine.testing.accepting import Accepted

#: Stands above what was written, until a person has checked it.
COMMENT = "# accepted from the engine; check against the clause"
#: The longest line that is written, where the file leaves a choice.
_LONGEST = 120


def edited(text: str, cases: Sequence[Accepted]) -> str:
    """The text with what was accepted, in the style of the file: behind a key in brackets, or on lines of its own.

    The text must be valid and have these cases. Whoever calls this reads the result again: there are layouts that it
    does not see through.
    """
    return _Editor(text, cases).text()


class _Edit(NamedTuple):
    """A part of a text, from one index to another, and what is to stand there."""

    start: int
    end: int
    new: str


class _Editor:
    """Finds the edits of one text that put expectations into it."""

    def __init__(self, text: str, cases: Sequence[Accepted]) -> None:
        self.old = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.edits: list[_Edit] = []
        #: Where the lines begin above which the comment is to stand, and the case that each is about.
        self.commented: dict[int, int] = {}
        self.index = 0
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        assert root is not None  # it was read before
        nodes = _values(root)["cases"][1].value
        for one in cases:
            self.index = one.index
            self.case(nodes[one.index], dict(one.entries))

    def text(self) -> str:
        """The text with all edits."""
        for start, index in self.commented.items():
            above = self.line_start(max(start - 1, 0))
            if self.old[above:start].strip() != COMMENT and self.commented.get(above) != index:
                line = self.old[start : self.line_end(start)]
                indent = line[: len(line) - len(line.lstrip(" "))]
                self.edits.append(_Edit(start, start, f"{indent}{COMMENT}{self.newline}"))
        parts, done = [], 0
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            parts += [self.old[done : edit.start], edit.new]
            done = edit.end
        return "".join([*parts, self.old[done:]])

    def case(self, node: yaml.MappingNode, entries: dict[str, str]) -> None:
        keys = _values(node)
        if "expect" not in keys:
            self.insert(node, {"expect": _flow(entries)}, {"expect": entries})
            return
        key, value = keys["expect"]
        if isinstance(value, yaml.MappingNode) and value.value:
            self.keys(value, entries)
        elif node.flow_style or len(self.line_of(key)) + len(_flow(entries)) <= _LONGEST:
            used = key.end_mark.column + 2
            self.replace(key, value, f" {self.broken(_flow(entries), used, node.start_mark.column + 2)}")
        else:
            block = self.block({"expect": entries}, node.start_mark.column)
            self.replace(key, value, block.partition("expect:")[2])

    def keys(self, expect: yaml.MappingNode, entries: dict[str, str]) -> None:
        """Replace what is awaited in an expectation, and add what it does not name."""
        known = _values(expect)
        added = {}
        for key, written in entries.items():
            first, _, name = key.partition(".")
            if first not in known:
                added[key] = written
                continue
            self.replace(*(_values(known[first][1])[name] if name else known[first]), f" {written}")
        if added:
            self.insert(expect, added, added)

    def replace(self, key: yaml.Node, value: yaml.Node, new: str) -> None:
        """Put a value in the place of ``?`` or nothing; ``new`` begins with what parts it from the colon."""
        start, end = value.start_mark.index, value.end_mark.index
        if start == end:
            start = end = self.behind_colon(key)
        elif new.startswith(" "):
            new = new[1:]
        else:
            start = self.behind_colon(key)
        # A remark inside would be lost: the text is left as it is, and found not to say what was accepted.
        if "#" not in self.old[start:end]:
            self.edit(_Edit(start, end, new))

    def edit(self, edit: _Edit) -> None:
        self.edits.append(edit)
        self.commented[self.line_start(edit.start)] = self.index

    def insert(self, mapping: yaml.MappingNode, flat: dict[str, str], deep: dict[str, Any]) -> None:
        """Put keys behind those of a mapping: on its line in brackets, else on lines of their own."""
        end = self.end_of(mapping.value[-1])
        if mapping.flow_style:
            line = self.old[self.line_start(end) : self.line_end(end)]
            added = "".join(f", {key}: {value}" for key, value in flat.items())
            if len(line) + len(added) <= _LONGEST:
                self.edit(_Edit(end, end, added))
                return
            column = mapping.start_mark.column + 1
            lines = [",", f"{' ' * column}{COMMENT}"]
            for key, value in flat.items():
                head = f"{' ' * column}{key}: "
                lines.append(f"{head}{self.broken(value, len(head), column + 2)}")
            self.edits.append(_Edit(end, end, self.newline.join(lines)))
            return
        column = mapping.start_mark.column
        lines = [f"{' ' * column}{key}: {value}" for key, value in flat.items()]
        if any(len(line) > _LONGEST for line in lines):
            lines = [self.block(deep, column)]
        lines.insert(0, f"{' ' * column}{COMMENT}")
        end = self.old.find("\n", end) + 1
        if end:
            lines.append("")
        else:
            lines.insert(0, "")
            end = len(self.old)
        self.edits.append(_Edit(end, end, self.newline.join(lines)))

    def block(self, keys: dict[str, Any], column: int) -> str:
        """Keys on lines of their own, and what is below them deeper; long lists are broken."""
        lines: list[str] = []
        for key, value in keys.items():
            head = f"{' ' * column}{key}:"
            if isinstance(value, dict):
                lines += [head, self.block(value, column + 2)]
                continue
            lines.append(f"{head} {self.broken(value, len(head) + 1, column + 2)}")
        return self.newline.join(lines)

    def broken(self, value: str, used: int, column: int) -> str:
        """A value in brackets on as many lines as it needs, the first of which has ``used`` columns taken."""
        first, *parts = value.split(", ")
        lines = [first]
        for part in parts:
            if used + len(lines[-1]) + len(part) + 3 <= _LONGEST:
                lines[-1] += f", {part}"
            else:
                lines[-1] += ","
                lines.append(f"{' ' * column}{part}")
                used = 0
        return self.newline.join(lines)

    # --- places -------------------------------------------------------------------------------------------------

    def end_of(self, pair: tuple[yaml.Node, yaml.Node]) -> int:
        """Where the text of a key and its value ends, without what hangs behind it."""
        key, value = pair
        if value.start_mark.index == value.end_mark.index:
            return self.behind_colon(key)
        if not isinstance(value, yaml.CollectionNode) or value.flow_style:
            # A text in lines of its own reaches to the next key.
            start, end = value.start_mark.index, value.end_mark.index
            return start + len(self.old[start:end].rstrip())
        last = value.value[-1]
        return self.end_of(last if isinstance(last, tuple) else (last, last))

    def behind_colon(self, key: yaml.Node) -> int:
        end = key.end_mark.index
        colon = self.old.find(":", end)
        return colon + 1 if colon >= 0 and not self.old[end:colon].strip() else end

    def line_start(self, index: int) -> int:
        return self.old.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where the line ends, before its line break."""
        end = self.old.find("\n", index)
        end = len(self.old) if end < 0 else end
        return end - (end > index and self.old[end - 1] == "\r")

    def line_of(self, node: yaml.Node) -> str:
        start = self.line_start(node.start_mark.index)
        return self.old[start : self.line_end(start)]


def _values(node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The keys of a mapping with their nodes and those of their values."""
    return {key.value: (key, value) for key, value in node.value}


def _flow(entries: dict[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {value}' for key, value in entries.items())}}}"

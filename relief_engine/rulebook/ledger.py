"""Rulebook stage: the ledger, which says of every clause of a document by what it is encoded, or why it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from relief_engine.rulebook.record import Record
from relief_engine.text import Text

#: Why something is left out, with what people read. Files may use these words and no others.
BECAUSE: Mapping[str, Text] = {
    "task_of_authority": Text("有关单位自身的工作", "a task of the bodies concerned"),
    "no_figure": Text("没有写明数额", "no figure stated"),
    "no_condition": Text("没有写明条件", "no condition stated"),
    "invitation": Text("鼓励或倡导", "an invitation only"),
    "not_enterprises": Text("不面向企业", "not for enterprises"),
    "repeats": Text("重复其他规定", "repeats another rule"),
    "procedure": Text("办理程序", "procedure"),
    "interpretation": Text("解释和适用规则", "how to read and apply it"),
}


class LeftOut(Record):
    """A part of a clause that is not encoded, and why; ``what`` is None where it is the whole clause."""

    what: Text | None
    because: str
    why: Text


class Entry(Record):
    """One clause: the ids of the programmes and standards that encode it, and what of it is left out."""

    clause: str
    encoded: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


class Ledger(Record):
    """The entries of every document that the ledger has, by document and clause, in the order of the documents."""

    documents: Mapping[str, Mapping[str, Entry]]


class Count(Record):
    """How many clauses a document has, how many of them are encoded, and how many of those only in part.

    ``left_out`` counts the parts that are left out, by why they are, in the order of :data:`BECAUSE`.
    """

    clauses: int
    encoded: int
    in_part: int
    left_out: Mapping[str, int]

    @property
    def not_encoded(self) -> int:
        """How many clauses no programme or standard encodes."""
        return self.clauses - self.encoded


def counted(entries: Iterable[Entry]) -> Count:
    """Count the entries of a document."""
    listed = list(entries)
    encoded = [entry for entry in listed if entry.encoded]
    reasons = Counter(part.because for entry in listed for part in entry.left_out)
    return Count(
        len(listed), len(encoded), sum(bool(entry.left_out) for entry in encoded),
        {name: reasons[name] for name in BECAUSE if reasons[name]},
    )  # fmt: skip

"""Rulebook stage: what the builders of facts, standards and programmes share: citations, words, units, findings."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from relief_engine.errors import Finding, did_you_mean
from relief_engine.rulebook.salvage import UNREADABLE
from relief_engine.rulebook.shapes import Cite, Words
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.sources import Citation, Source
from relief_engine.rulebook.units import KNOWN_UNITS, PURE, Unit, UnitError, parse_unit
from relief_engine.text import Text


def text(words: Words) -> Text:
    """A shape's words as a text."""
    return Text(words.zh, words.en)


def optional_text(words: Words | None) -> Text | None:
    """The same, where they may be left out."""
    return None if words is None else text(words)


class Everything:
    """A container of all there is: of kinds of subject when nobody can tell which there are."""

    def __contains__(self, item: object) -> bool:
        return True


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The id."""


@dataclass(slots=True)
class Desk:
    """What is known while a rulebook is built: its sources, all findings so far, and names that are broken.

    ``lost`` holds the kinds of files (``sources``, ``facts``, ``standards``) of which one could not be read at all, so
    that nobody can tell which names of that kind exist; ``broken_subjects`` the subjects whose facts are then not all
    known. ``facts_unread`` says that some file of facts has not become facts. ``citing`` holds, by document and clause,
    the files that cite it.
    """

    sources: dict[str, Source] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    citing: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    broken_subjects: Container[str] = frozenset()
    facts_unread: bool = False

    def report(self, document: Document, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        """Add a finding at a path of a document."""
        self.findings.append(Finding(code, document.where(path, key=key), message))

    def unknown(self, document: Document, code: str, path: Path_, name: str, known: Iterable[str], what: Text) -> None:
        """Report a name that nothing has, with the nearest one; silent where its definition is already reported."""
        if name not in self.broken:
            hint = did_you_mean(name, known)
            message = Text(f"没有{what.zh}“{name}”{hint.zh}", f"there is no {what.en} {name!r}{hint.en}")
            self.report(document, code, path, message)

    def twice(
        self,
        document: Document,
        code: str,
        path: Path_,
        items: Sequence[Identified],
        what: Text,
        known: Iterable[str] = (),
    ) -> None:
        """Report items of the list at ``path`` whose id is used before, in the list or among ``known``."""
        seen = set(known)
        for index, item in enumerate(items):
            if item.id in seen:
                message = Text(f"{what.zh}“{item.id}”重复", f"the {what.en} {item.id!r} is there twice")
                self.report(document, code, (*path, index, "id"), message)
            seen.add(item.id)

    def missing(self, document: Document, path: Path_, names: Sequence[str]) -> None:
        """Report keys that an element needs."""
        zh = "”、“".join(names)
        self.report(document, "shape-missing-key", path, Text(f"缺少键“{zh}”", f"missing: {', '.join(names)}"))

    def beside_versions(self, document: Document, path: Path_, names: Sequence[str]) -> None:
        """Report keys that stand beside an element's versions, where they would be ignored."""
        if names:
            zh = "”、“".join(names)
            message = Text(f"已有 versions，“{zh}”应写在各版本中", f"belongs into the versions: {', '.join(names)}")
            self.report(document, "versions-beside", (*path, names[0]), message, key=True)

    def citations(self, document: Document, path: Path_, cites: Iterable[Cite] | None) -> tuple[Citation, ...]:
        """Resolve citations; one that names no known document or clause is a finding."""
        resolved: dict[tuple[str, str], Citation] = {}
        for index, cite in enumerate(cites or ()):
            here: Path_ = (*path, index)
            source = self.sources.get(cite.source)
            if source is None:
                if "sources" not in self.lost and cite.source not in self.broken | {UNREADABLE}:
                    hint = did_you_mean(cite.source, self.sources)
                    message = Text(
                        f"sources.yaml 中没有文件“{cite.source}”{hint.zh}",
                        f"sources.yaml has no document {cite.source!r}{hint.en}",
                    )
                    self.report(document, "cite-unknown-source", (*here, "source"), message)
            elif cite.clause not in source.clauses:
                if self.broken.isdisjoint((cite.clause, cite.source)):
                    hint = did_you_mean(cite.clause, source.clauses)
                    message = Text(
                        f"{source.number} 没有条款“{cite.clause}”{hint.zh}",
                        f"{source.number} has no clause {cite.clause!r}{hint.en}",
                    )
                    self.report(document, "cite-unknown-clause", (*here, "clause"), message)
            elif (cite.source, cite.clause) in resolved:
                message = Text(
                    f"{source.number} {cite.clause} 引了两次", f"{source.number} {cite.clause} is cited twice"
                )
                self.report(document, "cite-twice", here, message)
            else:
                resolved[cite.source, cite.clause] = Citation(source, cite.clause)
        for cited in resolved:
            self.citing.setdefault(cited, {})[document.file] = None
        return tuple(resolved.values())

    def unit(self, document: Document, path: Path_, written: str | None) -> Unit | None:
        """Read a unit, none given being a pure number; one that can't be read is a finding, and gives None."""
        if written is None:
            return PURE
        try:
            return parse_unit(written)
        except UnitError:
            hint = did_you_mean(written, KNOWN_UNITS)
            message = Text(f"无法识别单位“{written}”{hint.zh}", f"unknown unit {written!r}{hint.en}")
            self.report(document, "unit-unknown", path, message)
            return None

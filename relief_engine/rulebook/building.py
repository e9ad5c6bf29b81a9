"""Rulebook stage: what the builders of facts, standards and programmes share: citations, words, units, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from relief_engine.errors import Finding, did_you_mean
from relief_engine.rulebook.shapes import Cite, SourcesFile, Words
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


@dataclass(slots=True)
class Desk:
    """What is known while a rulebook is built: its sources, all findings so far, and names that are broken."""

    sources: dict[str, Source] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    cited: set[tuple[str, str]] = field(default_factory=set)
    #: A file of sources, or one of facts or standards, could not be read: what is missing from it is no second mistake.
    sources_incomplete: bool = False
    facts_incomplete: bool = False

    def report(self, document: Document, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        """Add a finding at a path of a document."""
        self.findings.append(Finding(code, document.where(path, key=key), message))

    def citations(self, document: Document, path: Path_, cites: Iterable[Cite] | None) -> tuple[Citation, ...]:
        """Resolve citations; one that names no known document or clause is a finding."""
        resolved = []
        for index, cite in enumerate(cites or ()):
            source = self.sources.get(cite.source)
            if source is None:
                if cite.source not in self.broken and not self.sources_incomplete:
                    hint = did_you_mean(cite.source, self.sources)
                    self.report(
                        document,
                        "cite-unknown-source",
                        (*path, index, "source"),
                        Text(
                            f"sources.yaml 中没有文件“{cite.source}”{hint.zh}",
                            f"sources.yaml has no document {cite.source!r}{hint.en}",
                        ),
                    )
            elif cite.clause not in source.clauses:
                hint = did_you_mean(cite.clause, source.clauses)
                self.report(
                    document,
                    "cite-unknown-clause",
                    (*path, index, "clause"),
                    Text(
                        f"{source.number} 没有条款“{cite.clause}”{hint.zh}",
                        f"{source.number} has no clause {cite.clause!r}{hint.en}",
                    ),
                )
            else:
                self.cited.add((cite.source, cite.clause))
                resolved.append(Citation(source, cite.clause))
        return tuple(resolved)

    def unit(self, document: Document, path: Path_, written: str | None) -> Unit:
        """Read a unit; one that can't be read is a finding, and counts as none."""
        if written is None:
            return PURE
        try:
            return parse_unit(written)
        except UnitError:
            hint = did_you_mean(written, KNOWN_UNITS)
            self.report(
                document,
                "unit-unknown",
                path,
                Text(f"无法识别单位“{written}”{hint.zh}", f"unknown unit {written!r}{hint.en}"),
            )
            return PURE


def build_sources(document: Document, file: SourcesFile, desk: Desk) -> Mapping[str, Source]:
    """The documents of ``sources.yaml``."""
    for index, shape in enumerate(file.sources):
        if shape.id in desk.sources:
            desk.report(
                document,
                "duplicate-source",
                ("sources", index, "id"),
                Text(f"文件“{shape.id}”重复", f"the source {shape.id!r} is declared twice"),
            )
            continue
        clauses: dict[str, Text] = {}
        for place, clause in enumerate(shape.clauses):
            if clause.id in clauses:
                desk.report(
                    document,
                    "duplicate-clause",
                    ("sources", index, "clauses", place, "id"),
                    Text(f"条款“{clause.id}”重复", f"the clause {clause.id!r} is listed twice"),
                )
            clauses[clause.id] = text(clause.about)
        if shape.expires is not None and shape.expires < shape.issued:
            desk.report(
                document,
                "dates-reversed",
                ("sources", index, "expires"),
                Text("失效日早于成文日", "the document expires before it is issued"),
            )
        desk.sources[shape.id] = Source(
            shape.id,
            shape.kind,
            shape.number,
            text(shape.title),
            text(shape.issuer),
            shape.issued,
            shape.expires,
            clauses,
        )
    return desk.sources

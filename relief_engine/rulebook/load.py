"""Rulebook stage, the door: a folder is read, checked as a whole, and becomes a :class:`Rulebook` or one error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from relief_engine.errors import Finding, Location, RulebookError
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.build_facts import build_facts
from relief_engine.rulebook.build_programme import build_programme
from relief_engine.rulebook.build_standards import build_class_map, build_code_list, build_size_table
from relief_engine.rulebook.building import Desk, build_sources
from relief_engine.rulebook.facts import AnyFact, Domain, SubjectFacts
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.shaped import shaped
from relief_engine.rulebook.source import Document, decode, digest
from relief_engine.rulebook.standards import ClassMap, CodeList, SizeTable, Standards
from relief_engine.text import Text

M = TypeVar("M", bound=BaseModel)
_STANDARDS: Mapping[str, type[s.CodeListFile | s.ClassMapFile | s.SizeTableFile]] = {
    "code_list": s.CodeListFile,
    "class_map": s.ClassMapFile,
    "size_table": s.SizeTableFile,
}
#: Files that are part of a rulebook, and so of its digest.
_PARTS = (".yaml", ".csv")
#: Worked cases stand beside the rules but do not change what they mean.
_CASES = ".cases.yaml"


def shipped_rules() -> Path:
    """The rulebook that comes with the package: inside it when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def rulebook_files(root: Path) -> dict[str, Path]:
    """The files of a rulebook by their relative POSIX path, without worked cases and hidden files."""
    return {
        path.relative_to(root).as_posix(): path
        for path in sorted(root.rglob("*"))
        if path.suffix in _PARTS
        and not path.name.endswith(_CASES)
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
        and path.is_file()
    }


def load_rulebook(root: Path | str | None = None) -> Rulebook:
    """Load and check a rulebook; the shipped one if no folder is given.

    Raises :class:`RulebookError` that carries every mistake in every file, each with file, line and column.
    """
    folder = Path(root) if root is not None else shipped_rules()
    rulebook, findings = read_rulebook(folder)
    if findings or rulebook is None:
        raise RulebookError(findings)
    return rulebook


def read_rulebook(root: Path) -> tuple[Rulebook | None, list[Finding]]:
    """The rulebook of a folder, if it could be built, and all findings."""
    if not root.is_dir():
        return None, [
            Finding(
                "rulebook-missing", Location(str(root)), Text("没有这个规则目录", "there is no such rulebook folder")
            )
        ]
    contents: dict[str, bytes] = {}
    desk = Desk()
    for name, path in rulebook_files(root).items():
        try:
            contents[name] = path.read_bytes()
        except OSError as error:
            desk.findings.append(
                Finding(
                    "file-unreadable",
                    Location(str(path)),
                    Text("无法读取文件", f"can't read the file: {error.strerror}"),
                )
            )
    return _Assembly(root, contents, desk).run()


class _Assembly:
    """Reads the files of one rulebook in the order in which they lean on each other."""

    def __init__(self, root: Path, contents: Mapping[str, bytes], desk: Desk) -> None:
        self.root = root
        self.contents = contents
        self.desk = desk
        self.facts: dict[str, AnyFact] = {}
        self.subjects: dict[s.Subject, SubjectFacts] = {}
        self.code_lists: dict[str, CodeList] = {}
        self.class_maps: dict[str, ClassMap] = {}
        self.size_tables: dict[str, SizeTable] = {}
        self.programmes: dict[str, Programme] = {}

    def run(self) -> tuple[Rulebook | None, list[Finding]]:
        names = [name for name in self.contents if name.endswith(".yaml")]
        sources = self.document("sources.yaml") if "sources.yaml" in self.contents else None
        if sources is None:
            self.desk.findings.append(
                Finding(
                    "rulebook-sources",
                    Location(str(self.root)),
                    Text("规则目录缺少 sources.yaml", "the folder has no sources.yaml"),
                )
            )
        else:
            file = self.shape(sources, s.SourcesFile)
            if file is not None:
                build_sources(sources, file, self.desk)
        self.desk.sources_incomplete = not self.desk.sources
        for name in (n for n in names if n.startswith("facts/")):
            self.read_facts(self.document(name))
        self.read_standards([self.document(name) for name in names if name.startswith("standards/")])
        for name in names:
            if name != "sources.yaml" and not name.startswith(("facts/", "standards/")):
                self.read_programme(self.document(name))
        if not self.programmes and not self.desk.findings:
            self.desk.findings.append(
                Finding(
                    "rulebook-empty",
                    Location(str(self.root)),
                    Text("规则目录中没有项目", "the folder has no programme"),
                )
            )
        rulebook = Rulebook(
            self.root, digest(self.contents), self.desk.sources, self.subjects, self.facts,
            Standards(self.code_lists, self.class_maps, self.size_tables), self.programmes,
        )  # fmt: skip
        return rulebook, sorted(set(self.desk.findings), key=lambda f: (f.where, f.code))

    def document(self, name: str) -> Document:
        return decode(self.contents[name], (self.root / name).as_posix())

    def shape(self, document: Document, shape: type[M]) -> M | None:
        result = shaped(document, shape) if not document.findings else None
        self.desk.findings.extend(document.findings)
        self.desk.broken |= document.broken
        return result

    def add(self, fact: AnyFact) -> None:
        if fact.id in self.facts:
            self.desk.findings.append(
                Finding(
                    "duplicate-fact",
                    fact.where,
                    Text(f"事实“{fact.id}”重复", f"the fact {fact.id!r} is declared twice"),
                )
            )
        self.facts[fact.id] = fact

    def read_facts(self, document: Document) -> None:
        file = self.shape(document, s.FactsFile)
        if file is None:
            self.desk.facts_incomplete = True
            return
        built = build_facts(document, file, self.desk)
        self.subjects[file.subject] = built
        for fact in (*built.facts, *built.derived):
            self.add(fact)

    def read_standards(self, documents: list[Document]) -> None:
        shaped_files: list[tuple[Document, s.CodeListFile | s.ClassMapFile | s.SizeTableFile]] = []
        for document in documents:
            kind = str(document.value.get("kind", "code_list")) if isinstance(document.value, dict) else "code_list"
            if kind not in _STANDARDS:
                known = "、".join(_STANDARDS)
                words = Text(f"“{kind}”不是标准的类别；可用：{known}", f"expected one of {', '.join(_STANDARDS)}")
                self.desk.report(document, "shape-value", ("kind",), words)
                self.desk.facts_incomplete = True
                continue
            shape = _STANDARDS[kind]
            file = self.shape(document, shape)
            if file is not None:
                shaped_files.append((document, file))
            else:
                self.desk.facts_incomplete = True
        seen: set[str] = set()
        for document, file in shaped_files:
            if file.standard in seen:
                self.desk.report(
                    document,
                    "duplicate-standard",
                    ("standard",),
                    Text(f"标准“{file.standard}”重复", f"the standard {file.standard!r} is declared twice"),
                )
            seen.add(file.standard)
            if isinstance(file, s.CodeListFile):
                self.code_lists[file.standard] = build_code_list(document, file, Path(document.file).parent, self.desk)
        for document, file in shaped_files:
            folder = Path(document.file).parent
            if isinstance(file, s.ClassMapFile):
                built = build_class_map(document, file, folder, self.code_lists, self.facts, self.desk)
                if built is not None:
                    self.class_maps[built.id] = built
                    for fact in built.facts:
                        self.add(fact)
            elif isinstance(file, s.SizeTableFile):
                table = build_size_table(document, file, folder, self.code_lists, self.facts, self.desk)
                if table is not None:
                    self.size_tables[table.id] = table
                    self.class_maps[table.sectors.id] = table.sectors
                    for sector in table.sectors.facts:
                        self.add(sector)
                    for size in table.facts:
                        self.add(size)

    def read_programme(self, document: Document) -> None:
        file = self.shape(document, s.ProgrammeFile)
        if file is None:
            return
        domains: list[Domain] = [d for f in self.facts.values() if (d := getattr(f, "domain", None)) is not None]
        built = build_programme(document, file, self.facts, domains, self.desk)
        if file.programme in self.programmes:
            self.desk.report(
                document,
                "duplicate-programme",
                ("programme",),
                Text(f"项目“{file.programme}”重复", f"the programme {file.programme!r} is declared twice"),
            )
        if built is not None:
            self.programmes[file.programme] = built

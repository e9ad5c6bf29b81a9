"""Rulebook stage: the files of one rulebook, read in the order in which they lean on each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook import standard_shapes as ss
from relief_engine.rulebook.bench import Bench
from relief_engine.rulebook.build_codes import build_code_list
from relief_engine.rulebook.build_facts import build_facts, build_kind
from relief_engine.rulebook.build_programme import build_programme
from relief_engine.rulebook.build_sources import build_sources
from relief_engine.rulebook.build_standards import build_class_map, build_size_table, check_codes
from relief_engine.rulebook.building import Desk, Everything
from relief_engine.rulebook.facts import AnyFact, Domain, SubjectFacts, SubjectKind
from relief_engine.rulebook.folder import form_files, kind_of, place_of
from relief_engine.rulebook.model import LEDGER, Rulebook
from relief_engine.rulebook.periods import Dated
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.programme_shapes import ProgrammeFile
from relief_engine.rulebook.shaped import shaped
from relief_engine.rulebook.source import Document, decode, digest
from relief_engine.rulebook.standards import ClassMap, CodeList, SizeTable, Standards
from relief_engine.rulebook.tables import Tables
from relief_engine.rulebook.terms import APPLICANT, Subject
from relief_engine.text import Text

M = TypeVar("M", bound=BaseModel)
StandardFile = ss.CodeListFile | ss.ClassMapFile | ss.SizeTableFile
_STANDARDS: Mapping[str, type[StandardFile]] = {
    "code_list": ss.CodeListFile,
    "class_map": ss.ClassMapFile,
    "size_table": ss.SizeTableFile,
}
#: What a file that can't be read seems to define: the ids in it, and the keys near its margin.
_IDS = re.compile(r"\b(?:id|fact|sector_fact|standard)\s*:\s*[\"']?([^\s,\"'{}]+)")
_SUBJECT = re.compile(r"^subject\s*:\s*([a-z_]+)", re.MULTILINE)
_KEYS = re.compile(r"^ {0,8}([^\s:#]+):", re.MULTILINE)


class Assembly:
    """Reads the files of one rulebook in the order in which they lean on each other."""

    def __init__(self, root: Path, contents: Mapping[str, bytes], desk: Desk) -> None:
        self.root = root
        self.contents = contents
        self.desk = desk
        self.tables = Tables(contents, root)
        self.facts: dict[str, AnyFact] = {}
        self.subjects: dict[Subject, SubjectFacts] = {}
        self.fact_files: list[tuple[Document, s.FactsFile]] = []
        self.code_lists: dict[str, CodeList] = {}
        self.class_maps: dict[str, ClassMap] = {}
        self.size_tables: dict[str, Dated[SizeTable]] = {}
        self.programmes: dict[str, Programme] = {}
        #: The id of the programme or standard in each file that was read.
        self.ids: dict[str, str] = {}

    def run(self, *, with_ledger: bool) -> tuple[Rulebook, list[Finding]]:
        """The rulebook and all findings, in the order of the files; those of the ledger only if it is to be read."""
        names = [name for name in self.contents if name.endswith(".yaml")]
        self.read_sources([name for name in names if kind_of(name) == "sources"])
        self.read_facts([name for name in names if kind_of(name) == "facts"])
        before = len(self.desk.findings)
        self.read_standards([name for name in names if kind_of(name) == "standards"])
        if len(self.desk.findings) == before:
            self.report_unused_tables()
        domains: list[Domain] = [d for f in self.facts.values() if (d := getattr(f, "domain", None)) is not None]
        for name in names:
            if kind_of(name) == "programmes":
                self.read_programme(name, domains)
        if not self.programmes and not self.desk.findings:
            self.report("rulebook-empty", Text("规则目录中没有项目", "the folder has no programme"))
        rulebook = Rulebook(
            self.root, digest(self.contents), self.desk.sources, self.subjects, self.facts,
            Standards(self.code_lists, self.class_maps, self.size_tables), self.programmes, self.citing(),
            self.contents.get(LEDGER), form_files(self.contents),
        )  # fmt: skip
        if with_ledger:
            from relief_engine.rulebook.build_forms import read_forms
            from relief_engine.rulebook.build_ledger import read_ledger

            read_ledger(rulebook, self.desk)
            read_forms(rulebook, self.desk)
        return rulebook, sorted(dict.fromkeys(self.desk.findings), key=lambda f: (f.where, f.code))

    def citing(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The ids of the programmes and standards that cite each clause."""
        return {
            cited: tuple(self.ids[file] for file in files if file in self.ids)
            for cited, files in self.desk.citing.items()
        }

    def report(self, code: str, message: Text, name: str = "") -> None:
        """Add a finding about a file, or about the folder as a whole."""
        self.desk.findings.append(Finding(code, Location(place_of(self.root, name)), message))

    def document(self, name: str) -> Document:
        """One file, parsed."""
        return decode(self.contents[name], place_of(self.root, name))

    def shape(self, name: str, document: Document, shape: type[M]) -> M | None:
        """The file in its shape. What it lacks for mistakes is noted, so that nobody reports it missing."""
        # Of a key that is there twice nobody knows which value is meant.
        ambiguous = bool(document.findings)
        file = shaped(document, shape) if document.complete else None
        if file is None or ambiguous:
            self.lose(name, document)
            return None
        self.desk.findings.extend(document.findings)
        self.note(name, document)
        return file

    def lose(self, name: str, document: Document) -> None:
        """Note what a file that can't be read seems to define."""
        self.desk.findings.extend(document.findings)
        seeming = set(_IDS.findall(document.text))
        if document.complete or not seeming:
            self.desk.lost.add(kind_of(name))
        document.broken |= seeming | set(_KEYS.findall(document.text))
        self.note(name, document)

    def note(self, name: str, document: Document) -> None:
        """Make a file's broken names known to all that may lean on them."""
        if kind_of(name) != "programmes":
            self.desk.broken |= document.broken
        if document.nameless:
            self.desk.lost.add(kind_of(name))

    def read_sources(self, names: list[str]) -> None:
        """Read what everything else cites."""
        if not names:
            if "sources" not in self.desk.lost:
                self.report("rulebook-sources", Text("规则目录缺少 sources.yaml", "the folder has no sources.yaml"))
            self.desk.lost.add("sources")
            return
        for name in names:
            document = self.document(name)
            file = self.shape(name, document, s.SourcesFile)
            if file is not None:
                build_sources(document, file, self.desk)

    def read_facts(self, names: list[str]) -> None:
        """Read the facts: for each kind of subject the file that introduces it, then those that add to it."""
        if not names and "facts" not in self.desk.lost:
            self.report("rulebook-facts", Text("规则目录缺少 facts/*.yaml", "the folder has no facts/*.yaml"))
            self.desk.lost.add("facts")
        self.desk.facts_unread = "facts" in self.desk.lost
        unread: list[Document] = []
        for name in names:
            document = self.document(name)
            file = self.shape(name, document, s.FactsFile)
            if file is None:
                self.desk.facts_unread = True
                unread.append(document)
            else:
                self.desk.broken |= {f"{file.subject}.{broken}" for broken in document.broken}
                self.fact_files.append((document, file))
        self.add_kinds()
        # The file that introduces a kind of subject comes first: its facts are asked first.
        for document, file in sorted(self.fact_files, key=lambda item: item[1].label is None):
            if file.subject in self.subjects:
                built = build_facts(document, file, self.subjects[file.subject], self.desk)
                self.subjects[file.subject] = built
                self.facts |= {fact.id: fact for fact in (*built.facts, *built.derived)}
        for document in unread:
            of = {*_SUBJECT.findall(document.text), *self.subjects}
            self.desk.broken |= {f"{subject}.{broken}" for subject in of for broken in document.broken}
        if "facts" in self.desk.lost:
            self.desk.broken_subjects = Everything()
        elif APPLICANT not in self.subjects and not self.desk.facts_unread:
            message = Text("没有 applicant 的事实文件", "there is no file of facts of an applicant")
            self.report("rulebook-facts", message, "facts")
            self.desk.broken_subjects = frozenset({APPLICANT})

    def add_kinds(self) -> None:
        """Note the kinds of subject that fact files introduce; each is introduced once, and under a key of its own."""
        lists: dict[str, str] = {}
        for document, file in self.fact_files:
            kind = build_kind(document, file, self.desk)
            if kind is None:
                continue
            if kind.id in self.subjects:
                message = Text(
                    f"{kind.id} 已在另一个文件中声明；补充事实的文件不写“label”",
                    f"a {kind.id} is introduced elsewhere; a file that adds facts has no 'label'",
                )
                self.desk.report(document, "duplicate-subject", ("label",), message, key=True)
                continue
            if kind.list is not None and lists.setdefault(kind.list, kind.id) != kind.id:
                message = Text(
                    f"“{kind.list}”已用于 {lists[kind.list]}", f"{kind.list!r} lists {lists[kind.list]} already"
                )
                self.desk.report(document, "duplicate-subject", ("list",), message)
            self.subjects[kind.id] = SubjectFacts(kind, (), (), ())
        if self.desk.facts_unread:
            return
        for document, file in self.fact_files:
            if file.subject not in self.subjects and document.broken.isdisjoint({"label", "subject"}):
                hint = did_you_mean(file.subject, self.subjects)
                message = Text(
                    f"没有文件（用“label”）声明 {file.subject} 是什么{hint.zh}",
                    f"no file says with 'label' what a {file.subject} is{hint.en}",
                )
                self.desk.report(document, "unknown-subject", ("subject",), message)

    def read_standards(self, names: list[str]) -> None:
        """Read the code lists, then the classifications that lean on them and on facts."""
        files: list[tuple[str, Document, StandardFile]] = []
        for name in names:
            document = self.document(name)
            shape = _standard_shape(document) if document.complete else None
            if shape is None:
                self.lose(name, document)
                continue
            file = self.shape(name, document, shape)
            if file is not None:
                files.append((name, document, file))
        if "standards" in self.desk.lost:
            self.desk.broken_subjects = Everything()
        seen: set[str] = set()
        for name, document, file in files:
            if file.standard in seen:
                message = Text(f"标准“{file.standard}”重复", f"the standard {file.standard!r} is declared twice")
                self.desk.report(document, "duplicate-standard", ("standard",), message)
            seen.add(file.standard)
            self.ids[document.file] = file.standard
            if isinstance(file, ss.CodeListFile):
                codes = build_code_list(document, name, file, self.tables, self.desk)
                if codes is not None:
                    self.code_lists[codes.id] = codes
                else:
                    self.desk.broken.add(file.standard)
        for name, document, file in files:
            bench = Bench(document, name, self.tables, self.code_lists, self.facts, self.desk)
            if isinstance(file, ss.ClassMapFile):
                self.add_class_map(build_class_map(bench, file))
            elif isinstance(file, ss.SizeTableFile):
                editions = build_size_table(bench, file)
                if editions is not None:
                    _, table = editions.versions[0]
                    self.size_tables[table.id] = editions
                    self.add_class_map(table.sectors)
                    self.facts |= {fact.id: fact for fact in table.facts}
        check_codes(self.fact_files, self.code_lists, self.desk)

    def add_class_map(self, built: ClassMap | None) -> None:
        """Keep a classification and the facts that it derives."""
        if built is not None:
            self.class_maps[built.id] = built
            self.facts |= {fact.id: fact for fact in built.facts}

    def read_programme(self, name: str, domains: list[Domain]) -> None:
        """Read one programme; ``domains`` are all choices that any fact has."""
        document = self.document(name)
        if self.is_misplaced(document):
            self.lose(name, document)
            return
        file = self.shape(name, document, ProgrammeFile)
        if file is None:
            return
        if file.programme in self.programmes:
            other = Path(self.programmes[file.programme].where.file).name
            message = Text(
                f"项目“{file.programme}”重复，另见 {other}", f"the programme {file.programme!r} is in {other} already"
            )
            self.desk.report(document, "duplicate-programme", ("programme",), message)
        if file.subject not in self.subjects and not self.desk.facts_unread:
            message = Text(f"没有 {file.subject} 的事实文件", f"there is no file of facts of a {file.subject}")
            self.desk.report(document, "unknown-subject", ("subject",), message)
            return
        self.ids[document.file] = file.programme
        known = self.subjects.get(file.subject)
        # Where a file of facts can't be read nobody knows what the subject is called.
        kind = SubjectKind(file.subject, Text("", ""), None, "") if known is None else known.kind
        built = build_programme(document, file, kind, self.facts, domains, self.size_tables, self.desk)
        if built is not None:
            self.programmes[file.programme] = built

    def is_misplaced(self, document: Document) -> bool:
        """Whether a file that stands where programmes do is of another kind; then it is a finding."""
        keys = document.value if isinstance(document.value, dict) else {}
        places = {
            "facts": "facts/",
            "standard": "standards/",
            "sources": "sources.yaml",
            "documents": LEDGER,
            "form": "forms/",
        }
        # A form names its programme.
        named = "programme" in keys and "form" not in keys
        place = next((place for key, place in places.items() if key in keys and not named), None)
        if place is not None and document.complete:
            message = Text(
                f"这种内容应放在 {place}，或缺少键“programme”", f"this belongs to {place}, or lacks 'programme'"
            )
            document.report("file-misplaced", (), message)
        return place is not None

    def report_unused_tables(self) -> None:
        """Report tables that no standard names: they look like rules, and are none."""
        for name in self.tables.contents:
            if name not in self.tables.used:
                self.report("file-unused", Text("没有标准引用这个表格", "no standard names this table"), name)


def _standard_shape(document: Document) -> type[StandardFile] | None:
    """The shape of a standard, by its kind; None, and a finding, if it has none that is known."""
    if not isinstance(document.value, dict):
        return ss.CodeListFile
    kind = document.value.get("kind")
    if isinstance(kind, str) and kind in _STANDARDS:
        return _STANDARDS[kind]
    hint = did_you_mean(str(kind), _STANDARDS)
    listed = "、".join(_STANDARDS)
    if kind is None:
        document.report(
            "shape-missing-key", (), Text(f"缺少键“kind”（{listed}）", f"missing: kind ({', '.join(_STANDARDS)})")
        )
    else:
        message = Text(f"没有这种标准，可用：{listed}{hint.zh}", f"expected one of {', '.join(_STANDARDS)}{hint.en}")
        document.report("shape-value", ("kind",), message)
    return None

"""Rulebook stage: what the builders of one standard share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relief_engine.rulebook import standards as st
from relief_engine.rulebook.build_codes import classified
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.facts import AnyFact, Domain, Fact
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.tables import Table, Tables
from relief_engine.text import Text

INDICATOR = Text("指标", "indicator")


class Bench:
    """What the builders of one standard share: its document, the name of the file, and what it may lean on."""

    def __init__(
        self,
        document: Document,
        name: str,
        tables: Tables,
        codes: Mapping[str, st.CodeList],
        facts: Mapping[str, AnyFact],
        desk: Desk,
    ) -> None:
        self.document = document
        self.name = name
        self.tables = tables
        self.codes = codes
        self.facts = facts
        self.desk = desk

    def report(self, code: str, path: Path_, message: Text) -> None:
        """Add a finding at a path of the file."""
        self.desk.report(self.document, code, path, message)

    def code_list(self, name: str) -> st.CodeList | None:
        """The code list of that name; None, and a finding, if there is none."""
        found = self.codes.get(name)
        if found is None and "standards" not in self.desk.lost:
            what = Text("代码表", "code list")
            self.desk.unknown(self.document, "unknown-standard", ("codes",), name, self.codes, what)
        return found

    def fact(self, path: Path_, name: str, types: Sequence[str], what: Text) -> Fact | None:
        """The fact of that name if it has one of those types; None, and a finding, if not."""
        fact = self.facts.get(name)
        if isinstance(fact, Fact) and fact.type in types:
            return fact
        if fact is not None:
            message = Text(f"“{name}”不是{what.zh}", f"{name!r} is not a {what.en}")
            self.report("fact-type", path, message)
            return None
        if name.partition(".")[0] in self.desk.broken_subjects:
            return None
        known = [f.id for f in self.facts.values() if isinstance(f, Fact) and f.type in types]
        self.desk.unknown(self.document, "unknown-fact", path, name, known, what)
        return None

    def derived(self, path: Path_, name: str) -> bool:
        """Whether the name of a derived fact is free and of a subject that there is."""
        subject = name.partition(".")[0]
        if name in self.facts:
            self.report("duplicate-fact", path, Text(f"事实“{name}”重复", f"the fact {name!r} is there twice"))
            return False
        known = {fact.id.partition(".")[0] for fact in self.facts.values()}
        if subject not in known and subject not in self.desk.broken_subjects and not self.desk.facts_unread:
            message = Text(f"没有 {subject} 的事实文件", f"there is no file of facts of a {subject}")
            self.report("unknown-subject", path, message)
            return False
        return True

    def classes(
        self, codes: st.CodeList, table: Table, domain: Domain
    ) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
        """The possible classes of every code and of an unknown one."""
        positions = {name: index for index, name in enumerate(domain.ids)}
        damaged = bool(self.document.findings)
        return classified(codes, table, positions, self.desk, damaged=damaged)

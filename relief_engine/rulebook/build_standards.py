"""Rulebook stage: standard files and their CSV tables become classifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from relief_engine.rulebook import standard_shapes as s
from relief_engine.rulebook import standards as st
from relief_engine.rulebook.build_codes import classified
from relief_engine.rulebook.building import Desk, text
from relief_engine.rulebook.facts import AnyFact, ClassFact, Domain, Fact, SizeFact
from relief_engine.rulebook.shapes import FactsFile
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.tables import Table, Tables
from relief_engine.rulebook.terms import Subject
from relief_engine.rulebook.units import in_words
from relief_engine.text import Text


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


def build_class_map(bench: Bench, file: s.ClassMapFile) -> st.ClassMap | None:
    """A classification of codes from its CSV (columns prefix, class)."""
    document = bench.document
    citations = bench.desk.citations(document, ("cite",), file.cite)
    bench.desk.twice(document, "duplicate-class", ("classes",), file.classes, Text("类别", "class"))
    listed = bench.code_list(file.codes)
    domain = Domain(file.standard, tuple(c.id for c in file.classes), tuple(text(c.label) for c in file.classes))
    table = bench.tables.read(document, ("file",), bench.name, file.file, ("prefix", "class"), bench.desk)
    derived: list[ClassFact] = []
    for index, item in enumerate(file.derives):
        path: Path_ = ("derives", index)
        code = bench.fact((*path, "code"), item.code, ("industry_code",), _CODE)
        if bench.derived((*path, "fact"), item.fact) and code is not None:
            where = document.where(path)
            derived.append(
                ClassFact(item.fact, subject_of(item.fact), text(item.label), domain, code.id, file.standard, where)
            )
        else:
            bench.desk.broken.add(item.fact)
    if listed is None or table is None:
        bench.desk.broken.update(item.fact for item in file.derives)
        return None
    candidates, everything = bench.classes(listed, table, domain)
    return st.ClassMap(
        file.standard, text(file.title), listed, domain, candidates, everything, tuple(derived), citations,
        document.where(()),
    )  # fmt: skip


def build_size_table(bench: Bench, file: s.SizeTableFile) -> st.SizeTable | None:
    """A size classification: its rows, and the sectors that lead codes to them (columns prefix, class)."""
    document, desk = bench.document, bench.desk
    citations = desk.citations(document, ("cite",), file.cite)
    desk.twice(document, "duplicate-class", ("classes",), file.classes, Text("类别", "class"))
    desk.twice(document, "duplicate-row", ("rows",), file.rows, Text("行", "row"), (file.uncovered.id,))
    desk.twice(document, "duplicate-indicator", ("indicators",), file.indicators, Text("指标", "indicator"))
    uncovered, none = file.uncovered.id, text(file.uncovered.label)
    if uncovered in [c.id for c in file.classes]:
        message = Text(f"类别“{uncovered}”重复", f"the class {uncovered!r} is there twice")
        bench.report("duplicate-class", ("uncovered", "id"), message)
    sector_domain = Domain(
        f"{file.standard}.sector",
        (*(row.id for row in file.rows), uncovered),
        (*(text(r.label) for r in file.rows), none),
    )
    domain = Domain(
        file.standard, (*(c.id for c in file.classes), uncovered), (*(text(c.label) for c in file.classes), none)
    )
    size_facts, sector_facts = _derived(bench, file, domain, sector_domain)
    rows = _Rows(bench, file)
    built = tuple(rows.row(("rows", index), row) for index, row in enumerate(file.rows))
    listed = bench.code_list(file.codes)
    table = bench.tables.read(document, ("sectors",), bench.name, file.sectors, ("prefix", "class"), desk)
    if listed is None or table is None:
        desk.broken.update(name for item in file.derives for name in (item.fact, item.sector_fact) if name)
        return None
    candidates, everything = bench.classes(listed, table, sector_domain)
    reached = {name for _, (_, name) in table.rows}
    for index, row in enumerate(file.rows):
        if row.id not in reached:
            message = Text(f"没有代码归入行“{row.id}”", f"no code leads to the row {row.id!r}")
            bench.report("row-unused", ("rows", index, "id"), message)
    sectors = st.ClassMap(
        sector_domain.name, text(file.title), listed, sector_domain, candidates, everything, sector_facts, citations,
        document.where(("sectors",)),
    )  # fmt: skip
    indicators = {i.id: text(i.label) for i in file.indicators}
    where = document.where(())
    return st.SizeTable(
        file.standard, text(file.title), domain, sectors, built, indicators, size_facts, citations, where
    )


def _derived(
    bench: Bench, file: s.SizeTableFile, domain: Domain, sector_domain: Domain
) -> tuple[tuple[SizeFact, ...], tuple[ClassFact, ...]]:
    """The size facts and sector facts that the file declares."""
    sizes: list[SizeFact] = []
    sectors: list[ClassFact] = []
    indicators = [i.id for i in file.indicators]
    for index, item in enumerate(file.derives):
        path: Path_ = ("derives", index)
        code = bench.fact((*path, "code"), item.code, ("industry_code",), _CODE)
        pairs: list[tuple[str, str]] = []
        for name, fact_id in item.indicators.items():
            here: Path_ = (*path, "indicators", name)
            if name not in indicators:
                bench.desk.unknown(bench.document, "unknown-indicator", here, name, indicators, _INDICATOR)
            elif bench.fact(here, fact_id, ("count", "amount", "number"), _FIGURE) is not None:
                pairs.append((name, fact_id))
        free = bench.derived((*path, "fact"), item.fact)
        free = (item.sector_fact is None or bench.derived((*path, "sector_fact"), item.sector_fact)) and free
        if code is None or not free or len(pairs) < len(item.indicators):
            bench.desk.broken.update(name for name in (item.fact, item.sector_fact) if name)
            continue
        where = bench.document.where(path)
        sizes.append(
            SizeFact(
                item.fact, subject_of(item.fact), text(item.label), domain, code.id, file.standard, tuple(pairs), where
            )
        )
        if item.sector_fact is not None:
            subject = subject_of(item.sector_fact)
            sectors.append(
                ClassFact(
                    item.sector_fact, subject, text(file.title), sector_domain, code.id, sector_domain.name, where
                )
            )
    return tuple(sizes), tuple(sectors)


class _Rows:
    """Builds the rows of one size table."""

    def __init__(self, bench: Bench, file: s.SizeTableFile) -> None:
        self.bench = bench
        self.classes = [c.id for c in file.classes]
        self.indicators = [i.id for i in file.indicators]
        self.readers = {
            i: [bench.facts.get(d.indicators[i]) for d in file.derives if i in d.indicators] for i in self.indicators
        }

    def row(self, path: Path_, shape: s.RowShape) -> st.Row:
        """One sector with the limits of its indicators."""
        bench = self.bench
        limits: list[st.Limit] = []
        seen: set[str] = set()
        for index, limit in enumerate(shape.limits):
            here: Path_ = (*path, "limits", index)
            if limit.indicator not in self.indicators:
                bench.desk.unknown(
                    bench.document,
                    "unknown-indicator",
                    (*here, "indicator"),
                    limit.indicator,
                    self.indicators,
                    _INDICATOR,
                )
            elif limit.indicator in seen:
                message = Text(f"指标“{limit.indicator}”重复", f"the indicator {limit.indicator!r} is there twice")
                bench.report("duplicate-indicator", (*here, "indicator"), message)
            else:
                seen.add(limit.indicator)
                built = self.limit(here, limit)
                limits.extend([built] if built is not None else [])
        citations = bench.desk.citations(bench.document, (*path, "cite"), shape.cite)
        return st.Row(shape.id, text(shape.label), tuple(limits), citations, bench.document.where(path))

    def limit(self, path: Path_, shape: s.LimitShape) -> st.Limit | None:
        """The lower limits of one indicator; None, and a finding, if they are not right."""
        bench = self.bench
        unit = bench.desk.unit(bench.document, (*path, "unit"), shape.unit)
        if unit is None:
            return None
        denominator = 1
        for fact in self.readers[shape.indicator]:
            if isinstance(fact, Fact) and fact.unit is not None:
                denominator = fact.denominator
                if not fact.unit.same_kind(unit):
                    message = Text(
                        f"单位 {in_words(unit).zh} 与 {fact.id} 的单位 {in_words(fact.unit).zh} 不一致",
                        f"the unit {in_words(unit).en} does not fit {fact.id} in {in_words(fact.unit).en}",
                    )
                    bench.report("unit-mismatch", (*path, "unit"), message)
                    return None
        wanted = self.classes[1:]
        if list(shape.at_least) != wanted:
            message = Text(
                f"应依次给出 {'、'.join(wanted)} 的下限",
                f"expected the lower limits of {', '.join(wanted)}, in this order",
            )
            bench.report("limit-classes", (*path, "at_least"), message)
            return None
        printed = tuple(Fraction(value) for value in shape.at_least.values())
        if printed[0] <= 0 or any(a >= b for a, b in pairwise(printed)):
            message = Text("各档下限应大于 0 并依次增大", "the lower limits must be positive and ascend")
            bench.report("limits-not-ascending", (*path, "at_least"), message)
            return None
        bounds = [value * unit.scale * denominator for value in printed]
        if any(bound.denominator != 1 for bound in bounds):
            message = Text("下限太细，超出了指标的精度", "a limit is finer than the indicator's figures")
            bench.report("limit-precision", (*path, "at_least"), message)
            return None
        where = bench.document.where((*path, "at_least"))
        return st.Limit(shape.indicator, unit, tuple(int(bound) for bound in bounds), printed, where)


def check_codes(documents: Sequence[tuple[Document, FactsFile]], codes: Mapping[str, st.CodeList], desk: Desk) -> None:
    """Report facts that hold codes of a list that there is not."""
    for document, file in documents:
        for index, fact in enumerate(file.facts):
            if fact.codes is not None and fact.codes not in codes and "standards" not in desk.lost:
                path: Path_ = ("facts", index, "codes")
                desk.unknown(document, "unknown-standard", path, fact.codes, codes, Text("代码表", "code list"))


_CODE = Text("代码类事实", "fact that holds a code")
_FIGURE = Text("数值类事实", "figure")
_INDICATOR = Text("指标", "indicator")


def subject_of(fact: str) -> Subject:
    """The subject that a fact's id begins with."""
    return fact.partition(".")[0]

"""Rulebook stage: standard files and their CSV tables become classifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relief_engine.rulebook import standard_shapes as s
from relief_engine.rulebook import standards as st
from relief_engine.rulebook.bench import INDICATOR, Bench
from relief_engine.rulebook.build_size_rows import Rows
from relief_engine.rulebook.building import Desk, text
from relief_engine.rulebook.facts import ClassFact, Domain, SizeFact
from relief_engine.rulebook.periods import Dated
from relief_engine.rulebook.shapes import FactsFile
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.terms import Subject
from relief_engine.text import Text


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


def build_size_table(bench: Bench, file: s.SizeTableFile) -> Dated[st.SizeTable] | None:
    """A size classification in time: its rows, and the sectors that lead codes to them (columns prefix, class).

    The editions differ in the limits of their rows and in nothing else; together they cover all days.
    """
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
    editions = Rows(bench, file).editions()
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
    title = text(file.title)
    return Dated(
        tuple(
            (
                period,
                st.SizeTable(file.standard, title, domain, sectors, rows, indicators, size_facts, citations, where),
            )
            for period, rows in editions.versions
        )
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
                bench.desk.unknown(bench.document, "unknown-indicator", here, name, indicators, INDICATOR)
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


def check_codes(documents: Sequence[tuple[Document, FactsFile]], codes: Mapping[str, st.CodeList], desk: Desk) -> None:
    """Report facts that hold codes of a list that there is not."""
    for document, file in documents:
        for index, fact in enumerate(file.facts):
            if fact.codes is not None and fact.codes not in codes and "standards" not in desk.lost:
                path: Path_ = ("facts", index, "codes")
                desk.unknown(document, "unknown-standard", path, fact.codes, codes, Text("代码表", "code list"))


_CODE = Text("代码类事实", "fact that holds a code")
_FIGURE = Text("数值类事实", "figure")


def subject_of(fact: str) -> Subject:
    """The subject that a fact's id begins with."""
    return fact.partition(".")[0]

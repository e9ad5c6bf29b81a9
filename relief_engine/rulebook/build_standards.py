"""Rulebook stage: standard files and their CSV tables become code lists and classifications."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook import standards as st
from relief_engine.rulebook.building import Desk, text
from relief_engine.rulebook.facts import AnyFact, ClassFact, Domain, Fact, SizeFact
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.units import PURE
from relief_engine.text import Text


def read_table(path: Path, label: str, columns: tuple[str, ...], desk: Desk) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV with their line numbers; a missing file or column is a finding."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        desk.findings.append(
            Finding("table-unreadable", Location(label), Text("无法读取表格", f"can't read the table: {error}"))
        )
        return []
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        names = next(reader, [])
        missing = [column for column in columns if column not in names]
        if missing:
            words = Text(f"表格缺少列：{'、'.join(missing)}", f"the table lacks the columns {', '.join(missing)}")
            desk.findings.append(Finding("table-columns", Location(label, 1, 1), words))
            return []
        places = [(column, names.index(column)) for column in columns]
        width = max(place for _, place in places)
        for row in reader:
            if len(row) > width:
                rows.append((reader.line_num, {column: row[place] for column, place in places}))
            elif row:
                words = Text("这一行缺少列", "the row lacks columns")
                desk.findings.append(Finding("table-row", Location(label, reader.line_num, 1), words))
    except csv.Error as error:
        words = Text("表格写法有误", f"not a valid table: {error}")
        desk.findings.append(Finding("table-row", Location(label, max(reader.line_num, 1), 1), words))
    return rows


def build_code_list(document: Document, file: s.CodeListFile, folder: Path, desk: Desk) -> st.CodeList:
    """A code list from its CSV (columns code, level, name, parent)."""
    label = f"{Path(document.file).parent.as_posix()}/{file.file}"
    rows = read_table(folder / file.file, label, ("code", "level", "name", "parent"), desk)
    positions: dict[str, int] = {}
    kept: list[tuple[int, dict[str, str]]] = []
    for line, row in rows:
        where = Location(label, line, 1)
        if row["code"] in positions:
            words = Text(f"代码 {row['code']} 重复", f"the code {row['code']} is listed twice")
            desk.findings.append(Finding("duplicate-code", where, words))
        elif row["level"] not in ("1", "2", "3", "4"):
            words = Text(f"层级“{row['level']}”应为1至4", f"the level {row['level']!r} must be 1 to 4")
            desk.findings.append(Finding("code-level", where, words))
            positions[row["code"]] = -1
        else:
            positions[row["code"]] = len(kept)
            kept.append((line, row))
    below: list[list[int]] = [[] for _ in kept]
    for index, (line, row) in enumerate(kept):
        if not row["parent"]:
            continue
        parent = positions.get(row["parent"])
        if parent is None:
            words = Text(f"没有上级代码 {row['parent']}", f"there is no parent code {row['parent']}")
            desk.findings.append(Finding("unknown-parent", Location(label, line, 1), words))
        elif parent >= 0 and int(kept[parent][1]["level"]) >= int(row["level"]):
            # Levels that only descend also keep a code from standing below itself.
            words = Text(f"上级代码 {row['parent']} 的层级不高于本行", f"the parent {row['parent']} is no level above")
            desk.findings.append(Finding("code-level", Location(label, line, 1), words))
        elif parent >= 0:
            below[parent].append(index)
    codes = tuple(
        st.Code(row["code"], int(row["level"]), row["name"], row["parent"], tuple(children))
        for (_line, row), children in zip(kept, below, strict=True)
    )
    return st.CodeList(
        file.standard, text(file.title), codes, positions, desk.citations(document, ("cite",), file.cite)
    )


def classified(
    codes: st.CodeList, table: list[tuple[int, dict[str, str]]], label: str, classes: Mapping[str, int], desk: Desk
) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """The candidates of every code by the longest prefix, and of an unknown code; those without one are findings."""
    direct: dict[int, int] = {}
    for line, row in table:
        index = classes.get(row["class"])
        position = codes.positions.get(row["prefix"])
        if position is None:
            desk.findings.append(
                Finding(
                    "unknown-code",
                    Location(label, line, 1),
                    Text(f"没有代码 {row['prefix']}", f"there is no code {row['prefix']}"),
                )
            )
        elif index is None:
            hint = did_you_mean(row["class"], classes)
            desk.findings.append(
                Finding(
                    "unknown-class",
                    Location(label, line, 1),
                    Text(f"没有类别“{row['class']}”{hint.zh}", f"there is no class {row['class']!r}{hint.en}"),
                )
            )
        elif position in direct:
            desk.findings.append(
                Finding(
                    "duplicate-prefix",
                    Location(label, line, 1),
                    Text(f"前缀 {row['prefix']} 重复", f"the prefix {row['prefix']} is listed twice"),
                )
            )
        else:
            direct[position] = index
    found: list[tuple[int, ...]] = [()] * len(codes.codes)
    lost: list[str] = []

    def settle(position: int, inherited: int | None) -> frozenset[int]:
        own = direct.get(position, inherited)
        below = codes.codes[position].children
        if not below:
            if own is None:
                lost.append(codes.codes[position].id)
                return frozenset()
            found[position] = (own,)
            return frozenset({own})
        classes_here = frozenset().union(*[settle(child, own) for child in below])
        found[position] = tuple(sorted(classes_here))
        return classes_here

    everything: set[int] = set()
    for position, code in enumerate(codes.codes):
        if not code.parent:
            everything |= settle(position, None)
    # Codes that only a wrong row leaves without a class are not a second mistake.
    if lost and len(direct) == len(table) > 0:
        shown = "、".join(lost[:5])
        desk.findings.append(
            Finding(
                "code-without-class",
                Location(label),
                Text(
                    f"{len(lost)} 个代码没有类别，例如 {shown}",
                    f"{len(lost)} codes have no class, for example {', '.join(lost[:5])}",
                ),
            )
        )
    return tuple(found), tuple(sorted(everything))


def build_class_map(document: Document, file: s.ClassMapFile, folder: Path, codes: Mapping[str, st.CodeList],
                    facts: Mapping[str, AnyFact], desk: Desk) -> st.ClassMap | None:  # fmt: skip
    """A classification of codes from its CSV (columns prefix, class)."""
    listed = _code_list(document, file.codes, codes, desk)
    if listed is None:
        desk.facts_incomplete = True
        return None
    label = f"{Path(document.file).parent.as_posix()}/{file.file}"
    domain = Domain(file.standard, tuple(c.id for c in file.classes), tuple(text(c.label) for c in file.classes))
    table = read_table(folder / file.file, label, ("prefix", "class"), desk)
    candidates, everything = classified(listed, table, label, {c: i for i, c in enumerate(domain.ids)}, desk)
    derived = tuple(
        ClassFact(
            item.fact,
            _subject(item.fact),
            text(item.label),
            domain,
            code.id,
            file.standard,
            document.where(("derives", index)),
        )
        for index, item in enumerate(file.derives)
        if (code := _code_fact(document, ("derives", index, "code"), item.code, facts, desk)) is not None
    )
    return st.ClassMap(file.standard, text(file.title), listed, domain, candidates, everything, derived,
                       desk.citations(document, ("cite",), file.cite))  # fmt: skip


def build_size_table(document: Document, file: s.SizeTableFile, folder: Path, codes: Mapping[str, st.CodeList],
                     facts: Mapping[str, AnyFact], desk: Desk) -> st.SizeTable | None:  # fmt: skip
    """A size classification: its rows, and the sectors that lead codes to them (columns prefix, class)."""
    listed = _code_list(document, file.codes, codes, desk)
    if listed is None:
        desk.facts_incomplete = True
        return None
    label = f"{Path(document.file).parent.as_posix()}/{file.sectors}"
    uncovered = file.uncovered.id
    row_ids = [row.id for row in file.rows]
    sector_domain = Domain(
        f"{file.standard}.sector",
        (*row_ids, uncovered),
        (*(text(r.label) for r in file.rows), text(file.uncovered.label)),
    )
    table = read_table(folder / file.sectors, label, ("prefix", "class"), desk)
    candidates, everything = classified(listed, table, label, {c: i for i, c in enumerate(sector_domain.ids)}, desk)
    classes = [c.id for c in file.classes]
    domain = Domain(
        file.standard, (*classes, uncovered), (*(text(c.label) for c in file.classes), text(file.uncovered.label))
    )
    indicators = {i.id: text(i.label) for i in file.indicators}
    readers = {i: [facts.get(d.indicators[i]) for d in file.derives if i in d.indicators] for i in indicators}
    rows = tuple(
        _row(document, ("rows", index), row, classes, indicators, readers, desk) for index, row in enumerate(file.rows)
    )
    for place, row in enumerate(file.rows):
        if row.id in row_ids[:place]:
            desk.report(
                document,
                "duplicate-row",
                ("rows", place, "id"),
                Text(f"行“{row.id}”重复", f"the row {row.id!r} is listed twice"),
            )
    sector_facts, size_facts = [], []
    for index, item in enumerate(file.derives):
        code = _code_fact(document, ("derives", index, "code"), item.code, facts, desk)
        pairs = []
        for name, fact_id in item.indicators.items():
            path: Path_ = ("derives", index, "indicators", name)
            if name not in indicators:
                hint = did_you_mean(name, indicators)
                desk.report(
                    document,
                    "unknown-indicator",
                    path,
                    Text(f"没有指标“{name}”{hint.zh}", f"there is no indicator {name!r}{hint.en}"),
                )
            elif _figure(document, path, fact_id, facts, desk):
                pairs.append((name, fact_id))
        if code is None:
            desk.broken |= {fact.partition(".")[2] for fact in (item.fact, item.sector_fact) if fact}
            continue
        where = document.where(("derives", index))
        size_facts.append(
            SizeFact(
                item.fact, _subject(item.fact), text(item.label), domain, code.id, file.standard, tuple(pairs), where
            )
        )
        if item.sector_fact:
            sector_facts.append(
                ClassFact(
                    item.sector_fact,
                    _subject(item.sector_fact),
                    text(file.title),
                    sector_domain,
                    code.id,
                    f"{file.standard}.sector",
                    where,
                )
            )
    citations = desk.citations(document, ("cite",), file.cite)
    sectors = st.ClassMap(
        f"{file.standard}.sector",
        text(file.title),
        listed,
        sector_domain,
        candidates,
        everything,
        tuple(sector_facts),
        citations,
    )
    return st.SizeTable(
        file.standard, text(file.title), domain, sectors, rows, indicators, tuple(size_facts), citations
    )


def _row(document: Document, path: Path_, row: s.RowShape, classes: list[str], indicators: Mapping[str, Text],
         readers: Mapping[str, list[AnyFact | None]], desk: Desk) -> st.Row:  # fmt: skip
    limits = []
    for index, limit in enumerate(row.limits):
        here: Path_ = (*path, "limits", index)
        unit = desk.unit(document, (*here, "unit"), limit.unit)
        if limit.indicator not in indicators:
            hint = did_you_mean(limit.indicator, indicators)
            desk.report(
                document,
                "unknown-indicator",
                (*here, "indicator"),
                Text(f"没有指标“{limit.indicator}”{hint.zh}", f"there is no indicator {limit.indicator!r}{hint.en}"),
            )
            continue
        denominator = 1
        for fact in readers[limit.indicator]:
            if isinstance(fact, Fact) and fact.unit is not None:
                denominator = fact.denominator
                if PURE not in (unit, fact.unit) and not fact.unit.same_kind(unit):
                    desk.report(
                        document,
                        "unit-mismatch",
                        (*here, "unit"),
                        Text(
                            f"单位 {limit.unit} 与 {fact.id} 的单位 {fact.unit.words.zh} 不一致",
                            f"the unit {limit.unit} does not fit {fact.id} in {fact.unit}",
                        ),
                    )
        if list(limit.at_least) != classes[1:]:
            desk.report(
                document,
                "limit-classes",
                (*here, "at_least"),
                Text(
                    f"应依次给出 {'、'.join(classes[1:])} 的下限",
                    f"expected the lower limits of {', '.join(classes[1:])}, in this order",
                ),
            )
            continue
        printed = tuple(Fraction(value) for value in limit.at_least.values())
        if any(a >= b for a, b in pairwise(printed)) or printed[0] <= 0:
            desk.report(
                document,
                "limits-not-ascending",
                (*here, "at_least"),
                Text("各档下限应依次增大", "the lower limits must ascend"),
            )
        bounds = tuple(int(value * unit.scale * denominator) for value in printed)
        limits.append(st.Limit(limit.indicator, unit, bounds, printed))
    return st.Row(
        row.id,
        text(row.label),
        tuple(limits),
        desk.citations(document, (*path, "cite"), row.cite),
        document.where(path),
    )


def _code_list(document: Document, name: str, codes: Mapping[str, st.CodeList], desk: Desk) -> st.CodeList | None:
    found = codes.get(name)
    if found is None and name not in desk.broken and not desk.facts_incomplete:
        hint = did_you_mean(name, codes)
        desk.report(
            document,
            "unknown-standard",
            ("codes",),
            Text(f"没有代码表“{name}”{hint.zh}", f"there is no code list {name!r}{hint.en}"),
        )
    return found


def _code_fact(document: Document, path: Path_, name: str, facts: Mapping[str, AnyFact], desk: Desk) -> Fact | None:
    fact = facts.get(name)
    if isinstance(fact, Fact) and fact.type == "industry_code":
        return fact
    if name.partition(".")[2] not in desk.broken and not desk.facts_incomplete:
        desk.report(
            document, "unknown-fact", path, Text(f"“{name}”不是代码类事实", f"{name!r} is not a fact that holds a code")
        )
    return None


def _figure(document: Document, path: Path_, name: str, facts: Mapping[str, AnyFact], desk: Desk) -> bool:
    fact = facts.get(name)
    if isinstance(fact, Fact) and fact.type in ("count", "amount", "number"):
        return True
    if name.partition(".")[2] not in desk.broken and not desk.facts_incomplete:
        hint = did_you_mean(name, facts)
        desk.report(
            document,
            "unknown-fact",
            path,
            Text(f"没有数值类事实“{name}”{hint.zh}", f"there is no figure {name!r}{hint.en}"),
        )
    return False


def _subject(fact: str) -> s.Subject:
    head = fact.partition(".")[0]
    return "applicant" if head == "applicant" else "lease" if head == "lease" else "loan"

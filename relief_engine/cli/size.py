"""Command line stage: ``relief size``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from relief_engine.cli.output import out, out_json
from relief_engine.engine.sizing import IndicatorClass, Sizing, classify, size_fact
from relief_engine.errors import Finding, Location, ProfileError
from relief_engine.explanation import say
from relief_engine.explanation.outline import grouped
from relief_engine.explanation.reasons import Reasons
from relief_engine.profile.values import NOT_AVAILABLE, BadValue, reader
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Language, Text, joined

SCHEMA = "relief-size/1"


def show_size(industry: str, employees: str | None, revenue: str | None, assets: str | None, rules: Path | None,
              language: Language, *, as_json: bool) -> None:  # fmt: skip
    """Read the options like facts of a profile, classify, print."""
    rulebook = load_rulebook(rules)
    fact = size_fact(rulebook)
    options = {"employees": employees, "revenue": revenue, "assets": assets}
    findings: list[Finding] = []
    code = _read(rulebook, fact.code, industry, "--industry", findings)
    values: dict[str, int] = {}
    for indicator, fact_id in fact.indicators:
        written = options.get(indicator)
        if written is not None:
            value = _read(rulebook, fact_id, written, f"--{indicator}", findings)
            if value is not None:
                values[fact_id] = value
    if findings or code is None:
        raise ProfileError(findings or [Finding("empty", Location("--industry"), Text("缺少行业代码", "the code is missing"))])
    sizing = classify(rulebook, code, values)
    if as_json:
        out_json(size_record(sizing, language))
    else:
        out(size_text(sizing, language))


def _read(rulebook: Rulebook, fact_id: str, written: str, option: str, findings: list[Finding]) -> int | None:
    fact = rulebook.facts[fact_id]
    if not isinstance(fact, Fact):
        return None
    codes = next(iter(rulebook.standards.code_lists.values()), None)
    try:
        value = reader(fact, codes)(written)
    except BadValue as bad:
        findings.append(Finding(bad.code, Location(option), bad.message))
        return None
    return value if isinstance(value, int) and value is not NOT_AVAILABLE else None


def size_record(sizing: Sizing, language: Language) -> dict[str, Any]:
    """The classification as data (contract, design section 8)."""
    ids = sizing.table.domain.ids
    sector = sizing.sectors[0].id if len(sizing.sectors) == 1 and sizing.covered else None
    codes = sizing.table.sectors.codes.codes
    return {
        "schema": SCHEMA,
        "industry": {"code": codes[sizing.code].id, "name": codes[sizing.code].name},
        "sector": ids[sizing.table.uncovered] if not sizing.sectors else sector,
        "sectors": [row.id for row in sizing.sectors],
        "size": None if sizing.size is None else ids[sizing.size],
        "possible": [ids[level] for level in sizing.possible],
        "indicators": [_indicator_record(found, sizing, language) for found in sizing.indicators],
        "citations": [c for row in sizing.sectors for c in say.cited(row.citations)],
    }


def _indicator_record(found: IndicatorClass, sizing: Sizing, language: Language) -> dict[str, Any]:
    classes = sizing.table.domain.ids[1 : sizing.table.uncovered]
    return {
        "fact": found.fact.id,
        "label": say.label(found.fact).in_(language),
        "unit": str(found.limit.unit),
        "at_least": {name: str(value) for name, value in zip(classes, found.limit.printed, strict=True)},
        "value": None if found.value is None else say.value(found.fact, found.value, None).in_(language),
        "size": None if found.level is None else sizing.table.domain.ids[found.level],
    }


def size_text(sizing: Sizing, language: Language) -> str:
    """The classification as a few lines of text."""
    codes = sizing.table.sectors.codes.codes
    code = codes[sizing.code]
    lines = [Text(f"行业：{code.id} {code.name}", f"Industry: {code.id} {code.name}")]
    labels = sizing.table.domain.labels
    if not sizing.sectors:
        lines.append(Text("规模：没有划型标准适用于这个行业，须由人认定", "Size: no standard covers this industry; people must decide"))
    elif not sizing.covered or len(sizing.sectors) > 1:
        rows = joined([row.label for row in sizing.sectors])
        lines.append(Text(f"标准：代码太粗，可能适用 {rows.zh}", f"Standard: the code is too coarse; may be {rows.en}"))
    else:
        row = sizing.sectors[0]
        clauses = grouped(say.cited(row.citations))
        lines.append(Text(f"标准：{row.label.zh}〔{clauses}〕", f"Standard: {row.label.en} [{clauses}]"))
    if sizing.sectors:
        possible = joined([labels[level] for level in sizing.possible], zh="或", en=" or ")
        known = sizing.size is not None
        lines.append(Text(
            f"规模：{possible.zh}{'' if known else '（数据不全，还不能确定）'}",
            f"Size: {possible.en}{'' if known else ' (figures are missing)'}"))  # fmt: skip
    for found in sizing.indicators:
        lines.append(_indicator_line(found, sizing))
    if len(sizing.indicators) > 1:
        lines.append(Text("各指标中最低的一档为企业规模", "The lowest class of all indicators counts"))
    return "\n".join(line.in_(language) for line in lines) + "\n"


def _indicator_line(found: IndicatorClass, sizing: Sizing) -> Text:
    title = say.label(found.fact)
    if found.level is None or found.value is None:
        limits = joined([
            Text(f"{name.zh} {say.figure(p * found.limit.unit.scale, found.limit.unit).zh}以上", f"{name.en} from {say.figure(p * found.limit.unit.scale, found.limit.unit).en}")
            for name, p in zip(sizing.table.domain.labels[1:], found.limit.printed, strict=False)
        ])  # fmt: skip
        return Text(f"  {title.zh}：未填（{limits.zh}）", f"  {title.en}: not given ({limits.en})")
    value = say.value(found.fact, found.value, None)
    size = sizing.table.domain.labels[found.level]
    band = Reasons.band(found.limit, found.level)
    return Text(f"  {title.zh}：{value.zh}，属{size.zh}（{band.zh}）", f"  {title.en}: {value.en}, {size.en} ({band.en})")

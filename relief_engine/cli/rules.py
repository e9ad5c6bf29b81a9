"""Command line stage: ``relief rules check`` and ``relief rules schema``, and the altering of parameters."""

from __future__ import annotations

from pathlib import Path

from relief_engine.cli.output import EXIT_INPUT, finding_record, note_page, out, out_json
from relief_engine.errors import Finding, UnknownName, did_you_mean
from relief_engine.explanation.harmless import one_line
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Language, Text


def check_rules(folder: Path | None, language: Language, *, as_json: bool, hints: bool) -> int:
    """Load a rulebook, then try how it behaves; print every error, and hints if asked for. Gives the exit status."""
    from relief_engine.checking import examined

    rulebook, found = read_rulebook(folder if folder is not None else shipped_rules())
    if not found and rulebook is not None:
        found = examined(rulebook)
    errors = [finding for finding in found if finding.level == "error"]
    minor = [finding for finding in found if finding.level == "hint"]
    if as_json:
        out_json({
            "schema": "relief-rules-check/1",
            "digest": rulebook.digest if rulebook is not None else None,
            "findings": [_record(finding, language) for finding in errors],
            "hints": [_record(finding, language) for finding in minor],
        })  # fmt: skip
        return EXIT_INPUT if errors else 0
    if hints:
        out("".join(f"{line}\n" for finding in minor for line in _lines(finding, language)))
    told = Text(f"提示 {len(minor)} 条，--hints 列出。", f"Hints: {len(minor)}; --hints lists them.")
    left = "" if hints or not minor else f"{told.in_(language)}\n"
    if errors or rulebook is None:
        count = len(errors)
        total = Text(f"共 {count} 处问题。", f"{count} finding{'s' if count != 1 else ''}.")
        lines = [line for finding in errors for line in _lines(finding, language)]
        note_page("\n".join([*lines, left + total.in_(language)]))
        return EXIT_INPUT
    out(f"{_summary(rulebook).in_(language)}\n{left}{rulebook.digest}\n")
    return 0


def _record(finding: Finding, language: Language) -> dict[str, object]:
    """A finding of the checks as data: with the profile that shows it, or null."""
    return finding_record(finding, language) | {"profile": finding.profile}


def _lines(finding: Finding, language: Language) -> list[str]:
    """A finding on a line, and below it the profile that shows it, to be copied as it is: its lead is a remark."""
    if finding.profile is None:
        return [one_line(finding.in_(language))]
    lead = Text("# 例如这份资料：", "# for example this profile:")
    profile = [lead.in_(language), *finding.profile.splitlines()]
    indented = [f"    {line[: len(line) - len(line.lstrip())]}{one_line(line)}" for line in profile]
    return [one_line(finding.in_(language)), *indented]


def _summary(rulebook: Rulebook) -> Text:
    programmes = len(rulebook.programmes)
    facts = sum(len(subject.facts) for subject in rulebook.subjects.values())
    documents = len(rulebook.sources)
    clauses = sum(len(source.clauses) for source in rulebook.sources.values())
    return Text(
        f"规则库没有问题：{programmes} 个项目，{facts} 项事实，{documents} 份文件共 {clauses} 个条款。",
        f"No findings. Programmes: {programmes}, facts: {facts}, documents: {documents}, clauses: {clauses}.",
    )


def show_schema(kind: str | None, rules: Path | None) -> None:
    """Print the JSON Schema of one kind of file, or of all of them by kind."""
    from relief_engine.profile.read import ProfileReader
    from relief_engine.rulebook.schema import file_schemas
    from relief_engine.testing.case_shapes import CasesFile

    schemas = {
        **file_schemas({"cases": CasesFile}),
        "profile": ProfileReader(load_rulebook(rules)).json_schema(),
    }
    if kind is None:
        out_json(schemas)
        return
    if kind not in schemas:
        hint = did_you_mean(kind, schemas)
        raise UnknownName(
            Text(
                f"没有这种文件：{kind}{hint.zh}（可用：{'、'.join(schemas)}）",
                f"there is no kind of file {kind!r}{hint.en} (known: {', '.join(schemas)})",
            )
        )
    out_json(schemas[kind])

"""Command line stage: ``relief rules check`` and ``relief rules schema``, and the altering of parameters."""

from __future__ import annotations

from pathlib import Path

from relief_engine.cli.output import EXIT_INPUT, finding_record, findings_lines, note, out, out_json
from relief_engine.errors import UnknownName, did_you_mean
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Language, Text


def check_rules(folder: Path | None, language: Language, *, as_json: bool) -> int:
    """Load a rulebook, then try how it behaves; print every finding. Gives the exit status."""
    from relief_engine.checking import findings as behavioural_findings

    rulebook, found = read_rulebook(folder if folder is not None else shipped_rules())
    if not found and rulebook is not None:
        found = list(behavioural_findings(rulebook))
    if as_json:
        out_json({
            "schema": "relief-rules-check/1",
            "digest": rulebook.digest if rulebook is not None else None,
            "findings": [finding_record(finding, language) for finding in found],
        })  # fmt: skip
        return EXIT_INPUT if found else 0
    if found or rulebook is None:
        count = len(found)
        total = Text(f"共 {count} 处问题。", f"{count} finding{'s' if count != 1 else ''}.")
        note(*findings_lines(found, language), total.in_(language))
        return EXIT_INPUT
    out(f"{_summary(rulebook).in_(language)}\n{rulebook.digest}\n")
    return 0


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

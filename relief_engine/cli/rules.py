"""Command line stage: ``relief rules check``, ``relief rules test`` and ``relief rules schema``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relief_engine.cli.output import EXIT_INPUT, finding_record, note_page, out, out_json
from relief_engine.errors import Finding, UnknownName, did_you_mean
from relief_engine.explanation.harmless import one_line
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Language, Text

if TYPE_CHECKING:
    from relief_engine.testing.case_files import Case


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
    """A finding on a line, and below it the profile that shows it, to be copied as it is."""
    profile = () if finding.profile is None else finding.profile.splitlines()
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


def test_rules(folder: Path | None, language: Language, *, alter: bool) -> int:
    """Run the worked cases of a rulebook; print those that fail and a count. Gives the exit status.

    With ``alter`` every parameter is then altered a little; what no case notices is printed and counts as a failure.
    """
    from relief_engine.engine import Engine
    from relief_engine.testing.cases import find_cases, load_cases, run_case

    root = folder if folder is not None else shipped_rules()
    rulebook = load_rulebook(root)
    engine = Engine(rulebook)
    passed = 0
    failed: list[str] = []
    cases = [case for path in find_cases(root) for case in load_cases(path, rulebook)]
    for case in cases:
        result = run_case(engine, case)
        if result.passed:
            passed += 1
        else:
            differences = "".join(f"    {line.in_(language)}\n" for line in result.differences)
            failed.append(f"✗ {case.name.in_(language)}\n{differences}")
    text = Text(
        f"算例：{passed} 个通过，{len(failed)} 个不通过。", f"Worked cases: {passed} passed, {len(failed)} failed."
    )
    out("".join(failed) + text.in_(language) + "\n")
    missed = _unnoticed(rulebook, cases, language) if alter and not failed else 0
    return EXIT_INPUT if failed or missed else 0


def _unnoticed(rulebook: Rulebook, cases: list[Case], language: Language) -> int:
    """Print which alterations of parameters no case notices, and give their number."""
    from relief_engine.testing.alterations import alterations, unnoticed

    found = unnoticed(rulebook, cases)
    for alteration in found:
        out(f"{alteration.where}: {alteration.text.in_(language)}\n")
    made = sum(1 for programme in rulebook.programmes.values() for _ in alterations(programme))
    text = Text(
        f"改动参数 {made} 处，其中 {len(found)} 处没有算例发现。",
        f"Parameters altered: {made}, not noticed by any case: {len(found)}.",
    )
    out(text.in_(language) + "\n")
    return len(found)


def show_schema(kind: str | None, rules: Path | None) -> None:
    """Print the JSON Schema of one kind of file, or of all of them by kind."""
    from relief_engine.profile.read import ProfileReader
    from relief_engine.rulebook.schema import file_schemas

    schemas = {**file_schemas(), "profile": ProfileReader(load_rulebook(rules)).json_schema()}
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

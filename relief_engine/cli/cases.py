"""Command line stage: ``relief rules test``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relief_engine.cli.output import EXIT_INPUT, out, out_json, width
from relief_engine.engine import Engine
from relief_engine.errors import UnknownName, did_you_mean
from relief_engine.explanation.records import decision_record
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.naming import asked_for
from relief_engine.testing.accepting import Accepted, CannotAccept, accepted
from relief_engine.testing.cases import Case, CaseResult, find_cases, load_cases, run_case
from relief_engine.testing.names import fits
from relief_engine.testing.telling import told
from relief_engine.testing.writing import Prepared, prepared
from relief_engine.text import Language, Text

SCHEMA = "relief-rules-test/1"
STATUSES = ("passed", "failed", "no_expectation", "written")


@dataclass(frozen=True, slots=True)
class _Ran:
    """One case that was run; with ``--accept`` what is to be written, or why nothing is."""

    result: CaseResult
    accepted: Accepted | None = None
    why_not: Text | None = None

    @property
    def failed(self) -> bool:
        return not self.result.passed and self.accepted is None

    @property
    def status(self) -> str:
        if self.accepted is not None:
            return "written"
        if self.result.passed:
            return "passed"
        return "no_expectation" if self.result.awaits and not self.result.differs else "failed"


def run_cases(
    folder: Path | None,
    programmes: Sequence[str],
    matching: str | None,
    language: Language,
    *,
    details: bool,
    accept: bool,
    as_json: bool,
) -> int:
    """Run the worked cases of a rulebook; print those that fail and a count. Gives the exit status.

    Args:
        folder: the rulebook; the shipped one by default.
        programmes: only cases of these; all by default.
        matching: only cases of which a name, a clause or the file has this text.
        language: of the output.
        details: tell failures side by side with the explanation.
        accept: write what the engine says into cases that expect nothing yet.
        as_json: print all cases as JSON.
    """
    root = folder if folder is not None else shipped_rules()
    rulebook = load_rulebook(root)
    engine = Engine(rulebook)
    cases = [case for path in find_cases(root) for case in load_cases(path, rulebook)]
    cases = _chosen(cases, asked_for(programmes, rulebook), matching)
    ran = [_run(engine, case, accept=accept) for case in cases]
    files = _prepared(ran)
    for file in files:
        file.write()
    if as_json:
        out_json({
            "schema": SCHEMA,
            "digest": rulebook.digest,
            **{status: sum(one.status == status for one in ran) for status in STATUSES},
            "cases": [_record(one, engine, language, details=details) for one in ran],
        })  # fmt: skip
    else:
        _print(ran, files, engine, language, details=details)
    return EXIT_INPUT if any(one.failed for one in ran) else 0


def _chosen(cases: list[Case], programmes: Sequence[str], matching: str | None) -> list[Case]:
    """The cases that are asked for; raises :class:`UnknownName` where there is none."""
    chosen = [case for case in cases if not programmes or case.programme in programmes]
    if matching is not None:
        known = [name for case in chosen for name in (case.name.zh, case.name.en)]
        chosen = [case for case in chosen if fits(case, matching)]
        if not chosen:
            hint = did_you_mean(matching, known)
            raise UnknownName(
                Text(
                    f"没有算例的名称、条款或文件名含有“{matching}”{hint.zh}",
                    f"no case has {matching!r} in its name, clauses or file{hint.en}",
                )
            )
    elif not programmes and not chosen:  # nothing was tested, which must not pass for a success
        raise UnknownName(Text("规则库里没有算例（*.cases.yaml）", "the rulebook has no worked cases (*.cases.yaml)"))
    elif not chosen:
        raise UnknownName(
            Text(f"{'、'.join(programmes)} 没有算例", f"there is no case of {', '.join(programmes)}")
        )  # fmt: skip
    return chosen


def _run(engine: Engine, case: Case, *, accept: bool) -> _Ran:
    result = run_case(engine, case)
    if not accept or not result.awaits:
        return _Ran(result)
    try:
        return _Ran(result, accepted(result))
    except CannotAccept as error:
        return _Ran(result, why_not=error.message)


def _prepared(ran: Sequence[_Ran]) -> list[Prepared]:
    """What is to be written, by file; no file is touched unless all can be edited."""
    by_file: dict[str, list[Accepted]] = {}
    for one in ran:
        if one.accepted is not None:
            by_file.setdefault(one.result.case.where.file, []).append(one.accepted)
    return [prepared(Path(file), cases) for file, cases in by_file.items()]


def _print(
    ran: Sequence[_Ran], files: Sequence[Prepared], engine: Engine, language: Language, *, details: bool
) -> None:
    """Those that fail, what was written, and a count."""
    parts = []
    for one in ran:
        if not one.failed:
            continue
        text = told(one.result, engine, language, width=width() - 4) if details else ""
        lines = text.splitlines() or [line.in_(language) for line in one.result.differences]
        if one.why_not is not None:
            lines.append(one.why_not.in_(language))
        indented = "".join(f"    {line}".rstrip() + "\n" for line in lines)
        parts.append(f"✗ {one.result.case.name.in_(language)}\n{indented}")
    parts += [f"{file.said.in_(language)}\n" for file in files]
    passed, failed = sum(one.result.passed for one in ran), sum(one.failed for one in ran)
    count = Text(f"算例：{passed} 个通过，{failed} 个不通过。", f"Worked cases: {passed} passed, {failed} failed.")
    out("".join(parts) + count.in_(language) + "\n")


def _record(one: _Ran, engine: Engine, language: Language, *, details: bool) -> dict[str, Any]:
    """One case as data; of one that fails the whole decision too, if details are asked for."""
    result, case = one.result, one.result.case
    record: dict[str, Any] = {
        "name": case.name.in_(language),
        "status": one.status,
        "programme": case.programme,
        "subject": case.subject,
        "as_of": case.as_of.isoformat(),
        "file": case.where.file,
        "line": case.where.line,
        "column": case.where.column,
        "citations": [str(citation) for citation in case.citations],
        "arithmetic": case.arithmetic,
        "rows": [
            {"key": row.key, "expected": row.expected, "actual": row.actual, "agrees": row.agrees}
            for row in result.rows
        ],
        "not_written": None if one.why_not is None else one.why_not.in_(language),
    }
    if details and one.failed:
        record["decision"] = decision_record(result.decision, engine, language)
    return record

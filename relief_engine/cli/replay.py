"""Command line stage: what ``relief replay`` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from relief_engine.cli.check import engine_for, warn
from relief_engine.cli.output import EXIT_INTERNAL, note, out, out_json
from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, RouteUnavailable
from relief_engine.recording.reading import read_record_file
from relief_engine.recording.replay import Replay, replay
from relief_engine.recording.telling import replay_lines, replay_record
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.text import Language, Text

#: What becomes of several records, each as ``relief-replay/1``.
SCHEMA = "relief-replays/1"
#: Something is decided otherwise.
EXIT_OTHERWISE = 3
_NOT_COMPARED = Text(
    "按其他规则或版本重判，只核对结论：措辞、读到的资料和计算步骤，以及记录的时间和当时第二条路径的核对，没有核对。",
    "Decided by other rules or another version, so only decisions are compared: not words, facts that were read and "
    "steps of the calculation, nor when the record was made and what a second route said then.",
)


def replay_records(paths: Sequence[Path], rules: Path | None, language: Language, *, as_json: bool) -> int:
    """Decide records anew, print what became of each, and give the exit status.

    All records are read before anything is printed; if one can't be used, nothing is, and all mistakes are told.
    """
    rulebook = cached_rulebook(rules)
    engine, why_one = engine_for(rulebook)
    done: list[tuple[Path, Replay]] = []
    wrong: list[Finding] = []
    for path in paths:
        try:
            record = read_record_file(path)
        except InputError as error:
            wrong += error.findings
            continue
        try:
            done.append((path, replay(record, engine)))
        except RouteUnavailable as error:  # the second route can't run with one of the programmes
            engine, why_one = Engine(rulebook), error.message
            done.append((path, replay(record, engine)))
    if wrong:
        raise InputError(wrong)
    warn(why_one, language)
    if any(found.by_others for _, found in done):
        note(_NOT_COMPARED.in_(language))
    if as_json:
        records = [{"file": str(path), **replay_record(found, language)} for path, found in done]
        out_json({"schema": SCHEMA, "records": records})
    else:
        lines = [line for path, found in done for line in replay_lines(found, str(path), language)]
        out("\n".join([*lines, *_total([found for _, found in done], language)]) + "\n")
    verdicts = {found.verdict for _, found in done}
    return EXIT_INTERNAL if "broken" in verdicts else 0 if verdicts == {"same"} else EXIT_OTHERWISE


def _total(done: Sequence[Replay], language: Language) -> list[str]:
    """How many records came to what, where there are several."""
    if len(done) < 2:
        return []
    same = sum(found.verdict == "same" for found in done)
    other = len(done) - same
    return [Text(f"共 {len(done)} 份记录：{same} 份相同，{other} 份不同。",
                 f"{len(done)} records: {same} the same, {other} not.").in_(language)]  # fmt: skip

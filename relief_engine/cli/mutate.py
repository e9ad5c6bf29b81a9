"""Command line stage: ``relief rules mutate``: which mistakes in the rules no worked case would notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from relief_engine.cli.output import EXIT_INPUT, note, out, out_json
from relief_engine.cli.progress import Progress
from relief_engine.cli.targets import check_report, write_report
from relief_engine.errors import UnknownName
from relief_engine.explanation.harmless import one_line
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.testing.mutation import Kind
from relief_engine.testing.mutation.killing import Bench, Killed, cases_of, killed
from relief_engine.testing.mutation.pasting import Suggestion, file_of
from relief_engine.testing.mutation.survivors import Fate, Judged, judged
from relief_engine.text import Language, Text

#: Some mistake would go unnoticed; of some nobody knows whether they are any.
EXIT_SURVIVORS, EXIT_OPEN = 3, 4


def mutate_rules(
    folder: Path | None, programmes: Sequence[str], kinds: Sequence[Kind], language: Language, *, as_json: bool,
    seconds: float, jobs: int, cases_out: Path | None, matching: str = "", details: bool = False,
) -> int:  # fmt: skip
    """Make every mistake of some kinds in the rules, run the worked cases, and print what none of them notices.

    Gives the exit status: 0 if each mistake is noticed or proven to be none, 3 if one is not, 4 if that is not decided
    of one, 2 if a case fails before anything is changed. ``matching`` chooses mistakes by a text in their id, words or
    place; with ``details`` those that are proven to be none are listed too.
    """
    root = folder if folder is not None else shipped_rules()
    rulebook = load_rulebook(root)
    names = asked_for(programmes, rulebook) if programmes else []
    if cases_out is not None:
        check_report(cases_out, [rulebook.root])
    cases = cases_of(rulebook, names)
    bench = Bench(rulebook, cases)
    failing = bench.failing()
    if failing:
        for case in failing:
            note(f"{case.where}: {case.name.in_(language)}")
        text = Text(
            f"{len(failing)} 个算例在规则未改动时就不通过，先见 relief rules test。",
            f"{len(failing)} case{'s fail' if len(failing) != 1 else ' fails'} on the rules as they are; "
            "see relief rules test first.",
        )
        note(text.in_(language))
        return EXIT_INPUT
    results: list[Killed] = []
    found: list[Judged] = []
    with Progress(language) as progress:
        for result in killed(rulebook, cases, names, kinds, jobs, matching):
            results.append(result)
            progress.tell(Text(f"已试 {len(results):,} 处改动", f"{len(results):,} mutants tried"))
        if not results:
            raise UnknownName(Text("没有符合所选范围的改动", "no mistake can be made in what was chosen"))
        survivors = [result for result in results if result.survived]
        for judgement in judged(bench, survivors, seconds):
            found.append(judgement)
            done = f"{len(found):,}/{len(survivors):,}"
            progress.tell(Text(f"没有算例发现的改动，已查 {done}", f"not noticed by a case, looked into: {done}"))
    fates = Counter(judgement.fate for judgement in found)
    if as_json:
        _print_json(rulebook, results, found, language)
    else:
        _print_text(results, found, fates, language, details=details)
    if cases_out is not None:
        _write_cases(cases_out, rulebook, found)
    return EXIT_SURVIVORS if fates[Fate.SURVIVED] else EXIT_OPEN if fates[Fate.OPEN] else 0


_SAYS = {
    Fate.SURVIVED: Text("没有算例发现", "no case notices"),
    Fate.EQUIVALENT: Text("证明等价：任何资料的结论都不变", "proven equivalent: no profile is decided otherwise"),
    Fate.OPEN: Text("在限度内未能判明", "not decided within the limit"),
}
#: What a proof by the solver does not cover.
_ASIDE = Text("（写明数字不存在的资料除外）", ", those aside that say that a figure does not exist")


def _print_text(
    results: Sequence[Killed], found: Sequence[Judged], fates: Counter[Fate], language: Language, *, details: bool
) -> None:
    """Survivors with the cases that would notice them, what is left open, in detail what is equivalent, and a count."""
    for fate in (Fate.SURVIVED, Fate.OPEN, *((Fate.EQUIVALENT,) if details else ())):
        for judgement in found:
            if judgement.fate is fate:
                out("\n".join(_lines(judgement, language)) + "\n")
    noticed = len(results) - len(found)
    counts = fates[Fate.SURVIVED], fates[Fate.EQUIVALENT], fates[Fate.OPEN]
    text = Text(
        f"改动 {len(results)} 处：算例发现 {noticed} 处，没有发现 {counts[0]} 处，证明等价 {counts[1]} 处，"
        f"未判明 {counts[2]} 处。",
        f"Mutants: {len(results)}; noticed by cases: {noticed}, not noticed: {counts[0]}, proven equivalent: "
        f"{counts[1]}, not decided: {counts[2]}.",
    )
    out(text.in_(language) + "\n")


def _lines(judgement: Judged, language: Language) -> list[str]:
    mutant = judgement.mutant
    says = _SAYS[judgement.fate]
    if judgement.how == "proof":
        says = Text(says.zh + _ASIDE.zh, says.en + _ASIDE.en)
    lines = [
        one_line(f"{mutant.where}: {mutant.text.in_(language)} [{mutant.kind}]"),
        f"  {says.in_(language)} ({mutant.id})" if language == "en" else f"  {says.zh}（{mutant.id}）",
    ]
    if judgement.suggestion is not None:
        case = judgement.suggestion.case
        if judgement.shared:
            name = case.name.in_(language)
            lines.append(Text(f"  上述算例也能发现：{name}", f"  noticed by a case above: {name}").in_(language))
        else:
            lead = Text(f"  可加入 {case.programme} 的算例：", f"  a case to add to those of {case.programme}:")
            lines += [lead.in_(language), judgement.suggestion.written.rstrip("\n")]
    return lines


def _print_json(rulebook: Rulebook, results: Sequence[Killed], found: Sequence[Judged], language: Language) -> None:
    judgements = {judgement.mutant.id: judgement for judgement in found}
    records = []
    for result in results:
        mutant, judgement = result.mutant, judgements.get(result.mutant.id)
        fate = judgement.fate if judgement else Fate.REFUSED if result.refused else Fate.KILLED
        case = result.case
        suggestion = judgement.suggestion if judgement else None
        records.append({
            "id": mutant.id,
            "kind": mutant.kind.value,
            "owner": mutant.owner,
            "element": mutant.element.in_(language),
            "file": mutant.where.file,
            "line": mutant.where.line or None,
            "column": mutant.where.column or None,
            "before": mutant.before,
            "after": mutant.after,
            "cites": [str(citation) for citation in mutant.citations],
            "fate": fate.value,
            "how": judgement.how if judgement else None,
            "refused": result.refused,
            "killed_by": None if case is None else {"name": case.name.in_(language), "where": str(case.where)},
            "case": None if suggestion is None else {
                "programme": suggestion.case.programme,
                "name": suggestion.case.name.in_(language),
                "yaml": suggestion.written,
            },
        })  # fmt: skip
    fates = Counter(record["fate"] for record in records)
    out_json({
        "schema": "relief-rules-mutate/1",
        "digest": rulebook.digest,
        "counts": {fate.value: fates[fate.value] for fate in Fate},
        "mutants": records,
    })  # fmt: skip


def _write_cases(target: Path, rulebook: Rulebook, found: Iterable[Judged]) -> None:
    """Write the suggested cases, those of each programme as a document of its own, whole or not at all.

    Where none is suggested there is no file: one without cases would be of no use.
    """
    by_programme: dict[str, list[Suggestion]] = {}
    for judgement in found:
        if judgement.suggestion is not None and not judgement.shared:
            by_programme.setdefault(judgement.suggestion.case.programme, []).append(judgement.suggestion)
    documents = [file_of(rulebook, programme, cases) for programme, cases in by_programme.items()]
    if not documents:
        return
    write_report(target, "---\n".join(documents))

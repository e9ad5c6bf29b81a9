"""Command line stage: ``relief explain``: one row of a result, decided again and told in full."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from relief_engine.cli.check import engine_for, show
from relief_engine.cli.mapping import read_mapping
from relief_engine.cli.output import note
from relief_engine.decision import Decision
from relief_engine.engine import Engine, Report
from relief_engine.errors import Finding, InputError, Location, RouteUnavailable
from relief_engine.explanation import say
from relief_engine.roster.again import read_again, with_answers
from relief_engine.roster.answers import answer_of
from relief_engine.roster.reopen import Before, Reopened, reopen
from relief_engine.roster.table import Rejected
from relief_engine.roster.titles import AMOUNTS
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.text import Language, Text, joined


def explain_row(
    result: Path, number: int, programmes: Sequence[str], rules: Path | None, language: Language, form: str,
    mapping: Sequence[str] = (),
) -> None:  # fmt: skip
    """Decide a row again, on the same day, and print the explanation; say if the answer is not the one in the file."""
    rulebook = cached_rulebook(rules)
    found = reopen(result, number)
    asked = asked_for(programmes, rulebook) or [
        a.programme for a in found.answers if a.programme in rulebook.programmes
    ]
    read = read_again(found, rulebook, read_mapping(mapping))
    if isinstance(read, Rejected):
        raise _refused(found, number, read)
    engine, why_one = engine_for(rulebook)
    try:
        report = engine.decide(read, as_of=found.as_of, programmes=asked)
    except RouteUnavailable as error:
        engine, why_one = Engine(rulebook), error.message
        report = engine.decide(read, as_of=found.as_of, programmes=asked)
    answered = with_answers(found, report, read_mapping(mapping))
    if isinstance(answered, Rejected):
        raise _refused(found, number, answered)
    note(*[line.in_(language) for line in differences(found, report)])
    show(answered, engine, language, form, why_one, full=True)


def _refused(found: Reopened, number: int, row: Rejected) -> InputError:
    where = Location(found.file, number)
    return InputError([Finding(problem.code, where, problem.message) for problem in row.problems])


def differences(found: Reopened, report: Report) -> list[Text]:
    """What is not as it was when the result was written: the rules, or the answers."""
    said: list[Text] = []
    if found.rulebook != report.rulebook.digest:
        then, now = found.rulebook[:15], report.rulebook.digest[:15]
        said.append(
            Text(
                f"规则库已经不同（写结果时是 {then}…，现在是 {now}…）",
                f"the rulebook is another one now ({now}…; when the result was written: {then}…)",
            )
        )
    before = {answer.programme: answer for answer in found.answers}
    for decision in report.decisions:
        then_ = before.get(decision.programme.id)
        now_ = _answer(decision)
        if then_ is not None and (then_.outcome, then_.amounts) != (now_.outcome, now_.amounts):
            a, b = _words(then_), _words(now_)
            title = decision.programme.title
            said.append(
                Text(
                    f"“{title.zh}”与结果文件中的不同：文件中是{a.zh}，现在是{b.zh}",
                    f"{title.en}: not what the file says: there it is {a.en}, now {b.en}",
                )
            )
    return said


def _answer(decision: Decision) -> Before:
    """A decision as a result would keep it."""
    summary = answer_of(decision).summary
    cents = {name: summary.get(name) for name in AMOUNTS}
    amounts = {name: Decimal(value).scaleb(-2) for name, value in cents.items() if isinstance(value, int)}
    return Before(decision.programme.id, decision.outcome, amounts)


def _words(answer: Before) -> Text:
    parts = [answer.outcome.label]
    parts += [say.titled(AMOUNTS[name], say.both(f"{amount:,.2f}")) for name, amount in answer.amounts.items()]
    return joined(parts)

"""Engine stage: the questions that are open in a report, first the one whose answer would settle most decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.compiled.layout import Value
from relief_engine.decision import Decision, Outcome
from relief_engine.engine.cells import Trials
from relief_engine.engine.decide import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.rulebook import record
from relief_engine.rulebook.facts import Fact


class Question(record.Value):
    """One open question, asked once for all decisions that it is missing in.

    Every answer to it settles at least ``least`` of these decisions, and some answer settles ``most``. A decision is
    settled if it is not undetermined any more, whatever else is unknown.
    """

    fact: Fact
    subject: str
    decisions: tuple[Decision, ...]
    least: int
    most: int
    #: The mean over the kinds of answers (of a figure: of the fewest and the most), by which questions are ordered.
    mean: float


def open_questions(engine: Engine, decisions: Sequence[Decision]) -> list[Question]:
    """The questions of all undetermined decisions, first the one whose answers settle most on average."""
    asked: dict[tuple[str, str], tuple[Fact, list[Decision]]] = {}
    for decision in decisions:
        if decision.outcome is Outcome.UNDETERMINED and decision.program is not None:
            for missing in decision.missing.facts:
                asked.setdefault((missing.fact.id, missing.subject), (missing.fact, []))[1].append(decision)
    questions = [_question(engine, fact, subject, among) for (_, subject), (fact, among) in asked.items()]
    # Of questions that settle alike, the one that is quickest to answer comes first, then the one declared first.
    return sorted(questions, key=lambda question: (-question.mean, -question.most, question.fact.type != "yes_no"))


def _question(engine: Engine, fact: Fact, subject: str, decisions: list[Decision]) -> Question:
    values: set[int] = set()
    for decision in decisions:
        values.update(_answers(engine, decision, fact))
    listed = sorted(values)
    settled = [0] * len(listed)
    for decision in decisions:
        for place, settles in enumerate(_settling(engine, decision, fact, listed)):
            settled[place] += settles
    counts = settled or [0]
    # Where a figure has many cells, most of them say the same: an answer there is one of two, below or above.
    mean = sum(counts) / len(counts) if fact.type in ("yes_no", "choice") else (min(counts) + max(counts)) / 2
    return Question(fact, subject, tuple(decisions), min(counts), max(counts), mean)


def _answers(engine: Engine, decision: Decision, fact: Fact) -> list[int]:
    """Values of a fact, at least one for each cell into which a decision's program cuts it."""
    program = decision.program
    if program is None:
        return []
    slot = program.layout.slots[fact.id]
    vector = list(decision.slots)
    if fact.type != "industry_code":
        # A code that is known too coarsely is asked for below it; any other missing fact is unknown.
        vector[slot] = None
    cells = engine.cells(program)
    return cells.values(slot, vector, Trials(engine.evaluator(program), turns=cells.kept()))


def _settling(engine: Engine, decision: Decision, fact: Fact, values: Sequence[int]) -> Iterator[bool]:
    """Whether each of some values settles a decision."""
    program = decision.program
    if program is None:
        yield from [False] * len(values)
        return
    vector: list[Value] = list(decision.slots)
    slot, evaluate, derive = program.layout.slots[fact.id], engine.evaluator(program), program.layout.derive
    profile, index = decision.profile, decision.index
    # Beside figures that do not exist a case may be left to people though the rules alone can't tell.
    absent = profile.not_available(decision.programme.subject, index)
    cells = engine.cells(program)
    found: dict[int, bool] = {}
    for value in values:
        # A size table cuts the number of employees into two hundred values, most of which it does not tell apart.
        kind = cells.alike(slot, value)
        if kind not in found:
            vector[slot] = value
            derive(vector)
            found[kind] = outcome_of(program, evaluate(vector)) is not Outcome.UNDETERMINED or (
                bool(absent) and engine.left_to_people(program, vector, profile, index)
            )
        yield found[kind]

"""Checking stage: answers to questions: by the profiles already drawn, by all cells, by more profiles, by a solver.

The first two cost little and settle almost everything. Trying every cell is exact where a condition reads each fact by
itself; only what is left goes to the solver, if it is installed. Where neither can tell, a question stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import product
from math import prod

from relief_engine.checking.alone import alone
from relief_engine.checking.behaviour import Behaviour
from relief_engine.checking.extending import Extension
from relief_engine.checking.questions import Key, Question, questions
from relief_engine.checking.smaller import smaller
from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.engine.cells import Evaluate
from relief_engine.engine.outcome import outcome_of
from relief_engine.proving import Limits, Side, Verdict, reachable
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.record import Record

#: So many profiles more are drawn for a question, half of them on the borders of figures.
MORE = 3000
#: So many of them are mended, a part at a time.
_MENDED = 60
#: At most so many combinations of cells are gone through.
_MOST_CELLS = 20_000


#: Of one question to the solver; profiles were drawn before. Most take it a few hundredths of a second.
_LIMITS = Limits(seconds=5.0, samples=0)


class Answer(Enum):
    """Whether a profile settles a question, none does (proven), or none was found."""

    YES = "yes"
    NEVER = "never"
    NOT_FOUND = "not found"


class Asked(Record):
    """A question of one stretch of days, the longer program that it is asked of, and the sampler of that stretch."""

    question: Question
    program: ir.Program
    sampler: Sampler
    samples: Sequence[Sample]


class Unsettled(Record):
    """A question that no profile settles: proven or not, how many were tried, and one that shows the trouble (YAML)."""

    question: Question
    proven: bool
    tried: int
    shown: str | None


def unsettled(behaviour: Behaviour) -> Iterator[Unsettled]:
    """The questions about a programme that no profile settles, in any of its stretches of days."""
    waiting: dict[Key, list[Asked]] = {}
    settled: set[Key] = set()
    for sampler in behaviour.samplers:
        for asked in _by_samples(behaviour, sampler, settled):
            waiting.setdefault(asked.question.key, []).append(asked)
    lost: set[Key] = set()
    for key, listed in waiting.items():
        if key in settled or not lost.isdisjoint(listed[0].question.within):
            # What stands inside something without effect has none itself.
            lost.update({key} - settled)
            continue
        answers = []
        for asked in listed:
            answers.append(_sought(behaviour, asked))
            if answers[-1] is Answer.YES:
                break
        if Answer.YES not in answers:
            first = listed[0]
            lost.add(key)
            tried = sum(len(asked.samples) for asked in listed) + MORE * len(listed)
            proven = all(answer is Answer.NEVER for answer in answers)
            yield Unsettled(first.question, proven, tried, _shown(behaviour, first))


def _by_samples(behaviour: Behaviour, sampler: Sampler, settled: set[Key]) -> list[Asked]:
    """The questions of one stretch that the profiles drawn for it leave open; those that they settle are noted."""
    extension = Extension(behaviour.engine, sampler.program)
    left = [question for question in questions(extension) if question.key not in settled]
    program = extension.program()
    run = behaviour.engine.evaluator(program)
    samples = [s for s in (*behaviour.complete, *behaviour.partial) if s.program is sampler.program]
    for sample in samples:
        if not left:
            break
        values = tuple(run(sample.vector))
        settled.update(question.key for question in left if question.settled(values))
        left = [question for question in left if not question.settled(values)]
    return [Asked(question, program, sampler, samples) for question in left]


def _sought(behaviour: Behaviour, asked: Asked) -> Answer:
    """Whether a profile settles a question, looked for in ever dearer ways."""
    program, numbers = alone(asked.program, asked.question.nodes())
    question = asked.question.renumbered(numbers)
    node = program.nodes[question.node]
    if isinstance(node, ir.Const) and question.pair is None:
        return Answer.YES if node.value == question.value else Answer.NEVER
    sampler = Sampler(behaviour.engine, program, f"{program.programme.id} {question.key}")
    answer = _by_cells(sampler, question)
    if answer is Answer.NOT_FOUND and _by_mending(sampler, question):
        return Answer.YES
    if answer is Answer.NOT_FOUND:
        answer = _by_proof(behaviour, program, question)
    # What is proven of profiles that are filled in says nothing of others.
    if answer is Answer.YES or (answer is Answer.NEVER and question.pair is None):
        return answer
    return Answer.YES if _by_more(sampler, question) else answer


def _by_proof(behaviour: Behaviour, program: ir.Program, question: Question) -> Answer:
    """What the solver says; it looks at profiles in which everything is known."""
    side = Side(behaviour.engine, behaviour.programme)
    found = reachable(side, program, question.node, question.value, limits=_LIMITS)
    return {Verdict.FOUND: Answer.YES, Verdict.NONE: Answer.NEVER, Verdict.OPEN: Answer.NOT_FOUND}[found.verdict]


def _by_cells(sampler: Sampler, question: Question) -> Answer:
    """What all combinations of cells say; nothing is found out where there are too many, or cells are not exact."""
    program = sampler.program
    slots = sampler.facts(question.nodes())
    excluded = any(sum(not group.isdisjoint(slots) for group in groups) > 1 for groups in sampler.alternatives)
    if excluded or not _each_by_itself(program):
        return Answer.NOT_FOUND
    empty: list[Value] = [None] * program.layout.size
    empty[AS_OF_SLOT] = sampler.days[0]
    choices: list[list[Value]] = []
    for slot in slots:
        values: list[Value] = list(sampler.cells.values(slot, empty, sampler.trials))
        # That a part matters may show only while something is unknown.
        choices.append([*values, None] if question.pair is not None else values)
    if prod(len(values) for values in choices) > _MOST_CELLS:
        return Answer.NOT_FOUND
    run: Evaluate = sampler.run
    for combination in product(*choices):
        vector = list(empty)
        for slot, value in zip(slots, combination, strict=True):
            vector[slot] = value
        if sampler.cells.ordered(vector) and question.settled(list(run(vector))):
            return Answer.YES
    return Answer.NEVER


def _each_by_itself(program: ir.Program) -> bool:
    """Whether conditions read each fact by itself: tests of choices and classes, and figures beside fixed ones."""
    return all(_by_itself(program, node) for node in program.nodes)


def _by_itself(program: ir.Program, node: ir.Node) -> bool:
    match node:
        case ir.FactValue(slot) | ir.Is(slot):
            return slot != AS_OF_SLOT and isinstance(program.layout.facts[slot], Fact)
        case ir.Compare(_, left, right):
            sides = [type(program.nodes[side]) for side in (left, right)]
            return ir.Fixed in sides and {*sides} <= {ir.Fixed, ir.FactValue}
        case _:
            return isinstance(node, ir.Const | ir.ClassIs | ir.SizeIs | ir.AllOf | ir.AnyOf | ir.Fixed)


def _by_more(sampler: Sampler, question: Question) -> bool:
    """Whether one of more profiles, drawn of the facts of the question alone, settles it."""
    slots = sampler.facts(question.nodes())
    for number in range(MORE):
        # The second half on the borders: a condition may have one answer there and the other everywhere else.
        sample = sampler.draw(slots, borders=number >= MORE // 2)
        if question.settled(sample.values):
            return True
        if question.pair is not None and question.settled(sampler.hidden(sample).values):
            return True
    return False


def _by_mending(sampler: Sampler, question: Question) -> bool:
    """Whether a profile settles a question after changes of single facts, each of which meets one part more."""
    node = sampler.program.nodes[question.node]
    if not isinstance(node, ir.AllOf) or question.pair is not None:
        return False
    slots = sampler.facts([question.node])
    for _ in range(_MENDED):
        vector = list(sampler.draw(slots).vector)
        for part in node.parts:
            values = sampler.values(vector)
            met = sum(values[each] == ir.MET for each in node.parts)
            for slot, value in sampler.single_changes(part, vector) if values[part] != ir.MET else ():
                before, vector[slot] = vector[slot], value
                now = sampler.values(vector)
                if sum(now[each] == ir.MET for each in node.parts) > met and sampler.cells.ordered(vector):
                    break
                vector[slot] = before
        if question.settled(list(sampler.values(vector))):
            return True
    return False


def _shown(behaviour: Behaviour, asked: Asked) -> str | None:
    """A profile that shows the trouble: of those on which the question's neighbour holds, one that passes most."""
    near = asked.question.near
    if near is None:
        return None
    run = behaviour.engine.evaluator(asked.program)
    criteria = [compiled.node for compiled in asked.program.criteria]
    best: tuple[int, Sample] | None = None
    for sample in asked.samples:
        values = run(sample.vector)
        if values[near] == ir.MET and not sample.barred:
            passed = sum(values[node] == ir.MET for node in criteria)
            if best is None or passed > best[0]:
                best = passed, sample
    if best is None:
        return None
    outcome = best[1].outcome

    def keeps(vector: Sequence[Value]) -> bool:
        values = run(vector)
        return values[near] == ir.MET and outcome_of(asked.program, values) is outcome

    return smaller(behaviour, best[1], keeps)

"""Checking stage: cases that must not be: no answer though all is known, an open figure, an amount below nothing.

Drawn profiles come first; what they don't show is asked of the solver, which finds rare ones, if it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from relief_engine.checking.alone import alone
from relief_engine.checking.behaviour import Behaviour
from relief_engine.checking.extending import Extension
from relief_engine.checking.smaller import smaller
from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Outcome
from relief_engine.errors import Finding
from relief_engine.proving import Limits, Side, reachable
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.text import Text

#: A node, and the value of it that is asked about.
Asked = tuple[int, int]
#: Of one question to the solver; profiles were drawn before.
_LIMITS = Limits(seconds=5.0, samples=0)
_RANGE = Text(
    "这份资料符合全部条件，数额却只有范围，而没有转人工的情形说明由谁确定",
    "this profile meets every criterion and has a range, yet no referral leaves it to people",
)
_UNDECIDED = Text(
    "这份资料已经填全，结论仍是“资料不足”：有规则要读它给不出的数据，例如另一种计租方式的租金",
    "this profile gives all it can, yet stays undetermined: a rule reads what it can't give, such as another form of "
    "the rent",
)
_NEGATIVE = Text("这份资料算出的金额是负数", "the amount for this profile is negative")


def undetermined_with_everything_known(behaviour: Behaviour) -> Iterator[Finding]:
    """A profile that gives all it can and is still undetermined: a rule reads what no such profile can give."""

    def undecided(sample: Sample) -> bool:
        if sample.outcome is not Outcome.UNDETERMINED or sample.barred or _open_figure(sample):
            return False
        cells = behaviour.engine.cells(sample.program)
        return not any(
            isinstance(code := sample.vector[slot], int) and cells.coarse(slot, code) for slot in cells.codes
        )

    yield from _first(behaviour, "undecidable", _UNDECIDED, undecided, _undecided)


def ranges_without_referral(behaviour: Behaviour) -> Iterator[Finding]:
    """A profile that meets everything and is left to nobody, while the texts leave its figure open."""
    yield from _first(behaviour, "range-without-referral", _RANGE, _open_figure, _open_figures)


def negative_amounts(behaviour: Behaviour) -> Iterator[Finding]:
    """An amount below nothing."""
    yield from _first(behaviour, "negative-amount", _NEGATIVE, _negative, _negatives)


def _open_figure(sample: Sample) -> bool:
    """Whether everything is met, nobody is to decide, and yet the texts leave the figure open."""
    program, values = sample.program, sample.values
    if values[program.open] != ir.MET or values[program.refer] != ir.UNMET:
        return False
    figures = [(values[figure.low], values[figure.high]) for figure in program.benefit.shown.values()]
    return any(low is not None and high is not None and low != high for low, high in figures)


def _negative(sample: Sample) -> bool:
    benefit = sample.program.benefit
    lows = [sample.values[m.figure.low] for m in (benefit.amount, benefit.ceiling, benefit.payable) if m is not None]
    return any(low is not None and low < 0 for low in lows)


def _undecided(extension: Extension) -> list[Asked]:
    """Nodes that are unknown where nothing is decided: nobody refuses, nobody is to decide, and no figure is known."""
    program = extension.base
    known = [extension.equal(figure.low, figure.low) for figure in program.figures]
    referred = extension.every([program.open, program.refer])
    given = extension.every([program.open, extension.no(program.refer), *known])
    return [(program.open, ir.UNKNOWN), (referred, ir.UNKNOWN), (given, ir.UNKNOWN)]


def _open_figures(extension: Extension) -> list[Asked]:
    """The node that what :func:`_open_figure` looks for is so."""
    program = extension.base
    apart = [extension.no(extension.equal(figure.low, figure.high)) for figure in program.benefit.shown.values()]
    return [(extension.every([program.open, extension.no(program.refer), extension.some(apart)]), ir.MET)]


def _negatives(extension: Extension) -> list[Asked]:
    """The node that a case which is not refused has an amount below nothing."""
    benefit = extension.base.benefit
    money = [m.figure.low for m in (benefit.amount, benefit.ceiling, benefit.payable) if m is not None]
    below = extension.some(extension.below_nothing(low) for low in money)
    return [(extension.every([extension.base.open, below]), ir.MET)]


def _first(
    behaviour: Behaviour,
    code: str,
    message: Text,
    shows: Callable[[Sample], bool],
    nodes: Callable[[Extension], list[Asked]],
) -> Iterator[Finding]:
    """The first case of a kind: drawn, or found by the solver."""
    where = behaviour.programme.where
    for sample in behaviour.complete:
        if shows(sample):
            if code == "undecidable":
                yield Finding(code, where, message, profile=behaviour.yaml(sample))
            else:
                profile = smaller(behaviour, sample, _shows_too(behaviour, sample, shows))
                yield Finding(code, sample.program.benefit.wording.where, message, profile=profile)
            return
    side = Side(behaviour.engine, behaviour.programme)
    for sampler in behaviour.samplers:
        extension = Extension(behaviour.engine, sampler.program)
        for node, value in nodes(extension):
            if isinstance(extension.nodes.list[node], ir.Const):
                continue
            program, numbers = alone(extension.program(), [node])
            if value == ir.UNKNOWN and not _may_be_unknown(program, sampler):
                continue
            found = reachable(side, program, numbers[node], value, limits=_LIMITS)
            if found.witness is not None:
                place = where if code == "undecidable" else sampler.program.benefit.wording.where
                yield Finding(code, place, message, profile=found.witness.yaml(side))
                return


def _shows_too(
    behaviour: Behaviour, sample: Sample, shows: Callable[[Sample], bool]
) -> Callable[[Sequence[Value]], bool]:
    """Whether another vector of the same program shows the same."""
    run = behaviour.engine.evaluator(sample.program)
    return lambda vector: shows(Sample(sample.program, tuple(vector), frozenset(), tuple(run(vector))))


def _may_be_unknown(program: ir.Program, sampler: Sampler) -> bool:
    """Whether a profile that gives all it can may leave a node unknown: a form that it does not use, steps, a size."""
    layout = program.layout
    forms = {slot for groups in sampler.alternatives for group in groups for slot in group}
    forms |= {slot for slot, *_ in layout.extremes}
    for node in program.nodes:
        match node:
            case ir.FactValue(slot) | ir.Is(slot) if slot in forms:
                return True
            case ir.SizeIs(_, table, indicators):
                given = {name for name, _ in indicators}
                if any(limit.indicator not in given for row in table.rows for limit in row.limits):
                    return True
            case _:
                pass
    return False

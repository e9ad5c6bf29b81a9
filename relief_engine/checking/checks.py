"""Checking stage, the checks: each a pure function from the behaviour of a programme to findings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from relief_engine.checking.behaviour import Behaviour
from relief_engine.checking.effects import parts_without_effect
from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine.missing import Search
from relief_engine.engine.outcome import residue
from relief_engine.errors import Finding
from relief_engine.proving.sampling import Sample
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Text

Check = Callable[[Behaviour], Iterator[Finding]]


def undetermined_with_nothing_missing(behaviour: Behaviour) -> Iterator[Finding]:
    """A profile that stays undetermined although no unknown fact can change the answer: a condition says it twice."""
    seen: set[Hashable] = set()
    for sample in behaviour.partial:
        if sample.outcome is not Outcome.UNDETERMINED:
            continue
        program = sample.program
        question = id(program), sample.barred, residue(program, sample.values, sample.vector).key
        if question in seen:
            continue
        seen.add(question)
        search = Search(program, behaviour.engine.cells(program), behaviour.engine.evaluator(program), sample.barred)
        search.run(sample.vector)
        if search.agreed:
            yield _with_profile(
                "nothing-missing",
                behaviour,
                sample,
                Text(
                    "这份资料的结论是“资料不足”，但没有哪一项缺少的资料会改变结论：条件的写法需要调整",
                    "this profile is undetermined, yet no unknown fact changes the answer: a condition needs rewording",
                ),
            )
            return


def undetermined_with_everything_known(behaviour: Behaviour) -> Iterator[Finding]:
    """A profile that gives all it can and is still undetermined: a rule reads what no such profile can give."""
    for sample in behaviour.complete:
        cells = behaviour.engine.cells(sample.program)
        open_code = any(
            isinstance(code := sample.vector[slot], int) and cells.coarse(slot, code) for slot in cells.codes
        )
        if sample.outcome is not Outcome.UNDETERMINED or sample.barred or open_code or _open_figure(sample):
            continue
        yield _with_profile(
            "undecidable",
            behaviour,
            sample,
            Text(
                "这份资料已经填全，结论仍是“资料不足”：有规则要读它给不出的数据，例如另一种计租方式的租金",
                "this profile gives all it can, yet stays undetermined: a rule reads what it can't give, such as "
                "another form of the rent",
            ),
        )
        return


def ranges_without_referral(behaviour: Behaviour) -> Iterator[Finding]:
    """A profile that meets everything and is left to nobody, while the texts leave its figure open."""
    for sample in behaviour.complete:
        if _open_figure(sample):
            yield _with_profile(
                "range-without-referral",
                behaviour,
                sample,
                Text(
                    "这份资料符合全部条件，数额却只有范围，而没有转人工的情形说明由谁确定",
                    "this profile meets every criterion and has a range, yet no referral leaves it to people",
                ),
            )
            return


def negative_amounts(behaviour: Behaviour) -> Iterator[Finding]:
    """An amount below nothing."""
    for sample in behaviour.complete:
        benefit = sample.program.benefit
        for money in (benefit.amount, benefit.ceiling, benefit.payable):
            low = None if money is None else sample.values[money.figure.low]
            if low is not None and low < 0:
                message = Text("这份资料算出的金额是负数", "the amount for this profile is negative")
                yield _with_profile("negative-amount", behaviour, sample, message)
                return


def absent_figures_without_referral(behaviour: Behaviour) -> Iterator[Finding]:
    """A figure may be known not to exist, and nothing says who decides then and by which clause."""
    programme = behaviour.programme
    if programme.not_available is not None:
        return
    for sampler in behaviour.samplers:
        facts = [sampler.program.layout.facts[slot] for slot in sampler.read]
        absent = [fact for fact in facts if isinstance(fact, Fact) and fact.not_available]
        if absent:
            message = Text(
                f"“{absent[0].label.zh}”可以填“无”，但项目没有 not_available，转人工时说不出理由和依据",
                f"{absent[0].id} may not exist, yet the programme has no not_available to say why people decide then",
            )
            yield Finding("not-available-unexplained", programme.where, message)
            return


def _open_figure(sample: Sample) -> bool:
    """Whether everything is met, nobody is to decide, and yet the texts leave the figure open."""
    program, values = sample.program, sample.values
    if values[program.open] != ir.MET or values[program.refer] != ir.UNMET:
        return False
    figures = [(values[figure.low], values[figure.high]) for figure in program.benefit.shown.values()]
    return any(low is not None and high is not None and low != high for low, high in figures)


def _with_profile(code: str, behaviour: Behaviour, sample: Sample, message: Text) -> Finding:
    of_benefit = code in ("range-without-referral", "negative-amount")
    where = sample.program.benefit.wording.where if of_benefit else behaviour.programme.where
    return Finding(code, where, message, profile=behaviour.yaml(sample))


CHECKS: tuple[Check, ...] = (
    undetermined_with_nothing_missing,
    undetermined_with_everything_known,
    parts_without_effect,
    ranges_without_referral,
    negative_amounts,
    absent_figures_without_referral,
)

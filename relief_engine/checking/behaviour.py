"""Checking stage, first step: what a programme answers to the profiles that are drawn for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from relief_engine.compiled import ir
from relief_engine.engine import Engine
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.proving.witness import in_yaml
from relief_engine.rulebook.programme import Programme

#: How many profiles are drawn for a programme, shared among the stretches of days between changes of its rules.
PROFILES = 600
#: How many more are drawn of the facts of one condition that has not shown both answers yet.
MORE = 1500


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """One programme, its program in each stretch of days, and profiles with their answers."""

    engine: Engine
    programme: Programme
    samplers: tuple[Sampler, ...]
    complete: tuple[Sample, ...]
    partial: tuple[Sample, ...]

    def conditions(self, kind: str, identity: str) -> Iterator[tuple[Sampler, int]]:
        """The node of a criterion or referral in each stretch that has it."""
        for sampler in self.samplers:
            program = sampler.program
            elements: list[tuple[str, int]] = (
                [(c.criterion.id, c.node) for c in program.criteria]
                if kind == "criterion"
                else [(r.referral.id, r.node) for r in program.referrals]
            )
            yield from ((sampler, node) for name, node in elements if name == identity)

    def seen(self, kind: str, identity: str) -> set[int]:
        """Which of *met* and *unmet* a criterion or referral is found to be on some profile."""
        both = {ir.MET, ir.UNMET}
        found: set[int] = set()
        for sampler, node in self.conditions(kind, identity):
            for sample in (*self.complete, *self.partial):
                if sample.program is sampler.program:
                    found.add(sample.values[node] or ir.UNMET)
            slots = sampler.facts([node])
            for number in range(2 * MORE // len(self.samplers)):
                if both <= found:
                    return both
                # The second half on the borders: a condition may have one answer there and the other everywhere else.
                borders = number >= MORE // len(self.samplers)
                found.add(sampler.draw(slots, borders=borders).values[node] or ir.UNMET)
        return found & both

    def yaml(self, sample: Sample) -> str:
        """A sample as the profile that a user would write, in flow style, which is YAML too."""
        return in_yaml(self.engine, sample.program, sample.vector, sample.barred)


def observe(engine: Engine, programme: Programme) -> Behaviour:
    """Draw profiles for a programme and evaluate them."""
    days = programme.change_days() or (programme.period.first,)
    samplers = tuple(
        Sampler(engine, engine.program(programme, day), f"{programme.id} {index}") for index, day in enumerate(days)
    )
    complete, partial = [], []
    for sampler in samplers:
        for number in range(max(1, PROFILES // len(samplers))):
            drawn = sampler.draw()
            sample = drawn if number % 4 == 0 else sampler.mended(drawn, for_people=number % 4 == 1)
            complete.append(sample)
            partial.append(sampler.hidden(sample))
    return Behaviour(engine, programme, samplers, tuple(complete), tuple(partial))

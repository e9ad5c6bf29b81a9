"""Checking stage, first step: what a programme answers to the profiles that are drawn for it."""

from __future__ import annotations

from dataclasses import dataclass

from relief_engine.engine import Engine
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.proving.witness import in_yaml
from relief_engine.rulebook.programme import Programme

#: How many profiles are drawn for a programme, shared among the stretches of days between changes of its rules.
PROFILES = 600


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """One programme, its program in each stretch of days, and profiles with their answers."""

    engine: Engine
    programme: Programme
    samplers: tuple[Sampler, ...]
    complete: tuple[Sample, ...]
    partial: tuple[Sample, ...]

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

"""Testing stage: every parameter of a programme is altered a little, to see whether some worked case notices.

A figure that no case notices could be wrong without anybody knowing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from relief_engine.engine import Engine
from relief_engine.errors import Location
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import Dated
from relief_engine.rulebook.programme import Parameter, ParameterValue, Programme
from relief_engine.rulebook.record import changed
from relief_engine.testing.case_files import Case
from relief_engine.testing.cases import run_case
from relief_engine.text import Text

What = Literal["figure", "day", "left_out", "entry"]
Value = Decimal | dt.date | tuple[str, ...] | dict[str, Decimal | dt.date]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One version of a parameter with another value; ``what`` of it is altered."""

    programme: Programme
    parameter: str
    what: What
    version: int
    before: str
    after: str
    where: Location
    altered: Programme

    @property
    def text(self) -> Text:
        """What is altered, in words."""
        return Text(
            f"{self.programme.id}：参数“{self.parameter}”由 {self.before} 改为 {self.after}，没有算例发现",
            f"{self.programme.id}: no case notices {self.parameter!r} changed from {self.before} to {self.after}",
        )


def alterations(programme: Programme) -> Iterator[Alteration]:
    """Every parameter in every version, wrong by as little as it can be.

    A figure is one more and one less in its last written digit, a day one later and one earlier; of a list each name is
    left out, of a table each entry, and its figures and days are altered.
    """
    for name, parameter in programme.parameters.items():
        for index, (_, version) in enumerate(parameter.versions.versions):
            for what, value in _nearby(version.value):
                altered = _with(programme, parameter, index, changed(version, value=value))
                yield Alteration(
                    programme, name, what, index, _shown(version.value), _shown(value), version.where, altered
                )


def unnoticed(rulebook: Rulebook, cases: Sequence[Case]) -> list[Alteration]:
    """The alterations after which all worked cases of their programme still pass."""
    found = []
    for programme in rulebook.programmes.values():
        own = [case for case in cases if case.programme == programme.id]
        for alteration in alterations(programme):
            programmes = {**rulebook.programmes, programme.id: alteration.altered}
            engine = Engine(replace(rulebook, programmes=programmes))
            if all(run_case(engine, case).passed for case in own):
                found.append(alteration)
    return found


def _nearby(value: object) -> Iterator[tuple[What, Value]]:
    """Values that are wrong by as little as they can be."""
    match value:
        case Decimal():
            step = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
            yield "figure", value + step
            if value - step >= 0 or value < 0:
                yield "figure", value - step
        case dt.date():
            yield "day", value + dt.timedelta(days=1)
            yield "day", value - dt.timedelta(days=1)
        case tuple():
            if len(value) > 1:
                yield from (("left_out", tuple(name for name in value if name != left_out)) for left_out in value)
        case dict():
            for key, entry in value.items():
                if len(value) > 1:
                    yield "left_out", {k: v for k, v in value.items() if k != key}
                for _, near in _nearby(entry):
                    if isinstance(near, Decimal | dt.date):
                        yield "entry", {**value, key: near}


def _with(programme: Programme, parameter: Parameter, index: int, version: ParameterValue) -> Programme:
    """A programme with one version of a parameter replaced."""
    versions = list(parameter.versions.versions)
    versions[index] = (versions[index][0], version)
    altered = changed(parameter, versions=Dated(tuple(versions)))
    return changed(programme, parameters={**programme.parameters, parameter.name: altered})


def _shown(value: object) -> str:
    match value:
        case tuple():
            return "[" + ", ".join(map(str, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{key}: {entry}" for key, entry in value.items()) + "}"
        case _:
            return str(value)

"""Rulebook stage: the types of names in expressions, and the scope of names that an expression may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from relief_engine.errors import Finding, Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, ExtremeFact, Fact, FormFact, SizeFact
from relief_engine.rulebook.units import PURE, Unit
from relief_engine.text import Text


class Bad(Exception):
    """One mistake inside an expression; caught at its root, where it becomes a finding."""

    def __init__(self, code: str, where: Location, message: Text) -> None:
        self.finding = Finding(code, where, message)
        super().__init__(message.en)


@dataclass(slots=True)
class Scope:
    """The names that an expression may use."""

    facts: Mapping[str, AnyFact]
    parameters: Mapping[str, ex.Type] = field(default_factory=dict)
    lets: dict[str, ex.Type] = field(default_factory=dict)
    used_parameters: set[str] = field(default_factory=set)
    used_lets: set[str] = field(default_factory=set)


def fact_type(fact: AnyFact) -> ex.Type | None:
    """The type that a fact has in expressions; None for facts that expressions can't read."""
    match fact:
        case FormFact(domain=domain) | ClassFact(domain=domain) | SizeFact(domain=domain):
            return ex.ChoiceType(domain)
        case ExtremeFact(unit=unit):
            return ex.NumberType(unit)
        case Fact(type="yes_no"):
            return ex.BoolType()
        case Fact(type="choice", domain=domain) if domain is not None:
            return ex.ChoiceType(domain)
        case Fact(type="date"):
            return ex.DateType()
        case Fact(type="count" | "amount" | "number", unit=unit):
            return ex.NumberType(unit or PURE)
        case _:
            return None


def describe(kind: ex.Type) -> Text:
    """A type in words, for messages."""
    match kind:
        case ex.BoolType():
            return Text("条件（是/否）", "a condition (yes/no)")
        case ex.DateType():
            return Text("日期", "a date")
        case ex.ChoiceType(domain=domain):
            return Text(f"选项（{domain.name}）", f"a choice of {domain.name}")
        case ex.NumberType(unit=unit):
            return Text(f"数（{unit.words.zh}）", f"a figure in {unit}" if unit.symbol else "a pure number")
        case ex.NamesType():
            return Text("名称列表", "a list of names")
        case _:
            return Text("表", "a table")


def parameter_type(value: object, unit: Unit | None) -> ex.Type:
    """The type of a parameter's value as written in the rulebook."""
    if isinstance(value, Decimal | int):
        return ex.NumberType(unit or PURE, signed=value < 0)
    if isinstance(value, dict):
        numbers = all(isinstance(entry, Decimal | int) for entry in value.values())
        return ex.TableType(ex.NumberType(unit or PURE) if numbers else ex.DateType())
    if isinstance(value, str | list):
        return ex.NamesType()
    return ex.DateType()

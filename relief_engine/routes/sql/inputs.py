"""SQL route: the typed table, as an approval system keeps it: a column for each fact that a program reads.

A column is named by the fact's id, with ``_`` for the dot: ``applicant_employees``. NULL is unknown. Yes/no is BOOLEAN,
a choice the id of its value, a figure a decimal in the fact's own unit, a date without end 9999-12-31. A rent in steps
is told by a BOOLEAN (steps are given) and by the lowest and the highest step in force on the days that count.
"""

from __future__ import annotations

from fractions import Fraction

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.errors import Finding, InputError
from relief_engine.routes.sql.nodes import bounds_of, slots_read
from relief_engine.routes.sql.render import Dialect
from relief_engine.rulebook.facts import AnyFact, ExtremeFact, Fact, FormFact
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text


class Input(Value):
    """One column of the typed table: its slot, the fact that it gives, and the decimals that are kept of a figure.

    ``lowest`` and ``highest`` are the bounds of a figure or day as it is encoded.
    """

    slot: int
    name: str
    fact: Fact | ExtremeFact
    decimals: int
    lowest: int
    highest: int

    @property
    def unit(self) -> Unit | None:
        """The unit of a figure."""
        return self.fact.unit

    @property
    def type(self) -> str:
        """The fact's type; the lowest and the highest step are amounts."""
        return self.fact.type if isinstance(self.fact, Fact) else "amount"


def inputs(program: ir.Program) -> tuple[Input, ...]:
    """The columns that a program needs, in the order of its slots.

    Raises :class:`InputError` for a fact whose unit is no power of ten of its smallest part.
    """
    layout = program.layout
    wanted: set[int] = set()
    waiting = [slot for slot in slots_read(program) if slot != AS_OF_SLOT]
    while waiting:
        slot = waiting.pop()
        fact = layout.facts[slot]
        if isinstance(fact, FormFact):
            waiting += [layout.slots[name] for name, _ in fact.given_by]
        elif slot not in wanted:
            wanted.add(slot)
            if isinstance(fact, ExtremeFact):
                waiting.append(layout.slots[fact.of])
    found, findings = [], []
    for slot in sorted(wanted):
        fact = layout.facts[slot]
        if isinstance(fact, Fact | ExtremeFact):
            decimals = _decimals(fact)
            if decimals is None:
                zh, en = f"{fact.id} 的单位 {fact.unit} 不能用于 SQL", f"{fact.id}: SQL can't read its unit {fact.unit}"
                findings.append(Finding("sql-unit", fact.where, Text(zh, en)))
            found.append(Input(slot, column_name(fact), fact, decimals or 0, *(bounds_of(program, slot) or (0, 0))))
    if findings:
        raise InputError(findings)
    return tuple(found)


def column_name(fact: AnyFact) -> str:
    """The name of a fact's column: its id, with ``_`` for the dot."""
    return fact.id.replace(".", "_")


def _decimals(fact: Fact | ExtremeFact) -> int | None:
    """How many decimals of a figure in its own unit are kept: 万元 to the cent has six."""
    parts = (fact.unit.scale if fact.unit else Fraction(1)) * fact.denominator
    digits = str(parts)
    return len(digits) - 1 if digits.rstrip("0") == "1" else None


def sql_type(column: Input, dialect: Dialect) -> str:
    """The type to declare a column with."""
    text = "STRING" if dialect == "spark" else "TEXT"
    match column.type:
        case "yes_no" | "steps":
            return "BOOLEAN"
        case "choice" | "industry_code":
            return text
        case "date":
            return "DATE"
        case "count":
            return "BIGINT"
        case _:
            return f"DECIMAL({len(str(column.highest)) + 1}, {column.decimals})"


def table_definition(program: ir.Program, dialect: Dialect, table: str, keys: tuple[str, ...] = ()) -> str:
    """The ``CREATE TABLE`` of the typed table; ``keys`` are further columns, of text."""
    from sqlglot import exp

    text = "STRING" if dialect == "spark" else "TEXT"
    columns = [(key, text) for key in keys] + [(column.name, sql_type(column, dialect)) for column in inputs(program)]
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build(kind, dialect=dialect))
        for name, kind in columns
    ]
    schema = exp.Schema(this=exp.to_table(table), expressions=definitions)
    return exp.Create(this=schema, kind="TABLE").sql(dialect, pretty=True)

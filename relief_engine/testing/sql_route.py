"""Testing stage: what DuckDB says of many profiles in one query, against the direct route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.util import find_spec

from relief_engine.compiled import ir
from relief_engine.decision import Decision
from relief_engine.engine import Engine
from relief_engine.engine.summary import summary
from relief_engine.roster.embedded import connect
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Text


@cache
def duckdb_is_there() -> bool:
    """Whether the SQL route can run here."""
    return find_spec("duckdb") is not None and find_spec("sqlglot") is not None


def differences(
    engine: Engine, programme: Programme, profiles: Sequence[Mapping[str, object]]
) -> tuple[Mapping[str, object], Text] | None:
    """The first profile that DuckDB answers otherwise than the direct route, and how; None if there is none."""
    by_program: dict[ir.Program, list[tuple[Mapping[str, object], Decision]]] = {}
    for profile in profiles:
        for decision in engine.decide(profile, programmes=[programme.id]).decisions:
            described = decision.index is not None or programme.kind.list is None
            if decision.program is not None and described:
                by_program.setdefault(decision.program, []).append((profile, decision))
    for program, pairs in by_program.items():
        answers = _answers(program, [decision for _, decision in pairs])
        for (profile, decision), answer in zip(pairs, answers, strict=True):
            wanted = dict(summary(program, decision.values))
            differ = {name: (wanted[name], answer[name]) for name in wanted if wanted[name] != answer[name]}
            if differ:
                told = "; ".join(f"{name}: {here!r} / {there!r}" for name, (here, there) in differ.items())
                return profile, Text(f"直接计算与 DuckDB 不同：{told}", f"the direct route and DuckDB differ: {told}")
    return None


def _answers(program: ir.Program, decisions: Sequence[Decision]) -> list[dict[str, object]]:
    """What the query of a program answers to the vectors of some decisions, figures as whole numbers."""
    from relief_engine.routes.sql.query import decision_query, slots_read

    slots = slots_read(program)
    with connect() as connection:
        columns = ", ".join(f"s{slot} BIGINT" for slot in slots)
        connection.execute(f"CREATE TABLE slots (id BIGINT{', ' if columns else ''}{columns})")
        rows = [(number, *(decision.slots[slot] for slot in slots)) for number, decision in enumerate(decisions)]
        connection.executemany(f"INSERT INTO slots VALUES ({', '.join('?' * (1 + len(slots)))})", rows)
        query = decision_query(program, "duckdb", "slots", ["id"]).sql("duckdb")
        cursor = connection.execute(f"{query} ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [
            {name: int(v) if isinstance(v, int | Decimal) else v for name, v in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]

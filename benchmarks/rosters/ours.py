"""Our contestant: the benchmark's programme as one query over a typed table, as ``relief rules sql`` prints it."""

from __future__ import annotations

from benchmarks import workload
from benchmarks.rosters.by_hand import ANSWER
from benchmarks.rosters.leases import KEY, columns
from relief_engine import Engine, load_rulebook
from relief_engine.routes.sql.render import Dialect
from relief_engine.routes.sql.view import rules_query

#: The names that the compiled query gives what all contestants answer.
_NAMES = (KEY, "outcome", "failed", "unknown", "figure_leased_days_low", "figure_months_low", "amount")
#: What the view is called that gives the roster's columns the names of the typed table.
VIEW = "leases"


def table(roster: str, quote: str = '"') -> str:
    """The roster as a typed table: a query over what stands in FROM, its headers replaced by the names of facts."""
    found = columns(load_rulebook(workload.RULEBOOK))
    listed = ", ".join(
        f"{quote}{c.header}{quote}" + (f" AS {c.fact.id.replace('.', '_')}" if c.fact else "") for c in found
    )
    return f"SELECT {listed} FROM {roster}"


def query(dialect: Dialect) -> str:
    """The answers to the rows of :data:`VIEW`, under the names of :data:`benchmarks.rosters.by_hand.ANSWER`."""
    rulebook = load_rulebook(workload.RULEBOOK)
    (programme,) = rulebook.programmes.values()
    program = Engine(rulebook).program(programme, workload.AS_OF)
    relations = [relation for known in rulebook.subjects.values() for relation in known.relations]
    found = rules_query(program, dialect, VIEW, [KEY], as_of=workload.AS_OF, relations=relations, natural=False).sql(
        dialect
    )
    quote = "`" if dialect == "spark" else '"'
    listed = ", ".join(
        f"{quote}{theirs}{quote} AS {quote}{name}{quote}" for theirs, name in zip(_NAMES, ANSWER, strict=True)
    )
    return f"SELECT {listed} FROM ({found}) AS answers"

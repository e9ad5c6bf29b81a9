"""SQL route: slots that stay as the typed table has them: yes/no as BOOLEAN, and choices as text where that is less."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.routes.sql.inputs import Input
from relief_engine.routes.sql.render import Dialect, Held
from relief_engine.routes.sql.terms import Terms
from relief_engine.rulebook.facts import Fact


def held(terms: Terms, columns: Sequence[Input], dialect: Dialect) -> Held:
    """The slots that stay as they are.

    A choice does if its values are asked for so seldom that comparing texts each time is less than making numbers of
    them first. DuckDB makes those numbers once for each entry of a dictionary.
    """
    asked: dict[int, int] = {}
    for op, args, values in terms.list:
        if op == "in" and isinstance(values, tuple):
            asked[args[0]] = asked.get(args[0], 0) + len(values)
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        name = f"s{column.slot}"
        if column.type == "yes_no":
            found[name] = ()
        elif (
            column.type == "choice"
            and dialect != "duckdb"
            and isinstance(column.fact, Fact)
            and column.fact.domain is not None
        ):
            ids = column.fact.domain.ids
            if asked.get(terms.column(name), 0) <= len(ids):
                found[name] = tuple(ids)
    return found

"""Roster stage: a brief result of a long table: outcomes, masks and figures, without words or the roster's own columns.

The answers of a programme are written as they will be, in one pass. Only where rows were set aside, or several
programmes are asked for, are they copied once more.
"""

from __future__ import annotations

from pathlib import Path

from sqlglot import exp

from relief_engine.roster.answers import Screening
from relief_engine.roster.bulk.deciding import Deciding
from relief_engine.roster.bulk.queries import HAND, bounds_of_answers, of_programme
from relief_engine.roster.bulk.reading import ROW
from relief_engine.roster.bulk.rendering import RAW, SENTENCES, Said, rendered
from relief_engine.roster.bulk.results import Writing, counting
from relief_engine.roster.flat import Flat
from relief_engine.roster.parquet import BRIEF, META, TYPES, about
from relief_engine.roster.results import Results
from relief_engine.routes.sql.render import cast
from relief_engine.rulebook.programme import Programme

#: The columns of results that are left out: words, hints, and what is the same in all rows and said once.
LEFT_OUT = frozenset({"name", "programme", "outcome", *SENTENCES, "hints", "as_of", "rulebook"})
#: The columns that come first.
_FIRST = ("row", "programme_id", "outcome_id", "failed", "unknown", "referred")
#: What was written in the first pass.
_PART = "relief_part"


def brief_columns(results: Results) -> dict[str, str]:
    """The columns of a brief result by id, each with its type in the database: figures behind outcomes and masks."""
    flat = Flat(results, by_id=True)
    kinds = dict(zip(flat.names[: flat.width], flat.kinds, strict=False))
    return {name: TYPES[kinds[name]] for name in (*_FIRST, *kinds) if name not in LEFT_OUT}


class BriefDeciding(Deciding):
    """Writes answers in the columns of a brief result; rows that were set aside have no outcome there."""

    def write(self, programme: Programme, path: Path, *, carried: bool) -> None:
        """Write the answers of a programme; what of the roster is ``carried`` along is left out."""
        program = self.engine.program(programme, self.screening.as_of)
        bounds = bounds_of_answers(self.engine, self.screening, programme)
        said = Said(self.screening, programme, program, Results(self.screening), bounds)
        wanted = brief_columns(said.results)
        found = exp.select().from_(self.answers(programme, carried=carried).subquery(RAW))
        expressions = dict(rendered(said, "duckdb"))
        for name, kind in wanted.items():
            found = found.select(exp.alias_(cast(expressions[name], kind), name, quoted=True), copy=False)
        self.database.copy(found, path, *_options(self.screening, list(wanted)))

    def file(self, programme: Programme) -> exp.Expr:
        """The answers of a programme as a relation, under the names too by which they are asked for."""
        alike = {ROW: "row", "outcome": "outcome_id"}
        if "rate" in brief_columns(Results(self.screening)):
            alike["rate_low"] = "rate"
        named = [exp.alias_(exp.column(there, quoted=True), here, quoted=True) for here, there in alike.items()]
        return exp.select("*", *named).from_(super().file(programme)).subquery(_PART)


class BriefWriting(Writing):
    """Makes one file of the answers of all programmes, and counts what is in it."""

    def write(self, target: Path, kind: str) -> None:  # noqa: ARG002 - there is but one kind
        """Write the result to ``target``, a parquet file."""
        deciding, programmes = self.deciding, self.screening.programmes
        left = exp.select("COUNT(*)").from_(deciding.file(programmes[0])).where("outcome IS NULL")
        by_hand = exp.select("COUNT(*)").from_(HAND)
        whole = all(self.database.run(query).fetchone()[0] == 0 for query in (left, by_hand))
        if whole and len(programmes) == 1:
            deciding.raw[programmes[0].id].replace(target)
        else:
            columns = brief_columns(self.results)
            first, *others = [self._part(programme, columns) for programme in programmes]
            found: exp.Query = first
            for other in others:
                found = exp.union(found, other, distinct=False)
            self.database.copy(found, target, *_options(self.screening, list(columns)))
        self._written = target

    def _part(self, programme: Programme, columns: dict[str, str]) -> exp.Select:
        """The answers of a programme: those given by hand where there are, else what the database answered."""
        hand = exp.select("*").from_(HAND).where(of_programme(programme)).subquery(HAND)
        number = cast(exp.column("hand_row", table=HAND), "BIGINT")
        same = exp.EQ(this=exp.column(ROW, table=_PART), expression=number)
        taken = exp.not_(exp.Is(this=exp.column("hand_row", table=HAND), expression=exp.null()))
        found = exp.select().from_(self.deciding.file(programme)).join(hand, on=same, join_type="left")
        for name, kind in columns.items():
            value = exp.Case().when(taken.copy(), cast(exp.column(name, table=HAND, quoted=True), kind))
            value = value.else_(exp.column(name, table=_PART, quoted=True))
            found = found.select(exp.alias_(value, name, quoted=True), copy=False)
        answered = exp.not_(exp.Is(this=exp.column("outcome", table=_PART), expression=exp.null()))
        return found.where(exp.or_(answered, taken))

    def _counting(self, programme: Programme) -> list[exp.Select]:
        """The query that counts and sums the answers of a programme, over what was written."""
        file = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(str(self._written))])
        is_it = exp.EQ(this=exp.column("programme_id"), expression=exp.Literal.string(programme.id))
        return [counting(brief_columns(self.results), file).where(is_it)]


def _options(screening: Screening, names: list[str]) -> tuple[str, ...]:
    """How a brief result is written, with what it says of itself."""
    meta = exp.Literal.string(about(screening, "zh", names, len(names), BRIEF)).sql("duckdb")
    return "FORMAT parquet", "COMPRESSION zstd", f"KV_METADATA {{{META}: {meta}}}"

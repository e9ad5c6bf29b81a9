"""Comparing stage: what of a programme its answers lean on, and what only things shown beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relief_engine.comparing.edit import Reach
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.check_programme import expressions
from relief_engine.rulebook.facts import ClassFact, SizeFact, behind
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.standards import Standards


class Uses:
    """The names of parameters and figures that the answers of some programmes lean on, and that only others do."""

    def __init__(self, programmes: Iterable[Programme]) -> None:
        answering: set[str] = set()
        showing: set[str] = set()
        for programme in programmes:
            answering |= _names(programme, _answering(programme))
            showing |= _names(programme, _showing(programme))
        self.answering = frozenset(answering)
        self.showing = frozenset(showing)

    def reach(self, name: str) -> Reach:
        """How far a change of a parameter or figure can reach."""
        if name in self.answering:
            return Reach.ANSWER
        return Reach.SHOWN if name in self.showing else Reach.WORDING


def _answering(programme: Programme) -> Iterator[ex.Expr | None]:
    """The expressions that outcomes and figures come from."""
    for dated in (*(c.versions for c in programme.criteria), *(r.versions for r in programme.referrals)):
        for _, wording in dated.versions:
            yield wording.condition
    for _, benefit in programme.benefit.versions.versions:
        yield from (benefit.amount, benefit.ceiling, benefit.rate, benefit.payable, benefit.until)


def _showing(programme: Programme) -> Iterator[ex.Expr | None]:
    """The expressions of what is shown beside an answer."""
    for deadline in programme.deadlines:
        yield from (deadline.date, deadline.condition)
    for remark in (*programme.ways, *programme.check_by_hand, *programme.remarks):
        yield remark.condition
    for let in programme.lets.values():
        if let.shown:
            yield let.value


def _names(programme: Programme, roots: Iterable[ex.Expr | None]) -> set[str]:
    """The names in some expressions and in the figures that they lean on."""
    waiting = [root for root in roots if root is not None]
    found: set[str] = set()
    while waiting:
        for part in ex.walk(waiting.pop()):
            match part:
                case ex.LetRef(name=name) if name not in found:
                    found.add(name)
                    waiting.append(programme.lets[name].value)
                case ex.ParamRef(name=name) | ex.Entry(name=name) | ex.Member(name=str(name)):
                    found.add(name)
                case ex.OverlapDays(window=window) | ex.OverlapMonths(window=window):
                    found |= {parameter.name for parameter in window}
                case _:
                    pass
    return found


class Reads:
    """The facts and standards that a programme's rules lean on, what facts are derived from included."""

    def __init__(self, programme: Programme, standards: Standards) -> None:
        self.facts: set[str] = set()
        self.standards: set[str] = set()
        # The subject of a membership test stands among the expressions itself.
        waiting = [part.fact for part in expressions(programme) if isinstance(part, ex.FactRef | ex.Flag)]
        while waiting:
            fact = waiting.pop()
            if fact.id in self.facts:
                continue
            self.facts.add(fact.id)
            waiting += [programme.facts[name] for name in behind(fact) if name in programme.facts]
            if isinstance(fact, ClassFact | SizeFact):
                self._standard(fact.standard, standards)

    def _standard(self, name: str, standards: Standards) -> None:
        """A standard with the code list below it; the sectors of a size table are a part of it."""
        for editions in standards.size_tables.values():
            table = next(editions.values())
            if name in (table.id, table.sectors.id):
                self.standards |= {table.id, table.sectors.id, table.sectors.codes.id}
        if name in standards.class_maps:
            self.standards |= {name, standards.class_maps[name].codes.id}

"""Comparing stage, rosters: one row after another is decided by two rulebooks, and what differs is put down."""

from __future__ import annotations

import datetime as dt

from relief_engine.comparing.rosters.causes import Causes
from relief_engine.comparing.rosters.effect import (
    difference,
    difference_if_granted,
    figures_of,
    kind_of,
    missing_of,
    unchanged,
)
from relief_engine.comparing.rosters.model import Change, Kind, Pair, State
from relief_engine.comparing.rosters.reading import Reading
from relief_engine.comparing.rosters.result import Impact
from relief_engine.decision import NOTHING_MISSING, Outcome
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Answer, answer_of
from relief_engine.roster.flat import plain
from relief_engine.roster.reasons import Reasons
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected, Row
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text, joined

_ABSENT = Text("规则库里没有这个项目", "the rulebook has no such programme")


class Clerk:
    """Decides rows by both rulebooks and puts down what differs."""

    def __init__(
        self, old: Engine, new: Engine, reading: Reading, day: dt.date, found: Impact, named: tuple[int, ...]
    ) -> None:
        self.engines = old, new
        self.day = day
        self.found = found
        self.named = named
        self.asked = tuple(pair for pair in reading.pairs if not pair.same)
        self.before = RowReader(old.rulebook, reading.table, reading.old)
        # Where both read alike, one reading serves both.
        self.after = None if reading.same else RowReader(new.rulebook, reading.table, reading.new)
        self.reasons = Reasons(day), Reasons(day)
        self.causes = Causes(day)

    def take(self, row: Row | Rejected) -> None:
        """Count one row and what became of it."""
        found = self.found
        found.rows += 1
        if isinstance(row, Rejected):
            found.rejected += 1
            return
        if not self.asked:
            found.undecided += 1
            return
        before = self.before.read(row)
        after = before if self.after is None else self.after.read(row)
        if isinstance(before, Rejected) and isinstance(after, Rejected):
            found.rejected += 1
            return
        kinds = [self._compare(row, pair, before, after) for pair in self.asked]
        if all(kind is Kind.UNCHANGED for kind in kinds):
            found.unchanged += 1
        else:
            found.changed += 1

    def _compare(self, row: Row, pair: Pair, before: Profile | Rejected, after: Profile | Rejected) -> Kind:
        """What became of one answer; it is counted, and put down if it changed."""
        one, other = self._answer(0, pair, before), self._answer(1, pair, after)
        if one is not None and other is not None and unchanged(one, other):
            self.found.other_reasons += bool(self.causes.conditions(one, other))
            return self._count(pair, Kind.UNCHANGED, self._figures(one), self._figures(other), None)
        states = self._state(0, pair, before, one), self._state(1, pair, after, other)
        # What is put off, or only the most that is given, is no relief gained or lost.
        kind, certain = kind_of(*states), difference(*states) if pair.adds_up else None
        self._count(pair, kind, *states, certain)
        change = Change(
            row.number, tuple(_cell(row, place) for place in self.named), pair.id, kind, *states, certain,
            difference_if_granted(*states) if pair.adds_up else None,
            () if one is None or other is None else self.causes.found(one, other),
        )  # fmt: skip
        self.found.put(change)
        return kind

    def _count(self, pair: Pair, kind: Kind, before: State, after: State, certain: int | None) -> Kind:
        sums = self.found.count(pair.id, kind)
        sums.number += 1
        if pair.adds_up:
            sums.before.add(before.figures, before.outcome)
            sums.after.add(after.figures, after.outcome)
            sums.difference += certain or 0
        return kind

    # --- one side -------------------------------------------------------------------------------------------------

    def _answer(self, side: int, pair: Pair, read: Profile | Rejected) -> Answer | None:
        """The answer of one rulebook; None for a row that it can't read."""
        if isinstance(read, Rejected):
            return None
        programme = _side(pair, side)
        if programme is None:
            other = _side(pair, 1 - side)
            assert other is not None, "a programme stands in one rulebook at least"
            return Answer(other, None, {"outcome": Outcome.NOT_IN_FORCE.value}, NOTHING_MISSING)
        index = None if programme.subject == APPLICANT else 0
        return answer_of(self.engines[side].decide_one(programme, read, index, self.day))

    @staticmethod
    def _figures(answer: Answer) -> State:
        """A side of an answer that did not change, without its words."""
        return State(Outcome(str(answer.summary["outcome"])), _ABSENT, figures_of(answer))

    def _state(self, side: int, pair: Pair, read: Profile | Rejected, answer: Answer | None) -> State:
        if answer is None:
            return State(None, _unread(read))
        outcome = Outcome(str(answer.summary["outcome"]))
        if _side(pair, side) is None:
            return State(outcome, _ABSENT)
        said = self.reasons[side].said(answer)
        return State(outcome, said.reason, figures_of(answer), said.clauses, missing_of(answer))


def _unread(read: Profile | Rejected) -> Text:
    """What is wrong with a row that one rulebook can't read."""
    problems = read.problems if isinstance(read, Rejected) else ()
    return joined([problem.message for problem in problems], zh="；", en="; ")


def _side(pair: Pair, side: int) -> Programme | None:
    return pair.new if side else pair.old


def _cell(row: Row, place: int) -> str | None:
    cell = row.cells[place] if place < len(row.cells) else None
    return None if cell is None else plain(cell)

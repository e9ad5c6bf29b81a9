"""Roster stage: rows are read and answered in a process of their own, ahead of the one that writes them.

Deciding and writing take about as long, so two processors halve the time. The process is forked, so that it goes on
with the table, the rulebook and all that was seen where this one stands; where that can't be done, or only one
processor is there, rows are answered here. Only what their answers say comes back, with the rows themselves where
this process can't read them as well.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice

from relief_engine.compiled import ir
from relief_engine.decision import NOTHING_MISSING, MissingFact, MissingFacts
from relief_engine.engine.summary import Cell
from relief_engine.roster.answers import Answer, Answered, Screening
from relief_engine.roster.people import ByPeople
from relief_engine.roster.table import Problem, Rejected, Row
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Text

#: So many rows go at once, and so many such parcels are on their way.
_PARCEL, _PARCELS = 500, 6

#: What comes back for a row: its problems; or the summaries, what is missing, what people decided, and the hints.
_Missing = tuple[bool, tuple[tuple[str, str, bool], ...]] | None
_Packed = tuple[Mapping[str, Cell], _Missing, ByPeople | None]
_Reply = tuple[Problem, ...] | tuple[list[_Packed], tuple[Text, ...]]
#: With its row, or with the number of a row that is read on both sides.
_Parcel = list[tuple[Row | int, _Reply]]


@dataclass(frozen=True, slots=True)
class Sender:
    """The rows that are left, what answers them, what is done after each parcel, and what reads its answers."""

    rows: Iterator[Row | Rejected]
    answer: Callable[[Row], Answered | Rejected]
    flush: Callable[[], None]
    screening: Screening
    programs: tuple[ir.Program | None, ...]


def in_a_process(sender: Sender) -> Iterator[Answered | Rejected]:
    """What becomes of each row, in order; the same as by ``sender.answer`` here."""
    if not (sender.screening.table.forkable and _can_fork()):
        for row in sender.rows:
            yield row if isinstance(row, Rejected) else sender.answer(row)
        return
    import multiprocessing

    global _sender
    sender.flush()  # what is still in memory would be written by both processes
    _sender = sender
    alive, held = os.pipe()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_end_with, initargs=(alive, held)) as pool:
        try:
            waiting = deque(pool.submit(_next_parcel) for _ in range(_PARCELS))
            while parcel := waiting.popleft().result():
                waiting.append(pool.submit(_next_parcel))
                yield from _opened(sender, parcel)
            if sender.screening.table.in_memory and next(sender.rows, None) is not None:
                raise RuntimeError("rows were read that were not answered")
        finally:
            _sender = None
            pool.shutdown(cancel_futures=True)
            os.close(alive)
            os.close(held)


def _can_fork() -> bool:
    """Whether there is another processor, and a copy of this process would be whole."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and threading.active_count() == 1


# --- there --------------------------------------------------------------------------------------------------------

#: What answers, in the process that was forked.
_sender: Sender | None = None


def _end_with(alive: int, held: int) -> None:
    """End when the process that forked this one does, however it ends: then nobody holds the pipe open any more."""
    os.close(held)

    def wait() -> None:
        os.read(alive, 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _next_parcel() -> _Parcel:
    """The next rows with their answers; none where the table ends."""
    if _sender is None:
        raise RuntimeError("nothing answers here")
    found: _Parcel = []
    here = _sender.screening.table.in_memory
    for row in islice(_sender.rows, _PARCEL):
        line = row if isinstance(row, Rejected) else _sender.answer(row)
        found.append((line.row.number if here else line.row, _reply(line)))
    _sender.flush()
    return found


def _reply(line: Answered | Rejected) -> _Reply:
    if isinstance(line, Rejected):
        return line.problems
    return [(a.summary, _packed(a.missing), a.people) for a in line.answers], line.hints


def _packed(missing: MissingFacts | None) -> _Missing:
    if missing is None:
        return None
    return missing.exact, tuple([(m.fact.id, m.subject, m.too_coarse) for m in missing.facts])


# --- here ---------------------------------------------------------------------------------------------------------


def _opened(sender: Sender, parcel: _Parcel) -> Iterator[Answered | Rejected]:
    for sent, reply in parcel:
        row = _read_here(sender, sent) if isinstance(sent, int) else sent
        if len(reply) == 2 and isinstance(reply[0], list):
            answers, hints = reply
            yield Answered(row, _answers(sender, answers), hints)
        else:
            yield Rejected(row, reply)


def _read_here(sender: Sender, number: int) -> Row:
    """The next row, read here too, which costs less than having it sent."""
    row = next(sender.rows)
    if isinstance(row, Rejected) or row.number != number:
        raise RuntimeError(f"row {number} was answered and row {row.number if isinstance(row, Row) else row} read")
    return row


def _answers(sender: Sender, packed: Sequence[_Packed]) -> tuple[Answer, ...]:
    rules = zip(sender.screening.programmes, sender.programs, packed, strict=True)
    return tuple([
        Answer(programme, program, summary, _missing(sender, missing), people)
        for programme, program, (summary, missing, people) in rules
    ])  # fmt: skip


def _missing(sender: Sender, packed: _Missing) -> MissingFacts | None:
    if packed is None:
        return None
    exact, facts = packed
    if exact and not facts:
        return NOTHING_MISSING
    known = sender.screening.rulebook.facts
    found = [
        MissingFact(fact, subject, coarse) for name, subject, coarse in facts if isinstance(fact := known[name], Fact)
    ]
    return MissingFacts(tuple(found), exact)

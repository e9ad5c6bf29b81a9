"""Roster stage: people's answers to referrals, as the cells of a row state them, beside what the rules decide of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from relief_engine.decision import Decision, Resolved, State
from relief_engine.errors import Finding, InputError, did_you_mean
from relief_engine.profile.model import Profile, Resolution
from relief_engine.profile.resolutions import agreement, not_an_agreement
from relief_engine.profile.values import BadValue
from relief_engine.profile.written import visible
from relief_engine.roster.cells import cell_reader
from relief_engine.roster.headers import Columns
from relief_engine.roster.table import CellError, Problem, Row, Table, cell_text
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.text import Text

#: Marks between several referrals that one answer is about. Titles hold commas themselves.
_APART = re.compile(r"[;；\n]")
#: The column that says whether people granted something.
_ASKED = Text("人工认定", "granted")


class ByPeople(Value):
    """What people's answers come to for one answered row: the state, the amount in whole cents, and why."""

    state: State
    cents: int | None
    reasons: tuple[Text, ...]


def by_people(resolved: Resolved | None) -> ByPeople | None:
    """What people's answers come to, in the shape of a row; None where there are none."""
    if resolved is None:
        return None
    cents = None if resolved.amount is None else int(resolved.amount.scaleb(2))
    return ByPeople(resolved.state, cents, resolved.reasons)


def check_programmes(table: Table, columns: Columns, programmes: Sequence[Programme]) -> None:
    """Refuse answers of which nobody could tell which of several programmes they are about."""
    if not columns.answers:
        return
    column = columns.answers[0]
    if len(programmes) == 1 or _position(columns, "programme") is not None:
        return
    message = Text(
        f"一次判定 {len(programmes)} 个项目，分不清“{visible(column.header)}”是哪一个的；"
        f"请加一列“认定项目”，或用 --programme 只判定一个",
        f"{len(programmes)} programmes are screened at once, and nobody can tell which '{visible(column.header)}' is "
        "about; add a column 'Programme decided' (认定项目), or screen one with --programme",
    )
    raise InputError([Finding("answer-programme", table.where(column=column.index), message)])


class Stated(Value):
    """A row's profile with people's answers in it, and its decisions."""

    profile: Profile
    decisions: tuple[Decision, ...]


class People:
    """Reads people's answers out of the rows of one table. Safe to share between threads."""

    def __init__(self, table: Table, columns: Columns, programmes: Sequence[Programme]) -> None:
        self._programmes = {programme.id: programme for programme in programmes}
        self._columns = {column.fact.name: column for column in columns.answers if column.fact is not None}
        self._readers = {name: cell_reader(column, None, table.day_zero) for name, column in self._columns.items()}

    def decided(self, row: Row, profile: Profile, decisions: Sequence[Decision]) -> Stated | tuple[Problem, ...]:
        """The decisions of a row with what people answered, and the profile that states it; or what is wrong with it.

        An answer that names no referral is about the one that holds. Where several hold it is kept and not applied.
        """
        read, problems = self._read(row)
        if problems:
            return tuple(sorted(problems, key=lambda p: -1 if p.column is None else p.column))
        if read is None:
            return Stated(profile, tuple(decisions))
        answers = []
        for decision in decisions:
            if decision.programme.id != read["programme"]:
                continue
            held = [referral.id for referral in decision.referrals]
            # Of several nobody may choose; what names none is not applied, and the reason says what to write.
            names = read["referral"] or (held if len(held) == 1 else [""])
            answers += [
                Resolution(
                    decision.programme.id, decision.subject, name, read["granted"], read["amount"], read["on"],
                    read["by"], read["note"], index,
                )
                for index, name in enumerate(names)
            ]  # fmt: skip
        stated = dataclasses.replace(profile, resolutions=tuple(answers), _answers=None)
        return Stated(stated, tuple([dataclasses.replace(decision, profile=stated) for decision in decisions]))

    def problems(self, row: Row) -> tuple[Problem, ...]:
        """What is wrong with a row's answer, of a row that is not decided for other reasons."""
        return tuple(self._read(row)[1])

    def _read(self, row: Row) -> tuple[dict[str, Any] | None, list[Problem]]:
        """The parts of an answer by their names, None where the row has none; and all that is wrong with it."""
        read: dict[str, Any] = dict.fromkeys(("programme", "referral", "granted", "amount", "on", "by", "note"))
        problems: list[Problem] = []
        unread = set()
        for name, column in self._columns.items():
            cell = row.cells[column.index] if column.index < len(row.cells) else None
            try:
                read[name] = self._value(name, cell)
            except BadValue as mistake:
                unread.add(name)
                problems += [
                    Problem(one.code, column.index, one.message, cell_text(cell)) for one in (mistake, *mistake.also)
                ]
        if read["granted"] is None and "granted" not in unread:
            # Who fills the other columns in for all rows has not answered; who states an amount has, but not what.
            stated = read["amount"] is not None or "amount" in unread
            return None, [*problems, *([self._lacking("granted")] if stated else [])]
        problems += [self._lacking(name) for name in ("on", "by") if read[name] is None and name not in unread]
        if read["amount"] is not None and "granted" not in unread and not (read["granted"] and read["amount"]):
            message = Text("不同意的不填金额，同意的金额不能是 0", "an amount goes with what was granted, and is not 0")
            problems.append(
                Problem("resolution-amount", self._columns["amount"].index, message, str(read["amount"] / 100))
            )
        if "programme" not in unread:
            problems += self._named(read)
        return (None if problems else read), problems

    def _value(self, name: str, cell: object) -> Any:
        if cell is None or (isinstance(cell, str) and not isinstance(cell, CellError) and not cell.strip()):
            return None
        try:
            found = self._readers[name](agreement(cell) if name == "granted" and type(cell) is str else cell)
        except BadValue as mistake:
            if mistake.code == "yes-no":
                raise not_an_agreement(_ASKED, cell) from None
            raise
        match name:
            case "granted":
                return None if found is None else found == 1
            case "on" if isinstance(found, int):
                return dt.date.fromordinal(found)
            case _:
                return found

    def _named(self, read: dict[str, Any]) -> Iterator[Problem]:
        """Puts the ids in place of the names of programme and referrals; what is no name of one is a problem."""
        known = {
            key: id_ for id_, p in self._programmes.items() for key in (id_, id_.rpartition("/")[2], *_both(p.title))
        }
        written = read["programme"]
        if written is None and len(self._programmes) > 1:
            yield self._lacking("programme")
            return
        if written is not None and written not in known:
            yield self._unknown("programme", written, known)
            return
        programme = self._programmes[next(iter(self._programmes)) if written is None else known[written]]
        read["programme"] = programme.id
        if read["referral"] is None:
            return
        extra = programme.not_available
        titled = [
            *((r.id, r.title) for r in programme.referrals),
            *(() if extra is None else ((extra.id, extra.title),)),
        ]
        names = {key: id_ for id_, title in titled for key in (id_, *_both(title))}
        parts = [part.strip() for part in _APART.split(read["referral"]) if part.strip()]
        for part in parts:
            if part not in names:
                yield self._unknown("referral", part, names)
        read["referral"] = list(dict.fromkeys(names[part] for part in parts if part in names))

    def _lacking(self, name: str) -> Problem:
        column = self._columns[name]
        header = visible(column.header)
        return Problem(
            "missing", column.index, Text(f"有人工认定，还须填“{header}”", f"'{header}' must be filled in too")
        )

    def _unknown(self, name: str, got: str, known: Mapping[str, str]) -> Problem:
        if name == "programme":
            # No nearest name: an answer about a programme that is not screened must not become one about another.
            titles = [programme.title for programme in self._programmes.values()]
            message = Text(
                f"本次没有判定“{visible(got)}”，判定的是{'、'.join(title.zh for title in titles)}；"
                "写错了的请改正，漏了的用 --programme 加上",
                f"'{visible(got)}' is not screened, but {', '.join(title.en for title in titles)}; correct the name or "
                "add the programme with --programme",
            )
        else:
            hint = did_you_mean(got, known)
            message = Text(f"没有认定事项“{visible(got)}”{hint.zh}", f"there is no referral '{visible(got)}'{hint.en}")
        return Problem(f"resolution-{name}", self._columns[name].index, message, visible(got))


def _both(title: Text) -> tuple[str, str]:
    return title.zh, title.en


def _position(columns: Columns, name: str) -> int | None:
    return next((c.index for c in columns.answers if c.fact is not None and c.fact.name == name), None)

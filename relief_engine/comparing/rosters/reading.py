"""Comparing stage, rosters: one table as two rulebooks read it: columns, programmes, and what only one knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from relief_engine.comparing.rosters.model import Pair
from relief_engine.comparing.rosters.same import same_program, same_reading
from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location
from relief_engine.roster.choosing import about
from relief_engine.roster.formats import open_table
from relief_engine.roster.headers import LEAVE, Columns, known, recognise
from relief_engine.roster.names import names_of, normal
from relief_engine.roster.run import refuse_others
from relief_engine.roster.several import refuse_several
from relief_engine.roster.table import Table
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Value
from relief_engine.text import Text

#: What the two rulebooks are called.
OLD, NEW = Text("旧规则", "the old rules"), Text("新规则", "the new rules")


class Request(Value):
    """How a table is read; as for ``relief screen`` (:class:`relief_engine.roster.run.Request`)."""

    roster: Path
    as_of: dt.date
    programmes: Sequence[str] = ()
    sheet: str | None = None
    encoding: str | None = None
    kind: str | None = None
    mapping: Mapping[str, str] = {}


class Reading(Value):
    """A table with its columns under both rulebooks, and the programmes that it is decided for.

    ``same`` says whether both read every cell alike. ``remarks`` is what the user should know of columns.
    """

    table: Table
    old: Columns
    new: Columns
    same: bool
    pairs: tuple[Pair, ...]
    remarks: tuple[Text, ...]


def read_both(old: Engine, new: Engine, request: Request) -> Reading:
    """Open a table and settle how both rulebooks read it and what for.

    Raises:
        InputError: the file, its columns or the programmes can't be used; problems under both rulebooks in one go.
        UnknownName: a programme that neither rulebook has.
    """
    knows = [known(engine.rulebook, request.mapping) for engine in (old, new)]
    table = open_table(
        request.roster,
        sheet=request.sheet,
        encoding=request.encoding,
        known=lambda header: any(k(header) for k in knows),
    )
    refuse_several(table, request.roster, [old.rulebook, new.rulebook])
    before, after = _columns(table, old.rulebook, new.rulebook, request)
    same = same_reading(old.rulebook, new.rulebook)
    pairs = tuple(_pairs(old, new, before, after, request, same=same))
    if not pairs:
        label = after.kind.label
        message = Text(
            f"两个规则库都没有针对{label.zh}的项目", f"neither rulebook has a programme for a {label.en.lower()}"
        )
        raise InputError([Finding("roster-programme", Location(str(request.roster)), message)])
    remarks = dict.fromkeys((*table.remarks, *before.remarks, *after.remarks, *_one_sided(before, after)))
    return Reading(table, before, after, same, pairs, tuple(remarks))


# --- columns ------------------------------------------------------------------------------------------------------


def _columns(table: Table, old: Rulebook, new: Rulebook, request: Request) -> tuple[Columns, Columns]:
    """The columns under each rulebook; a row must describe the same kind of subject under both."""
    found: list[Columns] = []
    findings: list[Finding] = []
    for rulebook, other, name in ((old, new, OLD), (new, old, NEW)):
        mapping = {h: fact for h, fact in request.mapping.items() if _maps(fact, rulebook) or not _maps(fact, other)}
        try:
            found.append(recognise(table, rulebook, mapping=mapping, kind=request.kind))
        except InputError as error:
            findings += [
                Finding(f.code, f.where, Text(f"按{name.zh}：{f.message.zh}", f"by {name.en}: {f.message.en}"))
                for f in error.findings
            ]
    if findings:
        raise InputError(findings)
    before, after = found
    if before.kind.id != after.kind.id:
        zh = f"按旧规则每一行是{before.kind.label.zh}，按新规则是{after.kind.label.zh}，请用 --row 指明"
        en = f"a row is {before.kind.id} by the old rules and {after.kind.id} by the new ones; say which with --row"
        raise InputError([Finding("row-kind", Location(table.file), Text(zh, en))])
    return before, after


def _maps(fact: str, rulebook: Rulebook) -> bool:
    """Whether a rulebook has what ``--map`` names: an addition may be known to one side only."""
    name = fact.strip()
    return name == LEAVE or name in rulebook.facts or bool(names_of(rulebook).facts.get(normal(name)))


def _one_sided(old: Columns, new: Columns) -> list[Text]:
    """The columns that one rulebook alone reads, or that the two read as different facts."""
    found = []
    for before, after in zip(old.columns, new.columns, strict=True):
        one, other = before.fact, after.fact
        if (one and one.id) == (other and other.id):
            continue
        header = before.header
        if one is not None and other is not None:
            zh = f"“{header}”一栏按旧规则是{one.label.zh}（{one.id}），按新规则是{other.label.zh}（{other.id}）"
            en = f"'{header}' is {one.id} by the old rules and {other.id} by the new ones"
        else:
            fact, name = (one, OLD) if one is not None else (other, NEW)
            identity = fact.id if fact is not None else ""
            zh, en = f"“{header}”一栏只有{name.zh}认识（{identity}）", f"only {name.en} know '{header}' ({identity})"
        found.append(Text(zh, en))
    return found


# --- programmes ---------------------------------------------------------------------------------------------------


def _pairs(old: Engine, new: Engine, before: Columns, after: Columns, request: Request, *, same: bool) -> list[Pair]:
    """The programmes that are asked for, or that the columns are about under either rulebook."""
    day, sides = request.as_of, ((old, before), (new, after))
    if request.programmes:
        names = list(dict.fromkeys(request.programmes))
        for name in names:
            # The new rulebook names the nearest one where neither has it.
            (old if name in old.rulebook.programmes else new).rulebook.programme(name)
        for engine, columns in sides:
            asked = [p for name in names if (p := engine.rulebook.programmes.get(name)) is not None]
            refuse_others(asked, columns.kind.id, columns.kind.label, request.roster)
    else:
        names = list(dict.fromkeys(p.id for engine, columns in reversed(sides) for p in about(engine, columns, day)))
    return [_pair(old, new, name, day, same=same) for name in names]


def _pair(old: Engine, new: Engine, name: str, day: dt.date, *, same: bool) -> Pair:
    one, other = old.rulebook.programmes.get(name), new.rulebook.programmes.get(name)
    in_force = [p is not None and p.period.holds(day) for p in (one, other)]
    equal = not any(in_force)
    if all(in_force) and one is not None and other is not None:
        equal = same and same_program(old.program(one, day), new.program(other, day))
    return Pair(name, one, other, equal)

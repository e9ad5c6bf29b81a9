"""Roster stage: columns become facts, by the headers that facts declare, in any order and either language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.profile.resolutions import COLUMNS
from relief_engine.profile.written import visible
from relief_engine.roster.answer_columns import ANSWERS, Column, find_answers
from relief_engine.roster.names import Reading, names_of, normal
from relief_engine.roster.stating import not_read, wrong_above, wrong_unit
from relief_engine.roster.table import Table
from relief_engine.roster.titles import NAME_ID, of_result
from relief_engine.rulebook.facts import Fact, SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Text

__all__ = ["LEAVE", "Column", "Columns", "known", "recognise"]

#: What stands for "leave this column alone" in a mapping.
LEAVE = "-"
#: So many unknown headers are held against the known ones for slips.
_MOST_GUESSES = 100
#: So many headers are shown where none is known.
_SHOWN = 6


class Columns(Value):
    """The columns of a table. One row describes one subject of ``kind`` together with its applicant.

    ``remarks`` is what the user should know of columns that are not read. ``answers`` are the columns in which people's
    answers to referrals come back, with what is like a fact; they give no facts, and ``columns`` has them without one.
    """

    kind: SubjectKind
    columns: tuple[Column, ...]
    remarks: tuple[Text, ...] = ()
    answers: tuple[Column, ...] = ()

    def position(self, fact: str) -> int | None:
        """Which column gives a fact (by its id), from 0."""
        return next((c.index for c in self.columns if c.fact is not None and c.fact.id == fact), None)


def known(rulebook: Rulebook, mapping: Mapping[str, str] | None = None) -> Callable[[str], bool]:
    """Says of a text whether it is the header of a column that would be read; for ``open_table``."""
    names = names_of(rulebook)
    mapped = {normal(header) for header in mapping or {}}
    return lambda header: normal(header) in mapped or bool(names.readings(header) or ANSWERS.readings(header))


def recognise(
    table: Table, rulebook: Rulebook, *, mapping: Mapping[str, str] | None = None, kind: str | None = None
) -> Columns:
    """Find the fact that each column gives.

    Args:
        table: the table.
        rulebook: the rulebook whose facts are looked for.
        mapping: for headers that are not known, or known for something else, the id of the fact, or ``-`` for none.
        kind: what one row describes: the id of a kind of subject such as ``lease`` or ``applicant``, or the name of
            its list. Without it the kind of which most columns speak; the applicant if they speak of no other.

    Raises:
        InputError: with every problem: a mapping that fits nothing, two columns for one fact, a unit of another kind,
            no column that is known, or a kind that can't be told.
    """
    return _Recogniser(table, rulebook).run(mapping or {}, kind)


class _Recogniser:
    def __init__(self, table: Table, rulebook: Rulebook) -> None:
        self.table = table
        self.rulebook = rulebook
        self.names = names_of(rulebook)
        self.findings: list[Finding] = []
        self.remarks: list[Text] = []
        self.guesses: dict[str, Text] = {}

    def run(self, mapping: Mapping[str, str], asked: str | None) -> Columns:
        mapped = self.mapped(mapping)
        readings: list[Sequence[Reading]] = [
            mapped[index] if index in mapped else self.names.readings(header) if header else ()
            for index, header in enumerate(self.table.headers)
        ]
        self.without_copy(mapped, readings)
        if not any(readings) and not self.findings:
            self.nothing_known()
        kind = self.asked_kind(asked) if asked is not None else self.likeliest_kind(readings)
        if kind is None:
            raise InputError(self.findings)
        settled = {r[0].fact.id for r in readings if len(r) == 1}
        readings = [_unsettled(found, settled, kind) for found in readings]
        columns = tuple(
            self.column(index, header, found, kind, guess=index not in mapped)
            for index, (header, found) in enumerate(zip(self.table.headers, readings, strict=True))
        )
        self.twice(columns)
        answers = self.answers(mapped, readings)
        silent = [(c.index, c.fact) for c in (*columns, *answers) if c.fact is not None and c.unit is None]
        self.findings += wrong_above(self.table, silent)
        if not self.findings and all(column.fact is None for column in columns):
            self.nothing_known()
        if self.findings:
            raise InputError(self.findings)
        return Columns(kind, columns, tuple(self.remarks), answers)

    def without_copy(self, mapped: Mapping[int, Sequence[Reading]], readings: list[Sequence[Reading]]) -> None:
        """Leave the copy of the applicants' names that a parquet result has, where the roster's own column is there."""
        headers = self.table.headers
        copy = headers.index(NAME_ID) if NAME_ID in headers and of_result(headers) else None
        if copy is None or copy in mapped:
            return
        same = {reading.fact.id for reading in readings[copy]}
        others = (found for index, found in enumerate(readings) if index != copy and len(found) == 1)
        if any(found[0].fact.id in same for found in others):
            readings[copy] = ()

    def answers(
        self, mapped: Mapping[int, Sequence[Reading]], readings: Sequence[Sequence[Reading]]
    ) -> tuple[Column, ...]:
        """The columns of people's answers, which no fact has taken."""
        free = {i: h for i, h in enumerate(self.table.headers) if h and i not in mapped and not readings[i]}
        stated = {i: found[0] for i, found in mapped.items() if found and found[0].fact.id in COLUMNS}
        found = find_answers(self.table, free, stated)
        self.findings += found.findings
        self.remarks = [*(r for r in self.remarks if r not in self.guesses_of(found.columns)), *found.remarks]
        self.twice(found.columns)
        return found.columns

    def guesses_of(self, columns: Sequence[Column]) -> list[Text]:
        """The remarks that columns, which are read after all, might be meant for a fact."""
        return [remark for column in columns if (remark := self.guesses.get(column.header)) is not None]

    def report(self, code: str, zh: str, en: str, column: int | None = None) -> None:
        where = Location(self.table.file) if column is None else self.table.where(column=column)
        self.findings.append(Finding(code, where, Text(zh, en)))

    # --- what the user says -----------------------------------------------------------------------------------------

    def mapped(self, mapping: Mapping[str, str]) -> dict[int, Sequence[Reading]]:
        """What the user says of columns, by position."""
        found: dict[int, Sequence[Reading]] = {}
        headers = self.table.headers
        for header, target in mapping.items():
            places = [i for i, h in enumerate(headers) if h == header.strip()] or [
                i for i, h in enumerate(headers) if h and normal(h) == normal(header)
            ]
            if not places:
                hint = did_you_mean(header, [h for h in headers if h])
                self.report("map-header", f"--map：没有表头“{visible(header)}”{hint.zh}",
                            f"--map: there is no header '{visible(header)}'{hint.en}")  # fmt: skip
            fact = None if target.strip() == LEAVE else self.fact(target.strip())
            for place in places:
                names = self.names if fact is None or fact.id not in COLUMNS else ANSWERS
                found[place] = () if fact is None else [names.stated(fact, headers[place])]
        return found

    def fact(self, name: str) -> Fact | None:
        """The fact of a mapping by its id, or any other name that stands for one fact only."""
        one = self.rulebook.facts.get(name) or COLUMNS.get(name)
        if isinstance(one, Fact):
            return one
        if one is not None:
            self.report("map-fact", f"--map：{name} 由规则推算，不能从表里读", f"--map: rules work out {name}")
            return None
        named = self.names.facts.get(normal(name), [])
        if len(named) == 1:
            return named[0]
        if named:
            ids = [fact.id for fact in named]
            self.report("map-fact", f"--map：“{name}”可能指 {'、'.join(ids)}，请写全",
                        f"--map: {name!r} may be {' or '.join(ids)}; write it in full")  # fmt: skip
            return None
        ids = [fact.id for fact in self.rulebook.facts.values() if isinstance(fact, Fact)]
        hint = did_you_mean(name, ids)
        self.report("map-fact", f"--map：没有事实“{visible(name)}”{hint.zh or '，可用的见 relief facts'}",
                    f"--map: there is no fact '{visible(name)}'{hint.en or '; see: relief facts'}")  # fmt: skip
        return None

    def asked_kind(self, asked: str) -> SubjectKind | None:
        kinds = {APPLICANT: SubjectKind(APPLICANT, Text("申请方", "Applicant"), None, "个")}
        kinds |= {known.kind.id: known.kind for known in self.rulebook.subjects.values()}
        for kind in kinds.values():
            if asked in (kind.id, kind.list, kind.label.zh):
                return kind
        hint = did_you_mean(asked, kinds)
        self.report(
            "row-kind",
            f"--row：没有“{visible(asked)}”这一种{hint.zh or '，可用 ' + '、'.join(kinds)}",
            f"--row: there is no kind '{visible(asked)}'{hint.en or '; known: ' + ', '.join(kinds)}",
        )
        return None

    # --- what the headers say ---------------------------------------------------------------------------------------

    def likeliest_kind(self, readings: Sequence[Sequence[Reading]]) -> SubjectKind | None:
        """The listed kind of which most columns speak, not counting what no decision reads."""
        counts: Counter[str] = Counter()
        for found in readings:
            if not any(reading.fact.subject == APPLICANT or reading.fact.id in COLUMNS for reading in found):
                counts.update({reading.fact.subject for reading in found if not reading.fact.informative})
        most = max(counts.values(), default=0)
        best = [subject for subject in self.rulebook.subjects if most and counts[subject] == most]
        if not best:
            return self.asked_kind(APPLICANT)
        if len(best) == 1:
            return self.rulebook.subjects[best[0]].kind
        kinds = [self.rulebook.subjects[subject].kind for subject in best]
        labels = "还是".join(kind.label.zh for kind in kinds)
        self.report(
            "row-kind",
            f"分不清每一行是{labels}，请用 --row 指明（{'、'.join(best)}）",
            f"can't tell what a row is; say so with --row ({', '.join(best)})",
        )
        return None

    def column(self, index: int, header: str, found: Sequence[Reading], kind: SubjectKind, *, guess: bool) -> Column:
        """One column; a header that fits facts of several kinds gives the one of the row's own kind."""
        if found and found[0].fact.id in COLUMNS:
            return Column(index, header, None, None)
        own = [r for r in found if r.fact.subject == kind.id] or [r for r in found if r.fact.subject == APPLICANT]
        if not own:
            if found:
                other = self.rulebook.subjects[found[0].fact.subject].kind.label
                zh = f"“{header}”属于{other.zh}，这张表每行是一{kind.counter}{kind.label.zh}"
                en = f"'{header}' belongs to: {other.en}; a row here is: {kind.label.en}"
                if guess:
                    self.remarks.append(Text(f"{zh}，没有读取", f"{en}; not read"))
                else:
                    self.report("map-kind", f"--map：{zh}", f"--map: {en}", index)
            elif header and guess and len(self.remarks) < _MOST_GUESSES:
                self.guess(header)
            return Column(index, header, None, None)
        wrong = wrong_unit(self.table, index, own[0])
        if wrong is not None:
            self.findings.append(wrong)
        return Column(index, header, own[0].fact, own[0].unit)

    def guess(self, header: str) -> None:
        near = self.names.nearest(header)
        if near is not None:
            fact = self.names.facts[normal(near)][0]
            self.guesses[header] = not_read(header, near, self.names.stated(fact, header))
            self.remarks.append(self.guesses[header])

    def twice(self, columns: Sequence[Column]) -> None:
        first: dict[str, Column] = {}
        for column in columns:
            if column.fact is not None and (other := first.setdefault(column.fact.id, column)) is not column:
                label = column.fact.label
                self.report(
                    "two-columns",
                    f"“{other.header}”和“{column.header}”都是{label.zh}，只能读一列；不用的写 --map {column.header}=-",
                    f"'{other.header}' and '{column.header}' both give {label.en}; to leave one out: "
                    f"--map {column.header}=-",
                    column.index,
                )

    def nothing_known(self) -> None:
        headers = [f"“{visible(header)}”" for header in self.table.headers if header][:_SHOWN]
        listed = "、".join(headers)
        self.report(
            "no-header",
            f"一个表头也不认识（开头是 {listed}）；用 relief screen --template 台账.xlsx 可得到模板，"
            f"或用 --map 表头=事实 指定",
            f"no header is known (the first are {listed}); relief screen --template roster.xlsx writes a template, "
            f"and --map HEADER=FACT names the fact",
            0,
        )
        raise InputError(self.findings)


def _unsettled(found: Sequence[Reading], settled: set[str], kind: SubjectKind) -> Sequence[Reading]:
    """What a header may stand for that fits both the row's kind and its applicant: not what another column gives."""
    mine = [r for r in found if r.fact.subject in (kind.id, APPLICANT)]
    open_ = [r for r in mine if r.fact.id not in settled]
    return open_ if len(mine) > 1 and open_ else found

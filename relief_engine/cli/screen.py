"""Command line stage: ``relief screen``."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from relief_engine.cli.mapping import read_mapping
from relief_engine.cli.output import note, out, out_json
from relief_engine.decision import Outcome, State
from relief_engine.engine import Engine
from relief_engine.roster.answers import Screening
from relief_engine.roster.counts import Counts
from relief_engine.roster.records import screening_record
from relief_engine.roster.run import EngineName, Request, screen_file, uninstalled
from relief_engine.roster.second import NAME
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.text import Language, Text

#: How wide a bar of progress is.
_WIDE = 30


def screen_roster(
    roster: Path,
    output: Path,
    programmes: Sequence[str],
    as_of: dt.date | None,
    rules: Path | None,
    language: Language,
    *,
    sheet: str | None,
    encoding: str | None,
    kind: str | None,
    mapping: Sequence[str],
    engine: EngineName,
    brief: bool,
    as_json: bool,
) -> None:
    """Screen a roster, write the result, and print what it came to."""
    rulebook = cached_rulebook(rules)
    request = Request(
        roster=roster,
        output=output,
        as_of=as_of or dt.date.today(),
        programmes=asked_for(programmes, rulebook),
        sheet=sheet,
        encoding=encoding,
        kind=kind,
        mapping=read_mapping(mapping),
        language=language,
        engine=engine,
        brief=brief,
    )
    with _Bar(language) as bar:
        screening, counts = screen_file(Engine(rulebook), request, bar.tell)
    remarks = (*screening.table.remarks, *screening.columns.remarks)
    note(*[said.in_(language) for said in by_one_route(screening)])
    if as_json:
        out_json(screening_record(screening, counts, output, remarks, language))
        return
    note(*[remark.in_(language) for remark in (*remarks, *([] if counts.rows else [_EMPTY]))])
    out("".join(f"{line}\n" for line in lines(screening, counts, output, language, today=as_of is None)))


_EMPTY = Text(
    "表头下面没有一行填了内容，没有可以判定的；“示例”工作表里的不读",
    "nothing stands below the headers, so there is nothing to decide; the sheet 'Example' is not read",
)


def by_one_route(screening: Screening) -> tuple[Text, ...]:
    """What to say where the answers stand on one route only, and why; nothing where two agreed."""
    if len(screening.routes) > 1:
        return ()
    if screening.routes == (NAME,):
        said = Text("本次只由 DuckDB 计算得出，未经第二条路径核对。", "These answers come from DuckDB alone.")
        return (said,)
    why = uninstalled()
    said = Text("本次只由直接计算得出，未经第二条路径核对。", "These answers come from the direct route alone.")
    return (said,) if why is None else (why, said)


# --- what it came to --------------------------------------------------------------------------------------------------


def lines(screening: Screening, counts: Counts, output: Path, language: Language, *, today: bool = False) -> list[str]:
    """The result in a few lines, the sum of rows first; ``today``: nobody named the day."""
    day = Text("（今天，没有指定 --as-of）", " (today, since --as-of names none)") if today else Text("", "")
    titles = "、".join(p.title.zh for p in screening.programmes), ", ".join(p.title.en for p in screening.programmes)
    found = [
        Text(f"判定日：{screening.as_of}{day.zh}", f"Day of the decision: {screening.as_of}{day.en}"),
        Text(f"项目：{titles[0]}", f"Programmes: {titles[1]}"),
        Text(
            f"读入 {counts.rows:,} 行 = 判定 {counts.decided:,} 行 + 未能读取 {counts.rejected:,} 行",
            f"{counts.rows:,} rows = {counts.decided:,} decided + {counts.rejected:,} that could not be read",
        ),
    ]
    for outcome in Outcome:
        number = counts.outcomes.get(outcome, 0)
        if number:
            label, tail = outcome.label, _sums(outcome, counts)
            found.append(Text(f"  {label.zh} {number:,}{tail.zh}", f"  {label.en} {number:,}{tail.en}"))
    found += _by_people(counts)
    found.append(Text(f"结果：{output}", f"Result: {output}"))
    if counts.rejected_file is not None:
        found.append(Text(f"未能读取的行：{counts.rejected_file}", f"Rows not read: {counts.rejected_file}"))
    return [text.in_(language) for text in found]


def _by_people(counts: Counts) -> Iterator[Text]:
    """What people decided, kept apart from what the rules did."""
    if counts.by_people:
        yield Text("台账中的人工认定（不计入以上各项）", "What people decided, by the roster (not in the sums above)")
    for state, number in counts.by_people.items():
        amount = _yuan(counts.granted_by_people) if state is State.GRANTED else ""
        tail = Text(f"，金额合计 {amount} 元", f", {amount} yuan in all") if amount else Text("", "")
        yield Text(f"  {state.label.zh} {number:,}{tail.zh}", f"  {state.label.en} {number:,}{tail.en}")


def _sums(outcome: Outcome, counts: Counts) -> Text:
    if outcome is Outcome.ELIGIBLE and counts.granted:
        return Text(f"，金额合计 {_yuan(counts.granted)} 元", f", {_yuan(counts.granted)} yuan in all")
    low, high = counts.if_granted
    if outcome is not Outcome.REFERRED or not (high or counts.unsettled):
        return Text("", "")
    span = _yuan(low) if low == high else f"{_yuan(low)}—{_yuan(high)}"
    if not counts.unsettled:
        return Text(f"，如均予同意 {span} 元", f", {span} yuan if all are granted")
    return Text(
        f"，如均予同意至少 {_yuan(low)} 元（另有 {counts.unsettled:,} 件数额未定）",
        f", at least {_yuan(low)} yuan if all are granted ({counts.unsettled:,} of them without a figure yet)",
    )


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


class _Bar:
    """How many rows are done, on one line of a terminal that is wiped at the end; silent elsewhere."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.shown = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> _Bar:
        return self

    def tell(self, done: int | float) -> None:
        """Show how many rows are done, or which share."""
        if self.shown:
            said = Text(f"已处理 {done:,} 行", f"{done:,} rows done").in_(self.language)
            if isinstance(done, float):
                filled = int(done * _WIDE)
                said = f"[{'#' * filled}{'.' * (_WIDE - filled)}] {done:.0%}"
            sys.stderr.write(f"\r{said}")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

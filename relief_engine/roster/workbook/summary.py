"""Roster stage: the first sheet: what was screened by what, and what it came to in numbers and sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from relief_engine.decision import Outcome, State, yuan
from relief_engine.explanation.sheet import ROUTES, WORDS
from relief_engine.roster.answers import Screening
from relief_engine.roster.counts import Sums, Tally
from relief_engine.roster.workbook.page import FIRST, LAST, OUTCOMES, WIDTHS, Page
from relief_engine.roster.workbook.styles import COLOURS, DARK, FONT, GREY, PERCENT
from relief_engine.roster.workbook.widths import width
from relief_engine.text import Text
from relief_engine.version import VERSION

NAME = Text("汇总", "Summary")
_TITLE = Text("减免判定汇总", "Summary of the screening")
_GRANTED = Text("减免金额合计（元）", "Sum granted (yuan)")
_IF_GRANTED = Text("如予同意合计（元）", "Sum if granted (yuan)")
#: What people do about each outcome.
_NEXT_TITLE = Text("怎么办", "What next")
_NEXT = {
    Outcome.ELIGIBLE: Text("核对后办理减免", "check and grant"),
    Outcome.REFERRED: Text("由人认定后再办理", "people decide first"),
    Outcome.UNDETERMINED: Text("补齐资料后再判定", "complete and screen again"),
    Outcome.INELIGIBLE: Text("理由见“判定结果”表", "see the sheet Decisions"),
    Outcome.NOT_IN_FORCE: Text("换判定日再判定", "choose another day"),
}

#: Of the column of answers by programmes that are not in force.
_CLOSED_WIDTH = 16


class SummarySheet(Page):
    """Writes the summary when all answers have been counted."""

    def write(
        self, screening: Screening, tally: Tally, hinted: Sums, group_title: Text | None, copied: Collection[int] = ()
    ) -> None:
        """Write all blocks and set up the page.

        Args:
            screening: what was screened by what.
            tally: what it came to.
            hinted: the eligible answers of rows with hints, and their sum.
            group_title: what answers are grouped by; None where they are not.
            copied: the positions of columns that decide nothing but are copied into forms.
        """
        sheet = self.sheet
        for index, wide in enumerate(WIDTHS):
            sheet.set_column(index, index, wide, self.styles())
        sheet.hide_gridlines(2)
        sheet.set_default_row(18)
        sheet.set_row(0, 34)
        sheet.write_string(0, FIRST, self.said(_TITLE), self.styles(font_size=18, bold=True, font_color=DARK))
        self.row = 1
        self._about(screening)
        self._rows(tally, len(screening.programmes))
        self._by_outcome(tally)
        several = len(screening.programmes) > 1
        if several:
            names = {p.id: p.title.in_(self.language) for p in screening.programmes}
            table: dict[str, dict[str, Sums]] = {names[identity]: {} for identity, _ in tally.by_programme}
            for (identity, outcome), sums in tally.by_programme.items():
                table[names[identity]][outcome] = sums
            self._crossed(Text("按项目", "By programme"), Text("项目", "Programme"), table)
        if group_title is not None:
            groups: dict[str, dict[str, Sums]] = {}
            for (group, outcome), sums in tally.by_group.items():
                groups.setdefault(group, {})[outcome] = sums
            ordered = dict(sorted(groups.items(), key=lambda item: -sum(s.number for s in item[1].values())))
            label = Text(group_title.zh, group_title.en)
            self._crossed(Text(f"按{label.zh}", f"By {label.en.lower()}"), label, ordered)
        self._hints(screening, hinted, copied)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&R&P / &N")

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _about(self, screening: Screening) -> None:
        table = screening.table
        programmes = "；".join(p.title.in_(self.language) for p in screening.programmes[:5])
        if len(screening.programmes) > 5:
            programmes += self.said(
                Text(f"等 {len(screening.programmes)} 项", f" and {len(screening.programmes) - 5} more")
            )
        lines: list[tuple[Text, str | None]] = [
            (Text("台账", "Roster"), table.file.replace("\\", "/").rpartition("/")[2]),
            (Text("工作表", "Sheet"), table.sheet),
            (Text("判定日", "Day of the decision"), screening.as_of.isoformat()),
            (Text("项目", "Programmes"), programmes),
            (Text("规则库", "Rulebook"), screening.rulebook.digest),
            (
                WORDS["routes"],
                "、".join(self.said(ROUTES.get(route, Text(route, route))) for route in screening.routes),
            ),
            (Text("引擎版本", "Engine"), f"relief-engine {VERSION}"),
        ]
        for title, value in lines:
            if value:
                self._pair(title, value)

    def _pair(self, title: Text, value: str) -> None:
        quiet = self.styles(font_color=GREY)
        self.sheet.write_string(self.row, FIRST, self.said(title), quiet)
        self.sheet.write_string(self.row, FIRST + 1, value, self.styles())
        self.row += 1

    def _rows(self, tally: Tally, programmes: int) -> None:
        """Rows in are decisions and rejected rows; nothing is dropped."""
        total = tally.decided + tally.rejected
        self._pair(
            Text("行数", "Rows"),
            self.said(
                Text(
                    f"读入 {total:,} 行 = 已判定 {tally.decided:,} 行 + 未能读取 {tally.rejected:,} 行",
                    f"{total:,} read = {tally.decided:,} decided + {tally.rejected:,} not read",
                )
            ),
        )
        for state, sums in sorted(tally.by_people.items(), key=lambda item: list(State).index(item[0])):
            words = Text(f"{sums.number:,} 件", f"{sums.number:,}")
            if state is State.GRANTED:
                amount = f"{yuan(sums.low):,.2f}"
                words = Text(
                    f"{words.zh}，金额合计 {amount} 元（不在下表的减免金额合计内）",
                    f"{words.en}, {amount} yuan in all, which are not in the sum granted below",
                )
            self._pair(state.label, self.said(words))
        if programmes > 1:
            answers = sum(sums.number for sums in tally.by_outcome.values())
            words = Text(
                f"每行按 {programmes} 个项目判定，共 {answers:,} 件",
                f"each row by {programmes} programmes, {answers:,} answers in all",
            )
            self._pair(Text("件数", "Answers"), self.said(words))

    def _by_outcome(self, tally: Tally) -> None:
        self.heading(Text("按判定结果", "By outcome"))
        titles = [
            Text("判定结果", "Outcome"), Text("件数", "Number"), Text("占比", "Share"),
            _NEXT_TITLE, None, _GRANTED, _IF_GRANTED,
        ]  # fmt: skip
        self.heads(titles)
        self.row -= 1
        self.merged(FIRST + 3, FIRST + 4, self.said(_NEXT_TITLE), self.styles.head())
        self.row += 1
        shown = [o for o in OUTCOMES if o is not Outcome.NOT_IN_FORCE or o.value in tally.by_outcome]
        total = sum(sums.number for sums in tally.by_outcome.values())
        first = self.row
        for outcome in shown:
            sums = tally.by_outcome.get(outcome.value, Sums())
            self.sheet.write_string(
                self.row, FIRST, self.said(outcome.label), self.styles.outcome(outcome, align="left", indent=1)
            )
            self.number(FIRST + 1, sums.number)
            share = self.styles.boxed(num_format=PERCENT)
            self.sheet.write_number(self.row, FIRST + 2, sums.number / total if total else 0, share)
            self.merged(FIRST + 3, FIRST + 4, self.said(_NEXT[outcome]), self.styles.boxed(font_color=GREY, indent=1))
            self.money(FIRST + 5, sums if outcome is Outcome.ELIGIBLE else None)
            self.money(FIRST + 6, sums if outcome is Outcome.REFERRED else None)
            self.row += 1
        self.total(Text("合计", "Total"), tally.by_outcome, shares=True)
        self._chart(first, shown)
        self._open(tally)

    def _open(self, tally: Tally) -> None:
        referred = tally.by_outcome.get(Outcome.REFERRED.value, Sums())
        if referred.open:
            self.note(
                Text(
                    f"需人工认定的有 {referred.open:,} 件数额还不能确定，没有计入合计。",
                    f"{referred.open:,} referred cases have no figure yet and are not in the sum.",
                )
            )

    def _chart(self, first: int, shown: list[Outcome]) -> None:
        chart = self.book.add_chart({"type": "bar"})
        last = first + len(shown) - 1
        chart.add_series({
            "categories": [self.sheet.get_name(), first, FIRST, last, FIRST],
            "values": [self.sheet.get_name(), first, FIRST + 1, last, FIRST + 1],
            "points": [{"fill": {"color": COLOURS[o][2]}} for o in shown],
            "data_labels": {"value": True, "font": {"name": FONT, "size": 9}},
            "gap": 45,
        })  # fmt: skip
        chart.set_title({
            "name": self.said(Text("各判定结果的件数", "Answers by outcome")),
            "name_font": {"name": FONT, "size": 11, "bold": True, "color": DARK}, "overlay": False,
        })  # fmt: skip
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "num_font": {"name": FONT, "size": 10}, "line": {"none": True},
                          "major_tick_mark": "none"})  # fmt: skip
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_chartarea({"border": {"color": "#C9D1DA"}})
        chart.set_size({"width": 866, "height": 220})
        self.row += 1
        self.sheet.insert_chart(self.row, FIRST, chart, {"object_position": 2})
        self.row += 10

    def _crossed(self, heading: Text, title: Text, table: Mapping[str, Mapping[str, Sums]]) -> None:
        """A table with a line for each group and a column for each outcome."""
        self.heading(heading)
        shown = OUTCOMES[:4]
        # Most screenings have none of these: their column stands behind the others.
        closed = any(Outcome.NOT_IN_FORCE.value in by_outcome for by_outcome in table.values())
        more = [Outcome.NOT_IN_FORCE.label] if closed else []
        if closed:
            self.sheet.set_column(LAST + 1, LAST + 1, _CLOSED_WIDTH, self.styles())
        self.heads([title, *(outcome.label for outcome in shown), _GRANTED, _IF_GRANTED, *more])
        empty = Sums()
        for name, by_outcome in table.items():
            self.sheet.write_string(self.row, FIRST, name, self.styles.boxed(text_wrap=True))
            if width(name) > WIDTHS[FIRST] - 2:
                self.sheet.set_row(self.row, 30)
            for offset, outcome in enumerate(shown, start=1):
                self.number(FIRST + offset, by_outcome.get(outcome.value, empty).number)
            self.money(FIRST + 5, by_outcome.get(Outcome.ELIGIBLE.value))
            self.money(FIRST + 6, by_outcome.get(Outcome.REFERRED.value))
            if closed:
                self.number(LAST + 1, by_outcome.get(Outcome.NOT_IN_FORCE.value, empty).number)
            self.row += 1
        merged: dict[str, Sums] = {}
        for by_outcome in table.values():
            for outcome_id, sums in by_outcome.items():
                into = merged.setdefault(outcome_id, Sums())
                into.number += sums.number
                into.low += sums.low
                into.high += sums.high
        self.total(Text("合计", "Total"), merged, closed=closed)

    def _hints(self, screening: Screening, hinted: Sums, copied: Collection[int]) -> None:
        notes = list(screening.table.remarks)
        read = {*copied, *(column.index for column in screening.columns.answers)}
        carried = [c.header for c in screening.columns.columns if c.fact is None and c.index not in read]
        if carried:
            listed = "、".join(carried[:20]) + ("…" if len(carried) > 20 else "")
            notes.append(
                Text(
                    f"判定没有用到的栏（{len(carried)} 栏，原样保留）：{listed}",
                    f"columns that decide nothing ({len(carried)}, kept as they are): {listed}",
                )
            )
        if hinted.number:
            words = f"{yuan(hinted.low):,.2f}"
            notes.append(
                Text(
                    f"有提示（如可能重复）的行中有 {hinted.number:,} 件判为符合，金额共 {words} 元，请先核对再减免。",
                    f"{hinted.number:,} eligible answers are of rows with hints (such as possible duplicates), {words} "
                    "yuan in all: check them first.",
                )
            )
        notes.append(
            Text(
                "“需人工认定”由人决定，金额不计入减免合计；“资料不足”补齐资料后再判定。结论供核对使用，不是法律意见。",
                "What is referred is for people to decide and not in the sum; what is undetermined needs more facts. "
                "This is not legal advice.",
            )
        )
        self.heading(Text("提示", "Notes"))
        for note in notes:
            self.note(note)

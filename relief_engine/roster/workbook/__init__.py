"""Roster stage: the result as a workbook that can be handed on: summary, decisions, official forms, rows not read.

The modules: ``stream`` (sheets too long for memory), ``book`` (the file), ``styles``, ``widths``, and one
for each sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from relief_engine.decision import Outcome
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Sums, Tally
from relief_engine.roster.form_lines import FormLines
from relief_engine.roster.grouping import Grouping
from relief_engine.roster.known import Known
from relief_engine.roster.results import Results
from relief_engine.roster.table import Rejected
from relief_engine.rulebook.build_forms import forms_of
from relief_engine.text import Language, Text

_ELIGIBLE = Outcome.ELIGIBLE.value
_AUTHOR = Text("关于减免的判定结果", "Answers on relief")


def write_workbook(path: Path, screening: Screening, lines: Iterable[Answered | Rejected], language: Language) -> Tally:
    """Write all lines to a new workbook at ``path`` in one pass and bounded memory, and count them.

    Raises :class:`StatedError` if there are more answers than a sheet holds. After any exception the file is unusable.
    """
    from relief_engine.roster.workbook import about, decisions, form, rejected, summary
    from relief_engine.roster.workbook.book import Book
    from relief_engine.roster.workbook.stream import StreamedSheet
    from relief_engine.roster.workbook.styles import FONT, SIZE, Styles

    options = {
        "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False, "use_zip64": True,
        "default_format_properties": {"font_name": FONT, "font_size": SIZE},
    }  # fmt: skip
    book = Book(path, options)
    streamed: list[StreamedSheet] = []

    def stream(name: str) -> StreamedSheet:
        sheet = cast(StreamedSheet, book.add_worksheet(name, worksheet_class=StreamedSheet))
        streamed.append(sheet)
        return sheet

    try:
        styles = Styles(book)
        results = Results(screening, language)
        known = Known(screening)
        grouping = Grouping(screening, known, language)
        first = book.add_worksheet(summary.NAME.in_(language))
        name = decisions.NAME.in_(language)
        decided = decisions.DecisionsSheet(stream(name), styles, results)
        last = rejected.NAME.in_(language)
        forms = []
        for wanted in forms_of(screening.rulebook):
            if wanted.programme in screening.programmes:
                taken = {*(sheet.get_name() for sheet in book.worksheets()), last, about.NAME}
                sheet = stream(form.sheet_name(wanted.title, language, taken))
                forms.append(form.FormSheet(sheet, styles, FormLines(wanted, screening, known, language)))
        unread = rejected.RejectedSheet(stream(last), styles, screening, language)
        tally, hinted = Tally(), Sums()
        for line in lines:
            if isinstance(line, Rejected):
                tally.rejected += 1
                unread.add(line)
                continue
            tally.decided += 1
            group = grouping.group(line)
            for answer in line.answers:
                tally.add(answer, group)
                if line.hints and answer.summary["outcome"] == _ELIGIBLE:
                    hinted.add(answer)
            decided.add(line)
            for one in forms:
                one.add(line)
        decided.finish()
        for one in forms:
            one.finish()
        unread.finish()
        copied = {place for one in forms for place in one.form_lines.copied.values() if place is not None}
        title = None if grouping.fact is None else grouping.fact.label
        summary.SummarySheet(first, book, styles, language).write(screening, tally, hinted, title, copied)
        about.write_about(stream(about.NAME), styles, about.about(results, name))
        book.set_properties({"title": _AUTHOR.in_(language), "comments": screening.rulebook.digest})
        first.activate()
        book.close()
    finally:
        for sheet in streamed:
            sheet.discard()
    return tally

"""Roster stage: what the clerk must know before an official form is sent, below it and outside the print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.decision import yuan
from relief_engine.roster.form_lines import FormLines, least_shown, places_of
from relief_engine.text import Text, joined

#: So many lines are named in a note; of more it says how many there are.
_NAMED = 12


def notes_of(lines: FormLines) -> list[Text]:
    """The notes on a form all of whose lines have passed."""
    return [*_declared(lines), *_hinted(lines), *_tiny(lines), *_empty(lines), *_referred(lines)]


def _declared(lines: FormLines) -> Iterator[Text]:
    """What the rulebook says of the table, and of lines of a case where there are any."""
    for note, about in zip(lines.form.notes, lines.noted, strict=True):
        cited = joined([Text(str(one), str(one)) for one in note.citations])
        basis = Text(f"（{cited.zh}）", f" ({cited.en})") if note.citations else Text("", "")
        if note.fact is None:
            yield Text(f"{note.text.zh}{basis.zh}", f"{note.text.en}{basis.en}")
        elif about:
            listed = _listed(about)
            yield Text(f"序号 {listed.zh}：{note.text.zh}{basis.zh}", f"Lines {listed.en}: {note.text.en}{basis.en}")


def _hinted(lines: FormLines) -> Iterator[Text]:
    if lines.hinted:
        listed = _listed(lines.hinted)
        yield Text(
            f"序号 {listed.zh} 在“判定结果”表中有提示（如可能重复），请核对后再报送。",
            f"Lines {listed.en} have hints on the sheet of decisions, such as possible repeats; "
            "check them before the table is sent.",
        )


def _tiny(lines: FormLines) -> Iterator[Text]:
    """Amounts that the form shows as nothing, though they are not."""
    if not lines.tiny:
        return
    column = next(column for column in lines.form.columns if column.result == "amount")
    least, unit = least_shown(column)
    shown = f"{0:.{places_of(column)}f}"
    exact = [f"{n}：{yuan(round(amount * 100)):,.2f} 元" for n, amount in lines.tiny[:_NAMED]]
    exact_en = [f"{n}: {yuan(round(amount * 100)):,.2f} yuan" for n, amount in lines.tiny[:_NAMED]]
    rest = "…" if len(lines.tiny) > _NAMED else ""
    listed = _listed([n for n, _ in lines.tiny])
    yield Text(
        f"序号 {listed.zh} 不足 {least:f} {unit}，显示为 {shown}，实为（序号：金额）{'；'.join(exact)}{rest}。",
        f"Lines {listed.en} are below {least:f} {unit} and shown as {shown}; they are: {'; '.join(exact_en)}{rest}.",
    )


def _empty(lines: FormLines) -> Iterator[Text]:
    for index, column in enumerate(lines.form.columns):
        odd = lines.odd.get(index)
        if odd and column.whole is not None:
            least, most = column.whole
            listed = _listed(odd)
            yield Text(
                f"“{column.title.zh}”：序号 {listed.zh} 台账所填不是 {least} 至 {most} 的整数，没有照抄，请核对填写。",
                f"{column.title.en}: on lines {listed.en} the roster has no whole number from {least} to {most}; "
                "not copied, fill it in.",
            )
        skipped = set(odd or ())
        missing = [number for number in lines.empty[index] if number not in skipped]
        if missing:
            zh = f"全部 {lines.number} 行" if len(missing) == lines.number else f"{len(missing)} 行"
            en = f"all {lines.number} lines" if len(missing) == lines.number else f"{len(missing)} lines"
            if len(missing) < lines.number and len(missing) <= _NAMED:
                listed = _listed(missing)
                zh, en = f"序号 {listed.zh}", f"lines {listed.en}"
            note = column.note or Text("台账没有这项资料。", "The roster does not say.")
            yield Text(f"“{column.title.zh}”未填（{zh}）：{note.zh}", f"{column.title.en} is empty ({en}): {note.en}")


def _referred(lines: FormLines) -> Iterator[Text]:
    if lines.referred:
        yield Text(
            f"需人工认定的 {lines.referred} 行不列入本表；认定后请补列。",
            f"{lines.referred} rows that are referred to people are left out; add those that are granted.",
        )
    if lines.granted:
        yield Text(
            f"其中 {lines.granted} 行已经人工认定同意，金额见“判定结果”表，本表没有列入，请补列。",
            f"Of these people have granted {lines.granted}; their amounts are on the sheet of decisions and not here: "
            "add them.",
        )


def _listed(numbers: Sequence[int]) -> Text:
    """Numbers of lines; of many, the first and how many there are."""
    listed = joined([Text(str(n), str(n)) for n in numbers[:_NAMED]])
    if len(numbers) <= _NAMED:
        return listed
    return Text(f"{listed.zh}等 {len(numbers)} 行", f"{listed.en} and others, {len(numbers)} lines")

"""An empty roster can be read back: all of its headers are known, and its example is a good row."""

import csv
import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from relief_engine import Engine
from relief_engine.decision import State
from relief_engine.errors import InputError, UnknownName
from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Answered
from relief_engine.roster.formats import open_table
from relief_engine.roster.headers import known, recognise
from relief_engine.roster.rows import RowReader
from relief_engine.roster.run import Request, prepare
from relief_engine.roster.screening import screen
from relief_engine.roster.template import write_template
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Language
from tests.books import shipped_book

RENT = "beijing-tongzhou/rent-reduction-2022"
KINDS = tuple(shipped_book().subjects)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_template_is_understood_and_its_example_can_be_read(
    rulebook: Rulebook, tmp_path: Path, kind: str, language: Language
) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rulebook, rulebook.subjects[kind].kind, None, language)
    table = open_table(path, known=known(rulebook))
    columns = recognise(table, rulebook)
    assert (columns.kind.id, table.remarks, columns.remarks) == (kind, (), ())
    assert all(column.fact is not None for column in columns.columns)
    assert list(table.rows()) == []
    example = open_table(path, known=known(rulebook), sheet={"zh": "示例", "en": "Example"}[language])
    rows = list(example.rows())
    found = RowReader(rulebook, example, recognise(example, rulebook, kind=kind)).read(rows[0])  # type: ignore[arg-type]
    assert isinstance(found, Profile), found
    assert len(found.applicant.values) >= 2


def test_the_example_is_a_tenant_who_gets_relief(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rulebook, rulebook.subjects["lease"].kind, [RENT])
    example = open_table(path, known=known(rulebook), sheet="示例")
    columns = recognise(example, rulebook)
    row = next(example.rows())
    found = RowReader(rulebook, example, columns).read(row)  # type: ignore[arg-type]
    assert isinstance(found, Profile)
    (decision,) = Engine(rulebook).decide(found, as_of=dt.date(2022, 6, 1), programmes=[RENT]).decisions
    assert decision.outcome.value == "eligible"
    assert decision.amount


def test_only_what_the_programmes_read_is_asked_for_besides_what_the_form_needs(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    write_template(tmp_path / "t.xlsx", rulebook, rulebook.subjects["lease"].kind, [RENT])
    columns = recognise(open_table(tmp_path / "t.xlsx", known=known(rulebook)), rulebook)
    ids = [column.fact.id for column in columns.columns if column.fact is not None]
    assert ids[0] == "applicant.name"
    form = (
        "applicant.credit_code",
        "lease.address",
        "lease.owner_name",
        "lease.supervising_body",
        "lease.use",
        "lease.area",
    )
    assert {*form, "lease.monthly_rent", "lease.rent_steps", "applicant.revenue"} <= {*ids}
    assert "lease.rent_waived_for_firms" not in ids
    assert "applicant.vat_status" not in ids


def test_lists_checks_notes_and_formats_are_in_the_file(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rulebook, rulebook.subjects["lease"].kind, [RENT])
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        notes = book.read("xl/comments1.xml").decode()
        names = book.read("xl/workbook.xml").decode()
    assert "choices_1" in sheet
    assert "definedName" in names
    assert 'state="hidden"' in names
    assert "请填日期，如 2022-06-01" in sheet
    assert "ISNUMBER" in sheet
    assert "申请方每月付多少租金？" in notes
    assert "证明材料：租赁合同" in notes
    assert '<pane xSplit="1" ySplit="1"' in sheet


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_columns_for_answers_are_read_as_such(
    rulebook: Rulebook, tmp_path: Path, kind: str, language: Language
) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rulebook, rulebook.subjects[kind].kind, None, language, answers=True)
    table = open_table(path, known=known(rulebook))
    columns = recognise(table, rulebook)
    assert (table.remarks, columns.remarks) == ((), ())
    found = [column.fact.name for column in columns.answers if column.fact is not None]
    several = sum(programme.subject == kind for programme in rulebook.programmes.values()) > 1
    wanted = ["granted", "amount", "on", "by", *(["programme"] if several else []), "referral", "note"]
    assert found == wanted
    read = {column.index for column in columns.columns if column.fact is not None}
    assert read | {column.index for column in columns.answers} == {*range(len(table.headers))}


def test_what_the_lists_for_answers_offer_is_understood(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rulebook, rulebook.subjects["lease"].kind, [RENT], answers=True)
    book = CalamineWorkbook.from_path(str(path))
    heads, example, *_ = book.get_sheet_by_name("示例").to_python()
    assert "认定项目" not in heads
    choices = book.get_sheet_by_name("选项").to_python()
    lists = [[one for one in column if one] for column in zip(*choices, strict=True)]
    assert ["同意", "不同意"] in lists
    titles = {referral.title.zh for referral in rulebook.programmes[RENT].referrals}
    assert any(titles <= {*values} for values in lists)
    # The example, with a rent-free period that is left to people and granted by them.
    answers = {"合同含免租期": "是", "人工认定": "同意", "认定日期": dt.date(2022, 6, 1), "认定单位或岗位": "减免专班"}
    assert answers.keys() <= {*heads}
    filled = tmp_path / "filled.csv"
    row: dict[Any, Any] = dict(zip(heads, example, strict=True))
    row |= answers
    with filled.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([heads, [row[head] for head in heads]])
    request = Request(filled, tmp_path / "r.csv", dt.date(2022, 6, 2), programmes=[RENT])
    engine = Engine(rulebook)
    (line,) = screen(engine, prepare(engine, request))
    assert isinstance(line, Answered), line
    people = line.answers[0].people
    assert people is not None
    assert people.state is State.GRANTED


def test_the_first_empty_roster_has_no_columns_for_answers_and_says_how_to_get_them(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rulebook, rulebook.subjects["lease"].kind, [RENT])
    assert not [header for header in open_table(path, known=known(rulebook)).headers if "认定" in header]
    with zipfile.ZipFile(path) as book:
        assert "--answers" in book.read("xl/sharedStrings.xml").decode()


def test_a_file_that_exists_is_never_overwritten(rulebook: Rulebook, tmp_path: Path) -> None:
    kind = rulebook.subjects["lease"].kind
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"mine")
    for target, code in (
        (path, "template-exists"),
        (tmp_path / "t.csv", "template-suffix"),
        (tmp_path / "x" / "t.xlsx", "template-write"),
    ):
        with pytest.raises(InputError) as error:
            write_template(target, rulebook, kind, [RENT])
        assert [finding.code for finding in error.value.findings] == [code]
    assert path.read_bytes() == b"mine"
    with pytest.raises(UnknownName):
        write_template(tmp_path / "u.xlsx", rulebook, kind, ["beijing-tongzhou/rent-reduction-2023"])
    assert [found.name for found in tmp_path.iterdir()] == ["t.xlsx"]

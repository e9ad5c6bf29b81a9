"""Forms: official tables as data of a rulebook, read when asked for; the shipped one is 附件3 of 12号."""

import datetime as dt
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from relief_engine.engine import Engine
from relief_engine.errors import RulebookError
from relief_engine.roster.run import Request, screen_file
from relief_engine.rulebook.build_forms import forms_of
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.forms import Form
from relief_engine.rulebook.load import load_rulebook, read_rulebook
from tests.books import shipped_book
from tests.roster.screenings import RENT, engine
from tests.rulebook.building import BASE, HERE, edit, made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small rulebook with a form."""
    return made(HERE / "good" / "forms", tmp_path)


def shipped() -> Form:
    (form,) = forms_of(engine().rulebook)
    return form


def test_the_shipped_form_is_the_annex() -> None:
    form = shipped()
    assert form.programme is engine().rulebook.programme(RENT)
    assert [str(citation) for citation in form.citations] == ["通政办发〔2022〕12号 附件3"]
    assert [column.title.zh for column in form.columns] == [
        "序号", "主管部门", "出租方名称", "房屋所在行政区", "出租房屋地址门牌号",
        "承租的小微企业/个体工商户名称", "分类", "租赁用途", "承租房屋面积（平方米）", "减免天数",
        "减免租金总金额（万元）", "是否存在转租行为",
    ]  # fmt: skip


def test_its_categories_are_those_of_the_annex() -> None:
    columns = {column.title.zh: column for column in shipped().columns}
    assert {line.write.zh for line in columns["分类"].words} == {"小型", "微型", "个体"}
    assert {line.write.zh for line in columns["是否存在转租行为"].words} == {"是", "否"}
    use = columns["租赁用途"].fact
    assert use is not None
    assert use.domain is not None
    assert "/".join(label.zh for label in use.domain.labels) == (
        "餐饮/办公/医疗保健/酒店/美容理发/超市便利店/仓储/培训教育/商场零售/便民服务/其他"
    )
    amount = columns["减免租金总金额（万元）"]
    assert (amount.result, str(amount.unit), amount.decimals, amount.sum) == ("amount", "万元", 1, True)
    days = columns["减免天数"]
    assert days.copied[0] == "减免天数"
    assert days.note is not None


def test_every_choice_of_a_tenancy_has_a_word() -> None:
    """A new kind of tenancy must be said to be subletting or not."""
    lines = next(c.words for c in shipped().columns if c.title.zh == "是否存在转租行为")
    domain = lines[0].fact.domain
    assert domain is not None
    assert {line.value for line in lines} == set(range(len(domain.ids)))


def test_a_rulebook_needs_none() -> None:
    assert forms_of(load_rulebook(BASE)) == ()


def test_it_is_part_of_the_digest_and_read_when_asked_for(root: Path) -> None:
    assert load_rulebook(root).digest != load_rulebook(BASE).digest
    edit(root / "forms" / "table.yaml", "result: number", "result: nomber")
    rulebook = load_rulebook(root)
    with pytest.raises(RulebookError, match="nomber"):
        forms_of(rulebook)
    assert [finding.code for finding in read_rulebook(root)[1]] == ["shape-value"]


def test_a_kept_rulebook_has_its_forms(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELIEF_CACHE", str(tmp_path / "kept"))
    assert [form.id for _ in range(2) for form in forms_of(cached_rulebook(root))] == ["table", "table"]


def test_several_mistakes_come_in_one_run(root: Path) -> None:
    table = root / "forms" / "table.yaml"
    edit(table, "programme: city/rent", "programme: city/rant")
    edit(table, "result: number", "fact: lease.monthly_rant")
    edit(table, "unit: 万元", "unit: 天")
    codes = [finding.code for finding in read_rulebook(root)[1]]
    assert codes == ["form-unknown-programme", "form-unknown-fact", "form-unit"]


def test_mistakes_of_notes_and_whole_numbers(root: Path) -> None:
    table = root / "forms" / "table.yaml"
    note = "notes:\n  - note: {zh: 甲, en: A}\n    when: {fact: lease.nobody, is: yes}\n"
    edit(table, "columns:\n", f"{note}    cite: [{{source: notice, clause: 百}}]\ncolumns:\n")
    edit(table, "result: number", "copied: [天数], whole: [9, 1]")
    codes = [finding.code for finding in read_rulebook(root)[1]]
    assert sorted(codes) == ["cite-unknown-clause", "form-unknown-fact", "form-whole"]


def test_with_mistakes_elsewhere_forms_are_left_alone(root: Path) -> None:
    edit(root / "forms" / "table.yaml", "programme: city/rent", "programme: city/rant")
    edit(root / "city" / "rent.yaml", "programme: city/rent", "nonsense: 1\nprogramme: city/rent")
    assert {finding.code for finding in read_rulebook(root)[1]} == {"shape-unknown-key"}


def test_lines_with_hints_are_named_before_the_table_is_sent(tmp_path: Path) -> None:
    """The example has a tenant twice: both lines stand in the form, and the notes say which to look at."""
    target = tmp_path / "out.xlsx"
    request = Request(Path("examples/rosters/rent-roll.xlsx"), target, dt.date(2022, 6, 20))
    screen_file(Engine(shipped_book()), request)
    rows = CalamineWorkbook.from_path(str(target)).get_sheet_by_name("国有房屋租金减免统计表").to_python()
    notes = [str(row[0]) for row in rows if "有提示（如可能重复）" in str(row[0])]
    assert len(notes) == 1
    assert "序号 11 在“判定结果”表中有提示" in notes[0]

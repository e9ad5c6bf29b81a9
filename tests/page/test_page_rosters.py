"""A rent roll on the page: from the file to the workbook, which says what the library writes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook

from relief_engine.engine import Engine
from relief_engine.roster.run import Request, screen_file
from tests.page.driving import ROSTERS, take_day

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.engines


def go_to_rosters(page: Page) -> None:
    page.get_by_role("link", name="整张台账").first.click()
    page.wait_for_selector("#roster-file")


def cells(path: Path) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_path(path)
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def test_the_field_for_a_file_speaks_the_language_of_the_page(page: Page) -> None:
    go_to_rosters(page)
    assert page.locator(".picker .button").inner_text() == "选择文件…"
    with page.expect_file_chooser() as chooser:
        page.locator("#roster-file").click()
    chooser.value.set_files(ROSTERS / "rent-roll.xlsx")
    page.get_by_text("已选：rent-roll.xlsx").wait_for()
    page.get_by_role("link", name="English").click()
    page.get_by_text("Choose a file …").wait_for()


def test_from_the_file_to_the_workbook(page: Page, engine: Engine, tmp_path: Path) -> None:
    go_to_rosters(page)
    take_day(page, "2022-06-20", "roster-day")
    page.locator("#roster-file").set_input_files(ROSTERS / "rent-roll.xlsx")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".screened", timeout=60_000)

    expected = tmp_path / "expected.xlsx"
    day = dt.date(2022, 6, 20)
    request = Request(roster=ROSTERS / "rent-roll.xlsx", output=expected, as_of=day, engine="direct")
    _, counts = screen_file(engine, request)
    text = page.locator(".screened").inner_text()
    assert f"读入 {counts.rows} 行 = 判定 {counts.decided} 行 + 未能读取 {counts.rejected} 行" in text
    assert f"{counts.granted:,.2f} 元" in text
    rows = page.locator(".counts tbody tr")
    shown = {row.locator("th").inner_text(): int(row.locator(".number").inner_text()) for row in rows.all()}
    assert shown == {outcome.label.zh: number for outcome, number in counts.outcomes.items()}
    assert f"有 {counts.rejected} 行未能读取" in text

    with page.expect_download() as download:
        page.get_by_role("button", name="下载结果工作簿").click()
    saved = tmp_path / "saved.xlsx"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "rent-roll-结果.xlsx"
    found, wanted = cells(saved), cells(expected)
    assert list(found) == list(wanted)
    # The sheets of rows are the same in every cell; the summary names the file, which has another place here.
    decided = next(name for name in wanted if len(wanted[name]) > counts.decided)
    assert len(wanted[decided]) > counts.decided
    assert found[decided] == wanted[decided]
    amounts = [cell for line in found[decided] for cell in line if isinstance(cell, float)]
    assert any(amount > 1000 for amount in amounts)


def test_what_is_wrong_with_a_roster_is_told_and_can_be_mended(page: Page, tmp_path: Path) -> None:
    go_to_rosters(page)
    page.locator("main button[type=submit]").click()
    assert "请先选一个文件" in page.locator("main .error").first.inner_text()
    roster = tmp_path / "台账.csv"
    roster.write_text("a,b\n1,2\n", encoding="utf-8")
    page.locator("#roster-file").set_input_files(roster)
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".problem")
    assert "台账.csv" in page.locator(".problem").inner_text() or "列" in page.locator(".problem").inner_text()
    assert page.locator(".screened").count() == 0
    page.locator("#roster-file").set_input_files(ROSTERS / "rent-roll-gb18030.csv")
    take_day(page, "2022-06-20", "roster-day")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".screened", timeout=60_000)
    # Another language keeps the result.
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("text=Download the workbook")

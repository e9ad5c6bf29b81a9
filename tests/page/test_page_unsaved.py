"""What was answered and not saved is not thrown away without a question; where nothing would be lost, none is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relief_engine.engine import Engine
from tests.page.driving import PROFILES, answer, open_profile, see_result, settled, take_day

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.engines


def answered(page: Page) -> list[str]:
    """What stands in the list of answers."""
    page.evaluate("location.hash = 'ask'")
    settled(page)
    return page.locator(".answered li .value").all_inner_texts()


def begin(page: Page) -> None:
    """One answer, that no file has, and back at the start."""
    start(page)
    take_day(page, "2022-06-01")
    page.evaluate("location.hash = 'form'")
    page.locator('[id="applicant.employees"]').fill("12")
    start(page)


def start(page: Page) -> None:
    page.evaluate("location.hash = 'start'")
    page.wait_for_selector("#open-file")


def test_clearing_asks_and_can_be_left(page: Page, engine: Engine, tmp_path: Path) -> None:
    begin(page)
    page.get_by_role("button", name="清空，换一家").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="填好的资料还没有存成文件")
    dialog.wait_for()
    # By keyboard: the first button saves, and Tab never leaves the dialog for the page behind it.
    assert page.evaluate("document.activeElement.textContent") == "先存成文件"
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') || document.activeElement === document.body")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.evaluate("document.activeElement.textContent") == "清空，换一家"
    assert answered(page) == ["12 人"]

    start(page)
    page.get_by_role("button", name="清空，换一家").click()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="先存成文件").click()
    saved = tmp_path / "saved.yaml"
    download.value.save_as(saved)
    assert engine.read_profile(saved).applicant.values == {"applicant.employees": 12}
    page.get_by_role("button", name="开始提问").wait_for()
    assert answered(page) == []

    begin(page)
    page.get_by_role("button", name="清空，换一家").click()
    dialog.get_by_role("button", name="不存了").click()
    page.get_by_role("button", name="开始提问").wait_for()
    assert answered(page) == []


def test_opening_asks_once_the_file_can_be_read(page: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("applicant:\n  employes: 3\n", encoding="utf-8")
    begin(page)
    page.locator("#open-file").set_input_files(bad)
    page.wait_for_selector(".problem")
    assert page.locator("dialog").count() == 0
    page.locator("#open-file").set_input_files(PROFILES / "restaurant.yaml")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="取消").click()
    dialog.wait_for(state="detached")
    assert answered(page) == ["12 人"]
    start(page)
    page.locator("#open-file").set_input_files(PROFILES / "restaurant.yaml")
    dialog.get_by_role("button", name="不存了").click()
    page.wait_for_selector(".answered >> text=运河小馆")


def test_an_answer_of_people_that_is_half_filled_in_is_not_lost_unasked(page: Page) -> None:
    """The profile is the one that the file has; the four fields of the answer stand nowhere yet."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    for written, expected in (("", []), ("专班", ["beforeunload"])):
        start(page)
        open_profile(page, PROFILES / "convenience-chain.yaml")
        fold = see_result(page).locator("details.fold").first
        fold.locator("> summary").click()
        fold.locator(".resolving > summary").click()
        fold.get_by_label("认定单位或岗位").press_sequentially(written)
        page.reload()
        page.wait_for_selector("main h1")
        assert asked == expected


def test_nothing_is_asked_where_nothing_would_be_lost(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")  # nothing was known
    start(page)
    open_profile(page, PROFILES / "hotel.yaml")  # what is known, a file has
    page.locator(".answered li", has_text="从业人员").locator("button").click()
    settled(page)
    answer(page, "12")
    with page.expect_download():
        page.get_by_role("button", name="存成文件").click()
    start(page)
    page.get_by_role("button", name="清空，换一家").click()
    page.get_by_role("button", name="开始提问").wait_for()
    begin(page)
    page.evaluate("location.hash = 'form'")
    page.locator('[id="applicant.employees"]').fill("")  # taken back: nothing is known any more
    start(page)
    open_profile(page, PROFILES / "hotel.yaml")
    assert page.locator("dialog").count() == 0

"""The browser's Back and Forward go from question to question, and what was answered stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.page.driving import PROFILES, RESTAURANT, answer, asked, open_profile, send, settled, take_day

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.engines


def go(page: Page, where: str) -> str:
    """Press Back or Forward, and give the heading of the other question."""
    before = page.locator(".question h1").inner_text()
    page.evaluate(f"history.{where}()")
    page.wait_for_function(
        """before => {
          const found = document.querySelector('.question h1');
          return found && found.textContent !== before;
        }""",
        arg=before,
    )
    return settled(page)


def begin(page: Page) -> list[str]:
    """How many leases, and two answers; gives the headings of the four questions put."""
    take_day(page, "2022-06-01")
    page.get_by_role("button", name="开始提问").click()
    put = [settled(page)]
    send(page)
    for _ in range(2):
        put.append(settled(page))
        answer(page, RESTAURANT[asked(page) or ""])
    return [*put, settled(page)]


def test_back_goes_to_the_question_before_with_its_answer(page: Page) -> None:
    put = begin(page)
    assert len(set(put)) == 4
    assert go(page, "back") == put[2]
    kept = page.locator(".question .answer input:checked").get_attribute("value")
    assert kept == RESTAURANT[asked(page) or ""]
    assert page.evaluate("document.activeElement.tagName") == "H1"  # it is read out
    assert go(page, "back") == put[1]
    assert go(page, "back") == put[0]
    assert page.locator(".question input[type=number]").input_value() == "1"
    page.evaluate("history.back()")
    page.wait_for_selector("#scope--rent")
    page.evaluate("history.forward()")
    assert settled(page) == put[0]
    assert [go(page, "forward") for _ in range(3)] == put[1:]
    assert page.locator(".answered li .value").count() == 2


def test_another_answer_given_there_counts(page: Page) -> None:
    put = begin(page)
    go(page, "back")
    assert go(page, "back") == put[1]
    answer(page, "private")
    assert "非国有" in page.locator(".answered li .value").all_inner_texts()
    assert go(page, "back") == put[1]
    assert page.locator(".question .answer input:checked").get_attribute("value") == "private"
    page.get_by_role("button", name="不改了").click()
    page.wait_for_function("before => document.querySelector('.question h1').textContent !== before", arg=put[1])


def test_what_was_passed_stays_passed_until_it_is_answered(page: Page) -> None:
    put = begin(page)
    page.get_by_role("button", name="不知道，以后再补").click()
    page.wait_for_function("before => document.querySelector('.question h1').textContent !== before", arg=put[3])
    assert go(page, "back") == put[3]
    assert page.locator(".answered .passed").count() == 1
    field = asked(page) or ""
    answer(page, RESTAURANT[field])
    assert page.locator(".answered .passed").count() == 0
    assert page.locator(".answered li .value").count() == 3


def test_fewer_leases_ask_before_answers_go_with_them(page: Page) -> None:
    put = begin(page)
    for _ in range(3):
        go(page, "back")
    page.locator(".question input[type=number]").fill("2")
    send(page)
    assert page.locator(".answered li .value").count() == 2  # those of the first lease stay
    assert go(page, "back") == put[0]
    assert page.locator(".question input[type=number]").input_value() == "2"
    page.locator(".question input[type=number]").fill("0")
    page.locator(".question button[type=submit]").click()
    dialog = page.get_by_role("dialog", name="去掉已经填好的？")
    assert "第1份租约填好的资料会一起去掉" in dialog.inner_text()
    dialog.get_by_role("button", name="取消").click()
    dialog.wait_for(state="detached")
    assert page.locator(".answered li .value").count() == 2
    page.locator(".question button[type=submit]").click()
    dialog.get_by_role("button", name="去掉").click()
    page.wait_for_function("before => document.querySelector('.question h1').textContent !== before", arg=put[0])
    assert page.locator(".answered li .value").count() == 0


def test_a_question_about_a_lease_that_is_gone_is_not_put_again(page: Page) -> None:
    begin(page)
    about = (asked(page) or "").partition(".")[0]
    page.evaluate("location.hash = 'form'")
    page.get_by_role("button", name="去掉 第1份租约").click()
    page.wait_for_function("() => !document.querySelector('fieldset.item')")
    page.evaluate("history.back()")
    settled(page)
    assert about == "leases[0]"
    assert not (asked(page) or "").startswith(about)


def test_another_language_keeps_the_question_that_was_gone_back_to(page: Page) -> None:
    begin(page)
    for _ in range(3):
        go(page, "back")
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("text=how many are there?")
    assert page.locator(".question input[type=number]").input_value() == "1"
    go(page, "forward")
    assert asked(page) is not None


def test_back_leads_to_no_question_of_another_applicant(page: Page) -> None:
    put = begin(page)
    page.evaluate("location.hash = 'start'")
    page.wait_for_selector("#open-file")
    page.get_by_role("button", name="清空，换一家").click()
    page.get_by_role("button", name="不存了").click()
    open_profile(page, PROFILES / "restaurant.yaml")
    end = settled(page)
    assert end not in put
    page.evaluate("history.go(-2)")  # the last question about the first applicant
    page.wait_for_timeout(300)
    assert settled(page) == end
    page.reload()
    page.wait_for_selector(".question h1")
    assert settled(page) == put[0]  # nothing is known any more
    assert page.locator(".answered li").count() == 0

"""A service that takes its time or is away: nothing old is shown for something new, and one can try again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import served
from tests.page.driving import PROFILES, answer, open_profile, see_result, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.engines


class Held:
    """Requests to one address, held back until they are let go."""

    def __init__(self, page: Page, address: str) -> None:
        self.waiting: list[Route] = []
        self.page = page
        self.holding = True
        page.route(f"**/{address}?*", self._hold)

    def _hold(self, route: Route) -> None:
        if self.holding:
            self.waiting.append(route)
        else:
            route.continue_()

    def wait_for(self, number: int) -> None:
        for _ in range(100):
            if len(self.waiting) >= number:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{len(self.waiting)} requests")

    def let_go(self) -> None:
        self.holding = False
        for route in self.waiting:
            route.continue_()


def test_a_late_decision_is_not_shown_for_other_answers(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    held = Held(page, "v1/decide")
    page.evaluate("location.hash = 'result'")
    held.wait_for(1)
    page.evaluate("location.hash = 'ask'")
    settled(page)
    page.locator(".answered li", has_text="月租金").locator("button").first.click()
    answer(page, "10")
    with page.expect_response("**/v1/decide?*"):
        held.let_go()
    assert "60.00 元" in see_result(page).inner_text()


def test_what_is_typed_into_the_form_while_it_is_decided_counts(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    page.evaluate("location.hash = 'form'")
    page.wait_for_selector("#main form")
    held = Held(page, "v1/decide")
    page.locator("#main button[type=submit]").click()
    held.wait_for(1)
    page.locator("[id='leases[0].monthly_rent']").fill("10")
    held.let_go()
    page.wait_for_selector(".receipt")
    assert "减免租金 60.00 元" in page.locator("main").inner_text()


def test_an_answer_of_one_applicant_does_not_reach_the_next(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    page.locator(".answered li", has_text="月租金").locator("button").first.click()
    held = Held(page, "v1/interview")
    page.locator(".question .answer input").first.fill("10")
    page.locator(".question button[type=submit]").click()
    held.wait_for(1)
    page.evaluate("location.hash = 'start'")
    page.get_by_role("button", name="清空，换一家").click()
    with page.expect_response("**/v1/interview?*"):
        held.let_go()
    page.evaluate("location.hash = 'ask'")
    settled(page)
    assert page.locator(".answered li").count() == 0


def test_a_decision_is_kept_once_however_often_one_presses(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, "--ledger", str(tmp_path / "kept.sqlite")) as address:
        page = browser.new_page()
        page.goto(address)
        open_profile(page, PROFILES / "restaurant.yaml")
        see_result(page)
        page.get_by_role("button", name="留存这份结论").dblclick()
        page.wait_for_selector(".receipt dt:has-text('留存记录')")
        assert page.request.get(f"{address}v1/records/1").ok
        assert page.request.get(f"{address}v1/records/2").status == 404
        page.close()


def test_whoever_could_not_read_the_rules_tries_again(browser: Browser, service: str) -> None:
    page = browser.new_page()
    page.route("**/v1/form?*", lambda route: route.fulfill(status=503, json={"title": "请稍后再试", "status": 503}))
    page.goto(service)
    page.wait_for_selector(".problem")
    # No view is shown without them: it would offer no programme, and ask about all.
    page.evaluate("location.hash = 'ask'")
    page.wait_for_selector(".problem")
    page.unroute_all()
    page.get_by_role("button", name="再试一次").click()
    settled(page)
    page.goto(f"{service}#constructor")
    page.wait_for_selector("#scope--rent:checked")
    # In the other language: words of one and texts of the other are never mixed.
    page.route("**/v1/form?*", lambda route: route.abort())
    page.locator("#language").click()
    page.wait_for_selector(".problem")
    assert "can't be reached" in page.locator(".problem").inner_text()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("#scope--rent")
    assert "Rent relief only" in page.locator("main").inner_text()
    page.close()

"""What a clerk does on the page, as functions for tests: answer, open a file, look at the decision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.page.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PROFILES = ROOT / "examples" / "profiles"
ROSTERS = ROOT / "examples" / "rosters"
RENT = "beijing-tongzhou/rent-reduction-2022"

#: A restaurant that rents from a district enterprise for the whole year, by the ids of the page's fields.
RESTAURANT: Mapping[str, str] = {
    "applicant.kind": "enterprise",
    "applicant.industry": "6210",
    "applicant.registered_in_beijing": "yes",
    "applicant.in_small_micro_directory": "no",
    "applicant.employees": "30",
    "applicant.revenue": "800",
    "applicant.chain_kind": "none",
    "leases[0].owner_kind": "district_state_owned_enterprise",
    "leases[0].owner_is_listed_company": "no",
    "leases[0].premises_district": "通州区",
    "leases[0].tenancy": "direct",
    "leases[0].start": "2021-01-01",
    "leases[0].end": "2023-12-31",
    "leases[0].monthly_rent": "30000",
    "leases[0].has_rent_free_period": "no",
}


def take_day(page: Page, day: str, field: str = "day") -> None:
    """Choose the day of the decision."""
    page.locator(f"#{field}").fill(day)
    page.locator(f"#{field}").dispatch_event("change")


def asked(page: Page) -> str | None:
    """The id of the field that is asked for now; None if it asks how many leases and so on there are, or nothing."""
    found = page.locator(".question .answer").locator("input, select")
    if found.count() == 0:
        return None
    name = found.first.get_attribute("name") or found.first.get_attribute("id") or ""
    return None if name.startswith("number--") else name


def settled(page: Page) -> str:
    """Wait until the service has answered, and give the heading."""
    page.wait_for_selector(".question h1")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    return page.locator(".question h1").inner_text()


def answer(page: Page, value: str) -> None:
    """Answer the question that is asked, and wait for the next."""
    field = page.locator(".question .answer")
    if field.locator("input[type=radio]").count():
        field.locator(f"input[value='{value}']").check()
    elif field.locator("select").count():
        field.locator("select").select_option(value)
    else:
        field.locator("input").first.fill(value)
    send(page)


def send(page: Page) -> None:
    """Press the first button of the question, and wait until another question or a message is there."""
    before = page.locator(".question h1").inner_text()
    page.locator(".question button[type=submit]").click()
    page.wait_for_function(
        """before => {
          const heading = document.querySelector('.question h1');
          const wrong = document.querySelector('.question .error:not([hidden])');
          return heading && (heading.textContent !== before || wrong);
        }""",
        arg=before,
    )
    settled(page)


def answer_all(page: Page, truth: Mapping[str, str], most: int = 40) -> list[str]:
    """Answer all questions truthfully, one lease; gives the fields that were asked for, in their order."""
    fields: list[str] = []
    for _ in range(most):
        settled(page)
        if page.locator(".question button[type=submit]").count() == 0:
            return fields
        field = asked(page)
        if field is None:
            send(page)
        else:
            fields.append(field)
            answer(page, truth[field])
    raise AssertionError(f"still asking after {fields}")


def open_profile(page: Page, path: Path, scope: str = "rent") -> None:
    """Open a profile file from the start."""
    page.locator(f"#scope--{scope}").check()
    page.locator("#open-file").set_input_files(path)
    settled(page)


def see_result(page: Page) -> Locator:
    """Go to the decision, and give what is shown."""
    page.evaluate("location.hash = 'result'")
    page.wait_for_selector(".receipt")
    return page.locator("main")

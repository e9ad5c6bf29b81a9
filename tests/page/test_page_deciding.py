"""From the empty form to the decision, in a real browser; what is shown is what the library decides."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from relief_engine.engine import Engine
from tests.page.conftest import served
from tests.page.driving import (
    PROFILES,
    RENT,
    RESTAURANT,
    answer,
    answer_all,
    asked,
    open_profile,
    see_result,
    send,
    settled,
    take_day,
)  # fmt: skip

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.engines


def test_from_the_empty_form_to_the_decision(page: Page, engine: Engine) -> None:
    take_day(page, "2022-06-01")
    page.locator("main button[type=submit]").click()
    fields = answer_all(page, RESTAURANT)
    assert len(fields) == len(set(fields)) >= 8
    page.locator(".question .actions .first").click()
    page.wait_for_selector(".verdict")
    text = page.locator("main").inner_text()

    told: dict[str, dict[str, object]] = {"applicant": {}, "lease": {}}
    for field in fields:
        subject, _, key = field.partition(".")
        told["applicant" if subject == "applicant" else "lease"][key] = RESTAURANT[field]
    profile = {"applicant": told["applicant"], "leases": [told["lease"]]}
    decision = engine.decide(profile, as_of=dt.date(2022, 6, 1), programmes=[RENT]).decisions[0]
    assert decision.outcome.value == "eligible"
    assert f"{decision.amount:,.2f} 元" in text
    assert page.locator(".verdict .outcome").inner_text() == "符合"
    assert "通政办发〔2022〕12号 一" in text
    assert "逐项核对一致" in text or "未能核对" in text


def test_passing_going_back_and_changing_an_answer(page: Page) -> None:
    take_day(page, "2022-06-01")
    page.locator("main button[type=submit]").click()
    settled(page)
    send(page)  # one lease
    first, question = asked(page), settled(page)
    page.get_by_role("button", name="不知道，以后再补").click()
    page.wait_for_function("before => document.querySelector('.question h1').textContent !== before", arg=question)
    assert first is not None
    assert asked(page) != first
    assert page.locator(".answered .passed").count() == 1
    # Back to what was passed, by its entry in the list.
    page.locator(".answered .passed button").click()
    assert settled(page) == question
    answer(page, RESTAURANT[first])
    assert page.locator(".answered .passed").count() == 0
    # And once more, to another answer: the list says the new one.
    page.locator(".answered li button").first.click()
    assert settled(page) == question
    assert page.locator(".question .answer input:checked").get_attribute("value") == RESTAURANT[first]
    answer(page, "private")
    assert page.locator(".answered li .value").all_inner_texts() == ["非国有"]


def test_a_bad_answer_is_told_beside_its_field(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    page.locator(".answered li", has_text="月租金").locator("button").click()
    settled(page)
    answer(page, "三万左右")
    field = page.locator(".question .answer input").first
    assert field.get_attribute("aria-invalid") == "true"
    described = (field.get_attribute("aria-describedby") or "").split()
    told = [page.locator(f'[id="{name}"]').inner_text() for name in described if name.endswith("-error")]
    assert "三万左右" in told[0]
    # The answer before is still the one that counts.
    assert "180,000.00 元" in see_result(page).inner_text()


def test_what_does_not_fit_together_leads_to_the_other_answer(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    page.locator(".answered li", has_text="到期日").locator("button").click()
    settled(page)
    page.locator(".question .answer input[type=date]").fill("2020-12-31")
    page.locator(".question button[type=submit]").click()
    page.wait_for_selector(".question .error:not([hidden]), .question .problem")
    assert "2020-12-31" in page.locator(".question").inner_text()


def test_the_whole_form_decides_and_tells_every_mistake(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    page.evaluate("location.hash = 'form'")
    page.locator('[id="applicant.employees"]').fill("很多")
    page.locator('[id="leases[0].monthly_rent"]').fill("-5")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".error:not([hidden])")
    wrong = page.locator("[aria-invalid=true]")
    ids = [wrong.nth(index).get_attribute("id") for index in range(wrong.count())]
    assert ids == ["applicant.employees", "leases[0].monthly_rent"]
    assert page.evaluate("document.activeElement.id") == "applicant.employees"
    page.locator('[id="applicant.employees"]').fill("30")
    page.locator('[id="leases[0].monthly_rent"]').fill("20000")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".verdict")
    assert "120,000.00 元" in page.locator(".verdict").inner_text()


@pytest.mark.parametrize("name", ["hotel", "convenience-chain", "loan-restaurant", "coworking"])
def test_all_programmes_at_once_say_what_the_library_says(page: Page, engine: Engine, name: str) -> None:
    profile = engine.read_profile(PROFILES / f"{name}.yaml")
    report = engine.decide(profile)
    open_profile(page, PROFILES / f"{name}.yaml", scope="all")
    main = see_result(page)
    counts = {
        card.locator(".label").inner_text(): int(card.locator("b").inner_text())
        for card in main.locator(".tally li").all()
    }
    expected: dict[str, int] = {}
    for decision in report.decisions:
        expected[decision.outcome.label.zh] = expected.get(decision.outcome.label.zh, 0) + 1
    assert counts == expected
    if "符合" in expected:
        assert f"{report.total:,.2f} 元" in main.locator(".total").first.inner_text()
    # Each unfolds to its own verdict, calculation and conditions.
    folds = main.locator("details.fold")
    assert folds.count() == sum(count for label, count in expected.items() if label != "当日无适用规定")
    folds.first.locator("> summary").click()
    folds.first.locator(".verdict").wait_for()


def test_what_is_missing_leads_to_its_question(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    page.locator(".answered li", has_text="月租金").locator("button").click()
    settled(page)
    page.get_by_role("button", name="不知道，以后再补").click()
    page.wait_for_function("() => document.querySelector('.answered .passed')")
    main = see_result(page)
    assert main.locator(".verdict .outcome").inner_text() == "资料不足"
    question = main.get_by_role("button", name=re.compile("租金")).first
    asked_for = question.inner_text()
    question.click()
    assert settled(page) == asked_for


def test_many_leases_are_told_as_runs(page: Page, tmp_path: Path) -> None:
    profile = yaml.safe_load((PROFILES / "restaurant.yaml").read_text("utf-8"))
    lease = profile["leases"][0]
    profile["leases"] = [{**lease, "owner_kind": "private"} if at == 5 else dict(lease) for at in range(12)]
    for open_ in profile["leases"]:
        del open_["has_rent_free_period"]
    path = tmp_path / "many.json"
    path.write_text(json.dumps(profile, default=str), "utf-8")
    open_profile(page, path)
    assert [row.inner_text().split(" · ")[-1] for row in page.locator(".so-far li").all()] == [
        "第6份租约",
        "第1—5、7—12份租约",
    ]
    main = see_result(page)
    main.locator("#more-questions summary").click()
    assert "租赁合同是否约定了免租期？ 第1份租约" in main.locator("section.card").first.inner_text()
    assert main.locator("#more-questions li").all_inner_texts() == ["租赁合同是否约定了免租期？ 第2—5、7—12份租约"]
    page.locator("#language").click()
    page.wait_for_selector("text=What else is missing")
    assert "Lease 2 to 5, 7 to 12" in main.locator("#more-questions").inner_text()


def test_the_smallest_changes_are_told(page: Page) -> None:
    open_profile(page, PROFILES / "hotel.yaml")
    text = see_result(page).inner_text()
    assert "2021年末从业人员须少于 100 人，现 130 人，多 30 人" in text
    assert "列入小微企业名录须为“是”" in text


def test_a_saved_profile_is_one_that_the_command_line_reads(page: Page, engine: Engine, tmp_path: Path) -> None:
    for name in ("convenience-chain", "teahouse"):
        page.goto(page.url.partition("#")[0])
        page.wait_for_selector("#open-file")
        open_profile(page, PROFILES / f"{name}.yaml")
        with page.expect_download() as download:
            page.get_by_role("button", name="存成文件").click()
        saved = tmp_path / "saved.yaml"
        download.value.save_as(saved)
        assert engine.read_profile(saved).digest == engine.read_profile(PROFILES / f"{name}.yaml").digest
        # The name of the file tells nothing of whom it is about.
        assert re.fullmatch(r"资料-\d{4}-\d\d-\d\d\.yaml", download.value.suggested_filename)


def test_mistakes_of_a_profile_file_are_told_with_their_lines(page: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("applicant:\n  kind: 企业\n  employes: 3\n", encoding="utf-8")
    page.locator("#open-file").set_input_files(bad)
    page.wait_for_selector(".problem")
    assert "第3行" in page.locator(".problem").inner_text()
    # The same file again, corrected and spoilt otherwise: choosing it anew counts.
    bad.write_bytes("applicant:\n  name: 运河\n".encode("gb18030"))
    page.locator("#open-file").evaluate("field => { field.value = ''; }")
    page.locator("#open-file").set_input_files(bad)
    page.wait_for_selector(".problem >> text=UTF-8")


def test_a_persons_answer_is_entered_kept_apart_and_taken_back(page: Page) -> None:
    open_profile(page, PROFILES / "convenience-chain.yaml")
    main = see_result(page)
    fold = main.locator("details.fold").first
    fold.locator("> summary").click()
    fold.locator(".resolving > summary").click()
    form = fold.locator(".resolving form")
    form.get_by_role("button", name="记下认定结果").click()
    assert "请选同意或不同意" in form.inner_text()
    form.get_by_label("同意", exact=True).check()
    form.get_by_label("同意的金额").fill("100000")
    form.get_by_label("认定日期").fill("2022-07-03")
    form.get_by_label("认定单位或岗位").fill("区国资委减免专班")
    form.get_by_role("button", name="记下认定结果").click()
    page.wait_for_selector(".total")
    assert "100,000.00 元" in main.locator(".total").inner_text()
    assert main.locator(".tally").inner_text().split() == ["需人工认定", "2"]
    fold = main.locator("details.fold").first
    fold.locator("> summary").click()
    people = fold.locator(".people").inner_text()
    assert "经人工认定同意" in people
    assert "区国资委减免专班" in people
    fold.locator(".resolving > summary").click()
    fold.get_by_role("button", name="撤回").click()
    page.wait_for_function("() => !document.querySelector('.total')")


@pytest.mark.parametrize("name", ["{0}", "id=A-{0}"])
@pytest.mark.parametrize(("removed", "total"), [(0, "2,000.00 元"), (1, "1,000.00 元"), (2, "3,000.00 元")])
def test_a_lease_that_is_removed_takes_its_answer_along_and_no_other_one(
    page: Page, tmp_path: Path, removed: int, total: str, name: str
) -> None:
    profile = yaml.safe_load((PROFILES / "restaurant.yaml").read_text("utf-8"))
    profile["leases"] = [{**profile["leases"][0], "id": f"A-{n}", "has_rent_free_period": True} for n in range(3)]
    profile["resolutions"] = [
        {"programme": RENT, "subject": f"leases[{name.format(index)}]", "referral": "rent-free-period", "granted": True,
         "amount": 1000 * (index + 1), "on": "2022-05-30", "by": "减免专班"}
        for index in range(2)
    ]  # fmt: skip
    path = tmp_path / "profile.yaml"
    path.write_text(json.dumps(profile, default=str), "utf-8")
    open_profile(page, path)
    page.evaluate("location.hash = 'form'")
    page.locator("fieldset.item").nth(removed).locator("> p .link").click()
    page.wait_for_function("() => document.querySelectorAll('fieldset.item').length === 2")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".total")
    assert total in page.locator(".total").inner_text()


def test_an_answer_on_the_page_names_the_lease_as_the_profile_does(page: Page, tmp_path: Path) -> None:
    profile = yaml.safe_load((PROFILES / "restaurant.yaml").read_text("utf-8"))
    profile["leases"][0] |= {"id": "A-12", "has_rent_free_period": True}
    path = tmp_path / "profile.yaml"
    path.write_text(json.dumps(profile, default=str), "utf-8")
    open_profile(page, path)
    main = see_result(page)
    assert "A-12" in main.inner_text()
    for amount in ("90000", "80000"):  # the second answer takes the place of the first
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        form = main.locator(".resolving form").first
        form.get_by_label("同意", exact=True).check()
        form.get_by_label("同意的金额").fill(amount)
        form.get_by_label("认定日期").fill("2022-05-30")
        form.get_by_label("认定单位或岗位").fill("减免专班")
        form.get_by_role("button", name="记下认定结果").click()
        page.wait_for_selector(f".people >> text={amount[:2]},000.00 元")
    with page.expect_download() as saved:
        page.get_by_role("button", name="存成文件").click()
    kept = Path(saved.value.path()).read_text("utf-8")
    assert kept.count("leases[id=A-12]") == 1


def test_the_print_has_the_decision_and_everything_unfolded(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    main = see_result(page)
    assert main.locator("details:not([open])").count() > 5
    page.evaluate("window.print = () => dispatchEvent(new Event('beforeprint'))")
    main.get_by_role("button", name="打印这一项").click()
    page.emulate_media(media="print")
    assert main.locator(".printed details:not([open])").count() == 0
    assert page.locator(".masthead").is_hidden()
    assert page.locator(".imprint").is_hidden()
    shown = page.locator(".printed").inner_text()
    for told in ("180,000.00 元", "附件1 三（一）", "6210 正餐服务", "须人工核对"):
        assert told in shown
    assert "核对\n" not in shown.replace("须人工核对\n", "")
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") >= 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert main.locator("details:not([open])").count() > 5


def test_an_api_key_is_asked_for_once_and_kept_in_memory(browser: Browser, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("a-key-that-nobody-guesses-0123456789\n", encoding="utf-8")
    keys.chmod(0o600)
    with served(tmp_path, "--api-key-file", str(keys)) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("dialog[open]")
        page.locator("#api-key").fill("wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open] .error")
        page.locator("#api-key").fill("a-key-that-nobody-guesses-0123456789")
        page.keyboard.press("Enter")
        page.wait_for_selector("#scope--rent")
        page.locator("main button[type=submit]").click()
        settled(page)
        assert page.locator("dialog").count() == 0
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert kept == [0, 0, ""]
        assert "a-key" not in page.url
        context.close()


def test_a_decision_is_recorded_where_the_service_keeps_a_ledger(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, "--ledger", str(tmp_path / "decisions.ledger")) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#open-file")
        open_profile(page, PROFILES / "restaurant.yaml")
        main = see_result(page)
        main.get_by_role("button", name="留存这份结论").click()
        page.wait_for_selector(".receipt >> text=留存记录")
        assert re.search(r"1 · sha256:[0-9a-f]{64}", main.locator(".receipt").inner_text())
        assert main.get_by_role("button", name="留存这份结论").count() == 0
        context.close()


def test_the_print_says_what_is_missing(page: Page) -> None:
    open_profile(page, PROFILES / "warehouse.yaml")
    see_result(page)
    page.emulate_media(media="print")
    assert page.get_by_text("租赁合同是否约定了免租期？").is_visible()
    assert page.get_by_text("改资料").is_hidden()

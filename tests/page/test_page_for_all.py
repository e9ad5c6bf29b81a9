"""The page for everybody: by keyboard, by screen reader, in English, on a phone; whatever a name holds stays a name."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.page.driving import PROFILES, open_profile, see_result, settled, take_day

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.page.conftest import Watched

pytestmark = pytest.mark.engines

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}&amp;\"'"
#: Chinese, but for the word that profiles write for a figure that does not exist, which notes name as it is written.
CHINESE = re.compile(r"[\u3400-\u9fff](?<!无)")

#: Every text with its colours: what is behind it is mixed from all that lies under it.
CONTRASTS = """() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => top.slice(0, 3).map((part, i) => part * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const shown = element.checkVisibility({ visibilityProperty: true });
    if (!node.textContent.trim() || !shown || element.closest('.spoken, [disabled], option, .skip')) continue;
    const chain = [];
    for (let one = element; one; one = one.parentElement) chain.unshift(parse(getComputedStyle(one).backgroundColor));
    const behind = chain.reduce((below, top) => over(top, below), [255, 255, 255]);
    const style = getComputedStyle(element);
    const [one, other] = [light(over(parse(style.color), behind)), light(behind)].sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    found.push([(one + .05) / (other + .05), large ? 3 : 4.5, node.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


def look(page: Page, view: str) -> None:
    page.evaluate("view => { location.hash = view; }", view)
    page.wait_for_function("view => document.querySelector('main h1') && location.hash === '#' + view", arg=view)
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    page.wait_for_timeout(150)


def unfold(page: Page) -> None:
    for _ in range(3):  # what is unfolded may hold more that folds
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        page.wait_for_timeout(60)


# --- the keyboard ---------------------------------------------------------------------------------------------------


def focused(page: Page) -> str:
    found: str = page.evaluate(
        """() => { const it = document.activeElement;
             return [it.tagName, it.id || it.name, it.getAttribute('aria-label') || it.textContent].join(' '); }"""
    )
    return found


def tab_to(page: Page, wanted: str, most: int = 80) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted in focused(page):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus is not seen on {wanted}"
            return
    raise AssertionError(f"Tab never reached {wanted!r}")


def test_everything_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    assert "跳到正文" in focused(page)
    page.keyboard.press("Enter")
    assert "main" in focused(page).lower()
    tab_to(page, "开始提问")
    page.keyboard.press("Enter")
    settled(page)
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")  # the new question is read out
    tab_to(page, "下一步")
    page.keyboard.press("Enter")
    page.wait_for_selector(".question input[type=radio]")
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # chooses within the list of answers
    page.keyboard.press("ArrowUp")
    chosen = page.locator(".question input:checked").get_attribute("value")
    before = settled(page)
    page.keyboard.press("Enter")  # sends the form, as everywhere
    page.wait_for_function("before => document.querySelector('.question h1').textContent !== before", arg=before)
    assert chosen is not None
    assert page.locator(".answered li").count() == 1
    tab_to(page, "先看目前的结论")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict")
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")
    tab_to(page, "SUMMARY")
    state = page.evaluate("document.activeElement.parentElement.open")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.parentElement.open") is not state


def test_the_focus_is_never_trapped(page: Page) -> None:
    open_profile(page, PROFILES / "hotel.yaml")
    see_result(page)
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(focused(page))
    else:
        raise AssertionError(f"Tab goes round inside the page: {seen[-5:]}")
    assert len(seen) > 10


# --- screen readers -------------------------------------------------------------------------------------------------


def test_landmarks_names_and_headings(page: Page) -> None:
    open_profile(page, PROFILES / "convenience-chain.yaml", scope="all")
    session = page.context.new_cdp_session(page)
    for view in ("start", "ask", "form", "result", "roster"):
        look(page, view)
        unfold(page)
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        roles = [node.get("role", {}).get("value") for node in tree]
        for landmark in ("banner", "navigation", "main", "contentinfo"):
            assert roles.count(landmark) == 1, f"{view}: {landmark}"
        for node in tree:
            role = node.get("role", {}).get("value")
            name = str(node.get("name", {}).get("value", "")).strip()
            wanted = (
                "textbox", "combobox", "radio", "checkbox", "button", "link", "spinbutton", "Date", "DateTime", "group",
                "progressbar", "heading", "table",
            )  # fmt: skip
            if role in wanted and not node.get("ignored") and role != "group":
                assert name, f"{view}: a {role} without a name"
        levels = page.evaluate(
            """() => [...document.querySelectorAll('h1, h2, h3, h4')]
                 .filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1]))"""
        )
        assert levels.count(1) == 1, f"{view}: {levels}"
        assert levels[0] == 1, f"{view}: {levels}"
        assert all(after <= before + 1 for before, after in pairwise(levels)), f"{view}: {levels}"
        doubled = page.evaluate(
            """() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
                 return ids.filter((id, place) => ids.indexOf(id) !== place); }"""
        )
        assert doubled == [], f"{view}: one id twice"
        dangling = page.evaluate(
            """() => [...document.querySelectorAll('[aria-describedby], [aria-labelledby]')].flatMap((one) =>
                 [one.getAttribute('aria-describedby'), one.getAttribute('aria-labelledby')].filter(Boolean)
                   .flatMap((ids) => ids.split(/\\s+/)).filter((id) => !document.getElementById(id)))"""
        )
        assert dangling == [], f"{view}: described by what is not there"


def test_status_is_told_in_words_and_answers_are_announced(page: Page) -> None:
    open_profile(page, PROFILES / "hotel.yaml")
    see_result(page)
    page.wait_for_function("() => document.getElementById('live').textContent.startsWith('不符合')")
    for row in page.locator(".tree > li .node").all()[:12]:
        spoken = row.locator(".spoken").first.text_content() or ""
        assert re.match("(满足|不满足|不明|由人认定)：", spoken)
    assert page.locator("#live").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("watched", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
def test_contrast(page: Page) -> None:
    open_profile(page, PROFILES / "convenience-chain.yaml", scope="all")
    for view in ("start", "ask", "form", "result", "roster"):
        look(page, view)
        unfold(page)
        measured = page.evaluate(CONTRASTS)
        assert len(measured) > 15
        poor = [(round(ratio, 2), text) for ratio, least, text in measured if ratio < least]
        assert poor == [], f"{view}: {poor[:8]}"


@pytest.mark.parametrize("watched", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_for_who_wants_no_motion(page: Page) -> None:
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((one) => {
             const style = getComputedStyle(one);
             return style.transitionDuration !== '0s' || style.animationName !== 'none'; }).length"""
    )
    assert moving == 0


# --- English, phones ------------------------------------------------------------------------------------------------


def test_english_for_the_whole_page_and_what_was_typed_stays(page: Page) -> None:
    take_day(page, "2022-06-01")
    page.evaluate("location.hash = 'form'")
    page.locator('[id="applicant.employees"]').fill("12")  # typed, and not yet left
    page.locator('[id="applicant.kind"]').select_option("enterprise")
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("text=The whole form")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "lang=en" in page.url
    assert page.locator('[id="applicant.employees"]').input_value() == "12"
    assert page.locator('[id="applicant.kind"]').input_value() == "enterprise"
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".verdict")
    assert page.locator(".verdict .outcome").inner_text() == "Undetermined"
    for view in ("start", "ask", "form", "roster"):
        look(page, view)
        unfold(page)
        text = page.locator("main").inner_text() + page.locator(".imprint").inner_text()
        assert [line for line in text.splitlines() if CHINESE.search(line)] == [], view
    # The address alone brings the language.
    page.goto(page.url.partition("#")[0])
    page.wait_for_selector("text=Ask me")
    # And back; a question that is half answered keeps its answer.
    page.locator("main button[type=submit]").click()
    settled(page)
    page.locator(".question input[type=number]").fill("3")
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("text=有几份租约")
    assert page.locator(".question input[type=number]").input_value() == "3"
    assert page.locator("html").get_attribute("lang") == "zh-CN"


@pytest.mark.parametrize("watched", [{"viewport": {"width": 360, "height": 740}, "has_touch": True}], indirect=True)
def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page) -> None:
    open_profile(page, PROFILES / "convenience-chain.yaml", scope="all")
    for language in ("zh", "en"):
        for view in ("start", "ask", "form", "result", "roster"):
            look(page, view)
            unfold(page)
            width = page.evaluate("document.scrollingElement.scrollWidth")
            assert width <= 360, f"{language} {view}: {width}"
        if language == "zh":
            page.locator("#language").click()
            page.wait_for_function("() => document.documentElement.lang === 'en'")


# --- hostile texts --------------------------------------------------------------------------------------------------


def test_whatever_a_name_holds_stays_a_name(page: Page, watched: Watched, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.yaml"
    lines = (PROFILES / "convenience-chain.yaml").read_text(encoding="utf-8")
    quoted = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    hostile.write_text(
        re.sub(r"(?m)^(\s+(?:- )?(?:name|address|owner_name): ).*$", rf'\1"{quoted}"', lines), encoding="utf-8"
    )
    open_profile(page, hostile)
    assert HOSTILE in page.locator(".answered").inner_text()
    main = see_result(page)
    unfold(page)
    assert HOSTILE in main.inner_text()
    look(page, "form")
    assert page.locator('[id="applicant.name"]').input_value() == HOSTILE
    page.locator('[id="applicant.employees"]').fill(HOSTILE)
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".error:not([hidden])")
    assert "<img src=x" in page.locator(".error:not([hidden])").first.inner_text()
    look(page, "roster")
    roster = tmp_path / "<b>x<img src=x onerror=alert(3)>.csv"
    roster.write_text(f"{HOSTILE.replace(chr(34), '')},月租金\n1,2\n", encoding="utf-8")
    page.locator("#roster-file").set_input_files(roster)
    page.locator("main button[type=submit]").click()
    page.wait_for_selector("main .problem, main .screened", timeout=30_000)
    assert page.locator("main img, main script, main b img").count() == 0
    assert watched.trouble == []


def test_the_page_says_what_may_run_in_it(page: Page, watched: Watched, service: str) -> None:
    answer = page.request.get(service)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    # And it is kept: a script that someone smuggles in does not run.
    page.evaluate(
        """() => { const script = document.createElement('script');
             script.textContent = 'window.smuggled = true'; document.body.append(script); }"""
    )
    assert page.evaluate("window.smuggled === undefined")
    assert [text for text in watched.trouble if "Content Security Policy" in text] == watched.trouble != []
    watched.trouble.clear()


def test_nothing_is_kept_in_the_browser(page: Page) -> None:
    open_profile(page, PROFILES / "restaurant.yaml")
    see_result(page)
    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
             (await indexedDB.databases()).length, (await caches.keys()).length]"""
    )
    assert kept == [0, 0, "", 0, 0]
    assert "运河小馆" not in page.url
    assert page.evaluate("JSON.stringify(history.state)") == "null"

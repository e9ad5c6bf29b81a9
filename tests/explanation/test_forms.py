"""The printed forms: text from people does nothing in any of them, and each says all that there is to say."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.explanation import html, markdown, terminal
from relief_engine.explanation.columns import columns
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.markdown import escaped
from relief_engine.explanation.outline import Item
from relief_engine.explanation.sheet import Sheet, sheet
from relief_engine.text import Language
from tests.explanation.conftest import FIRM, LEASE, MIDDLE

NASTY = [
    "[red]大河[/red]",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a|b|c",
    "# 标题\n- 条\n1. 项",
    "***粗*** `码` [链](javascript:alert(1))",
    "甲\u200b乙\u00ad丙\ufeff",
    "甲\u202e乙\u2066丙",
    "&lt;b&gt; &amp;",
    '" onmouseover="alert(1)',
    "http://evil.example www.evil.example a@evil.example",
    "1. 一号楼",
    "- 减",
    "+ 加",
    "=====",
    "~~删~~ $x$ ${x} {{x}}",
]
VOID = {"meta"}


class Page(HTMLParser):
    """Checks that every element is closed, and keeps the text and the attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)


def report(engine: Engine, name: str = "甲店", address: str = "东街1号", leases: int = 2) -> Sheet:
    mapping: dict[str, object] = {
        "applicant": {**FIRM, "name": name},
        "leases": [{**LEASE, "address": address} if i % 2 else {**LEASE, "owner": "village"} for i in range(leases)],
    }
    return laid_out(engine, mapping)


def laid_out(engine: Engine, mapping: dict[str, object], language: Language = "zh", day: dt.date = MIDDLE) -> Sheet:
    return sheet(engine.decide(mapping, as_of=day), engine, language, "0.0.0")


def items(sheet_: Sheet) -> list[Item]:
    found: list[Item] = []
    waiting = [section for group in sheet_.groups for decision in group.decisions for section in decision.sections]
    waiting += [section for group in sheet_.groups for section in group.shared]
    stack = [item for section in waiting for item in section.items]
    while stack:
        item = stack.pop()
        found.append(item)
        stack += item.items
    return found


@pytest.mark.parametrize("text", NASTY)
def test_text_from_people_is_harmless_in_html(town: Engine, text: str) -> None:
    plain, nasty = Page(), Page()
    plain.feed(html.render(report(town)))
    nasty.feed(html.render(report(town, name=text, address=text)))
    for page in (plain, nasty):
        page.close()
        assert page.open == []
    assert nasty.tags == plain.tags
    assert nasty.attributes == plain.attributes
    shown = "".join(nasty.text)
    assert one_line(text) in shown


def test_html_is_one_page_without_anything_from_elsewhere(town: Engine) -> None:
    text = html.render(report(town, leases=5))
    page = Page()
    page.feed(text)
    assert not page.tags & {"script", "link", "img", "iframe", "form"}
    assert not {name for name, _ in page.attributes} & {"style", "src", "onclick"}
    links = [value for name, value in page.attributes if name == "href"]
    # Answers that say the same of several leases share an entry, which leads to the first of them.
    assert links
    assert set(links) <= {f"#{name}" for name in page.ids}
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("text", NASTY)
def test_text_from_people_is_harmless_in_the_terminal(town: Engine, text: str) -> None:
    shown = terminal.render(report(town, name=text, address=text), colour=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    coloured = terminal.render(report(town, name=text, address=text), colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown


@pytest.mark.parametrize("text", NASTY)
def test_text_from_people_is_harmless_in_markdown(town: Engine, text: str) -> None:
    parser = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"html": True, "linkify": False})
    plain, nasty = Page(), Page()
    plain.feed(parser.render(markdown.render(report(town))))
    nasty.feed(parser.render(markdown.render(report(town, name=text, address=text))))
    assert nasty.open == []
    assert nasty.tags == plain.tags
    assert nasty.attributes == plain.attributes


@pytest.mark.parametrize(
    ("text", "markdown_text"),
    [
        ("a*b", r"a\*b"),
        ("- x", r"\- x"),
        ("12. x", r"12\. x"),
        ("3) x", r"3\) x"),
        ("2022-06-01", "2022-06-01"),
        ("http://x", r"http\://x"),
        ("www.x", r"www\.x"),
        ("a@b", r"a\@b"),
        ("&lt;", r"\&lt;"),
        ("租金 1.5 元", "租金 1.5 元"),
    ],
)
def test_escaped(text: str, markdown_text: str) -> None:
    assert escaped(text) == markdown_text


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_wider_than_the_terminal(shipped: Engine, town: Engine, width: int, language: Language) -> None:
    leases = [{**LEASE, "address": "很长的地址" * 20}, {**LEASE, "owner": "village"}, {}]
    mapping: dict[str, object] = {"applicant": {"kind": "firm", "industry": "H", "name": "名" * 150}, "leases": leases}
    coarse: dict[str, object] = {"applicant": {"industry": "F"}, "leases": [{}, {}]}
    for engine, profile in ((town, mapping), (shipped, coarse)):
        for line in terminal.render(laid_out(engine, profile, language), width=width).splitlines():
            assert columns(line) <= width, line
            assert line == line.rstrip()


def test_every_form_says_every_item(town: Engine) -> None:
    sheet_ = report(town)
    forms = [
        terminal.render(sheet_, width=2000),
        re.sub(r"\\(.)", r"\1", markdown.render(sheet_)),
        html.render(sheet_),
    ]
    page = Page()
    page.feed(forms[2])
    forms[2] = "".join(page.text)
    for text in forms:
        for item in items(sheet_):
            assert item.text in text
            assert item.place in text
            assert item.citations in text
        for _, value in sheet_.receipt:
            assert value in text


def test_the_day_comes_first(town: Engine) -> None:
    sheet_ = report(town)
    assert terminal.render(sheet_).startswith("判定日：2030-06-01\n")
    assert markdown.render(sheet_).startswith("- 判定日：2030-06-01\n")
    page = Page()
    page.feed(html.render(sheet_))
    assert "".join(page.text).split()[0] == "判定日2030-06-01申请方甲店资料文件profile"


# --- several decisions ------------------------------------------------------------------------------------------------


def only_rent(engine: Engine, applicant: dict[str, object], *leases: dict[str, object], day: dt.date = MIDDLE) -> Sheet:
    mapping: dict[str, object] = {"applicant": applicant, "leases": list(leases)}
    return sheet(engine.decide(mapping, as_of=day, programmes=["town/rent"]), engine, "zh", "0.0.0")


def test_questions_about_the_applicant_are_asked_once(town: Engine) -> None:
    lease = {name: value for name, value in LEASE.items() if name != "monthly_rent"}
    text = terminal.render(only_rent(town, {"kind": "firm", "industry": "62", "registered": True}, *[lease] * 5))
    assert text.count("2029年末有多少从业人员？") == 1
    assert text.count("2029年营业收入多少万元？") == 1
    assert text.count("月租金多少？") == 5


def test_what_is_the_same_is_said_once(town: Engine) -> None:
    sheet_ = only_rent(town, {**FIRM}, {**LEASE}, {**LEASE, "monthly_rent": 2000}, {**LEASE, "owner": "private"})
    text = terminal.render(sheet_)
    assert text.count("小微企业或个体  【") == 1
    assert text.count("国有房屋  【") == 3
    assert text.count("抵扣后续租金。（第1、2份租约）") == 1
    assert text.count("鼓励协商。（第3份租约）") == 1
    assert "可得金额合计（不含上限、费率和缓缴）：6,000.00 元" in text
    assert (
        text.index("第1份租约：减免")
        < text.index("第2份租约：减免")
        < text.index("可得金额合计")
        < text.index("第3份租约：未满足")
        < text.index("共同的条件")
    )


def test_one_decision_has_no_overview_and_no_sum(town: Engine) -> None:
    sheet_ = only_rent(town, {**FIRM}, {**LEASE})
    text = terminal.render(sheet_)
    assert sheet_.answers == ()
    assert "结果一览" not in text
    assert "共同的条件" not in text
    assert "减免租金 2,000.00 元" in text


def test_a_day_outside_is_told_once_for_all_leases(town: Engine) -> None:
    text = terminal.render(only_rent(town, {**FIRM}, {**LEASE}, {**LEASE}, day=dt.date(2030, 1, 31)))
    assert text.count("当日无适用规定：自 2030-02-01 起才可适用，判定日 2030-01-31 在此之前") == 1
    assert "第1、2份租约" in text


def test_after_the_last_day(town: Engine) -> None:
    mapping = {"applicant": {**FIRM}}
    report_ = town.decide(mapping, as_of=dt.date(2031, 1, 1), programmes=["town/grant"])
    text = terminal.render(sheet(report_, town, "zh", "0"), width=120)
    assert (
        "当日无适用规定：只适用到 2030-12-31（某政发〔2030〕2号的有效期到这一天为止），判定日 2031-01-01 在此之后"
        in text
    )


def test_an_undetermined_decision_leads_with_what_is_missing(town: Engine) -> None:
    (group,) = only_rent(town, {**FIRM}, {"owner": "state"}).groups
    (decision,) = group.decisions
    assert decision.headline.startswith("资料不足：结果还取决于")
    assert decision.sections[0].title == "还缺的资料（每一项都可能改变结果）"


def test_what_a_referred_case_lacks_comes_after_why(town: Engine) -> None:
    lease = {name: value for name, value in LEASE.items() if name != "monthly_rent"}
    (group,) = only_rent(town, {**FIRM}, {**lease, "rent_free": True}).groups
    (decision,) = group.decisions
    assert decision.headline == "需人工认定：已有免租期。数额还取决于：月租金"
    assert [section.kind for section in decision.sections[:2]] == ["referrals", "missing_for_figure"]


@pytest.mark.parametrize(
    ("programme", "zh", "en"),
    [
        (
            "town/rent",
            "符合：减免租金 2,000.00 元，由出租方给予",
            "Eligible: rent relief of 2,000.00 yuan, given by the landlord",
        ),
        (
            "town/grant",
            "符合：最高 30,000.00 元，由区财政给予",
            "Eligible: at most 30,000.00 yuan, given by the district",
        ),
        (
            "town/fee",
            "符合：比例 50%，应付 50.00 元，由担保机构执行",
            "Eligible: a rate of 50%, payable: 50.00 yuan, applied by the guarantor",
        ),
        (
            "town/deferral",
            "符合：缓缴 100.00 元，最迟至 2030-08-31，由税务机关办理",
            "Eligible: deferral of 100.00 yuan, until 2030-08-31, handled by the tax authority",
        ),
        ("town/service", "符合：由主管部门办理", "Eligible: given by the authority"),
    ],
)
def test_the_answer_in_one_sentence(town: Engine, programme: str, zh: str, en: str) -> None:
    mapping = {
        "applicant": {**FIRM, "plan": "full", "applied_on": "2030-05-31", "fee": 100},
        "leases": [LEASE],
    }
    report_ = town.decide(mapping, as_of=MIDDLE, programmes=[programme])
    languages: tuple[tuple[Language, str], ...] = (("zh", zh), ("en", en))
    for language, text in languages:
        (group,) = sheet(report_, town, language, "0").groups
        assert group.decisions[0].headline == text


# --- all programmes at once -------------------------------------------------------------------------------------------


def everything(engine: Engine, *, full: bool = False, **changes: object) -> Sheet:
    mapping: dict[str, object] = {"applicant": {"kind": "firm", **changes}}
    report_ = engine.decide(mapping, as_of=MIDDLE)
    return sheet(report_, engine, "zh", "0.0.0", full=full)


def test_answers_stand_by_outcome_and_only_what_is_granted_is_told_in_full(town: Engine) -> None:
    laid_out = everything(town, employees=2)
    titles = [answers.title.partition("（")[0] for answers in laid_out.answers]
    assert titles == [t for t in ("符合", "需人工认定", "资料不足", "不符合") if t in titles]
    assert {"符合", "资料不足", "不符合"} <= set(titles)
    told = {decision.outcome for group in laid_out.groups for decision in group.decisions}
    assert told <= {Outcome.ELIGIBLE, Outcome.REFERRED}
    text = terminal.render(laid_out)
    assert "加 --details" in text
    assert "资料没有提到租约（leases）：减租" in text
    whole = everything(town, full=True, employees=2)
    assert whole.left_out == ""
    assert sum(len(group.decisions) for group in whole.groups) == sum(len(a.entries) for a in whole.answers)


def test_every_open_question_is_asked_once_where_decisions_are_not_told(town: Engine) -> None:
    laid_out = everything(town)
    facts = [item.place for section in laid_out.questions for item in section.items]
    assert len(facts) == len(set(facts))
    report_ = town.decide({"applicant": {"kind": "firm"}}, as_of=MIDDLE)
    open_facts = {m.fact.id for d in report_.decisions if d.outcome is Outcome.UNDETERMINED for m in d.missing.facts}
    assert set(facts) == open_facts

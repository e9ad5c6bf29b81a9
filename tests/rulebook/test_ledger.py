"""The ledger: what it costs, what counts as a citation, and that the shipped one has every clause of its documents."""

import re
import shutil
from pathlib import Path

import pytest

from relief_engine.errors import RulebookError
from relief_engine.rulebook.build_ledger import ledger_of
from relief_engine.rulebook.ledger import BECAUSE, Entry, LeftOut, counted
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules
from relief_engine.text import Text
from tests.books import shipped_book
from tests.rulebook.building import BASE, HERE, edit, loaded, made

CHINESE = "一二三四五六七八九十"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small rulebook with a ledger."""
    return made(HERE / "good" / "ledger", tmp_path)


def test_a_rulebook_needs_none() -> None:
    assert ledger_of(load_rulebook(BASE)) is None


def test_it_is_part_of_the_digest(root: Path) -> None:
    assert load_rulebook(root).digest != load_rulebook(BASE).digest


def test_no_decision_waits_for_it(root: Path) -> None:
    """Loading leaves it alone, so that its mistakes are told by who reads it."""
    edit(root / "ledger.yaml", "because: task_of_authority", "because: task_of_authorities")
    rulebook = load_rulebook(root)
    with pytest.raises(RulebookError, match="task_of_authorities"):
        ledger_of(rulebook)
    (finding,) = loaded(root)[1]
    assert finding.startswith("ledger.yaml:9:22: “task_of_authorities”不在可用值之内：")
    assert finding.endswith("，是否想写“task_of_authority”？ [shape-value]")


def test_it_is_read_in_the_order_of_the_document(root: Path) -> None:
    text = (root / "ledger.yaml").read_text(encoding="utf-8")
    first = "      - {id: 一, encoded: [city/rent]}\n"
    moved = text.replace(first, "").replace("  - source: standard\n", f"{first}  - source: standard\n")
    (root / "ledger.yaml").write_text(moved, encoding="utf-8")
    ledger = ledger_of(load_rulebook(root))
    assert ledger is not None
    assert {source: list(entries) for source, entries in ledger.documents.items()} == {
        "notice": ["一", "二"],
        "standard": ["第1条"],
    }
    assert ledger.documents["standard"]["第1条"].encoded == ("codes", "sectors", "size")


def test_several_mistakes_come_in_one_run(root: Path) -> None:
    edit(root / "ledger.yaml", "{id: 一, encoded: [city/rent]}", "{id: 一}")
    edit(root / "ledger.yaml", "codes, sectors, size", "codes, sector, size")
    edit(root / "ledger.yaml", "what: {zh: 工作安排, en: How the work is organised}\n            because", "because")
    codes = [finding.rpartition("[")[2] for finding in loaded(root)[1]]
    assert sorted(codes) == [
        "ledger-empty]", "ledger-not-listed]", "ledger-unknown-programme]", "ledger-which-part]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("because: task_of_authority", "because: 7", ["shape-value"]),
        ("because: task_of_authority", "because: task_of_authoriti", ["shape-value"]),
        ("because: task_of_authority", "becuase: task_of_authority", ["shape-unknown-key"]),
        ("why: {zh: 各单位自行安排, en: Each unit sees to it}", "why: {zh: 各单位自行安排}", ["shape-missing-key"]),
        ("{id: 一, encoded: [city/rent]}", "{encoded: [city/rent]}", ["shape-missing-key"]),
        ("{id: 一, encoded: [city/rent]}", "{id: 一, encoded: [[]]}", ["shape-value"]),
        ("{id: 一, encoded: [city/rent]}", "{id: 一, encoded: city/rent}", ["shape-value"]),
        ("  - source: notice\n", "  - source: [notice]\n", ["shape-value"]),
    ],
)
def test_a_mistake_of_shape_hides_no_other_and_makes_none(root: Path, old: str, new: str, codes: list[str]) -> None:
    edit(root / "ledger.yaml", old, new)
    assert [finding.rpartition("[")[2][:-1] for finding in loaded(root)[1]] == codes
    edit(root / "ledger.yaml", "codes, sectors, size", "codes, sector, size")
    assert [finding.rpartition("[")[2][:-1] for finding in loaded(root)[1]] == [*codes, "ledger-unknown-programme"]


# --- what counts as a citation ----------------------------------------------------------------------------------

NINE = "[{source: notice, clause: 九}]"
PLACES = {
    "programme": ("subject: lease\nfrom: 2022-01-10\ncite: [{source: notice, clause: 一}]", None),
    "parameter": ("    - {value: 30, unit: 天, cite: [{source: notice, clause: 二}]}", None),
    "criterion": ("    require: lease.district in near\n    cite: [{source: notice, clause: 一}]", None),
    "version of a criterion": ("applicant.sector == services, cite: [{source: notice, clause: 一}]", None),
    "referral": ("    when: applicant.size == none\n    cite: [{source: notice, clause: 一}]", None),
    "rounding": ("mode: half_up, cite: [{source: notice, clause: 二}]", None),
    "benefit": ("\n  cite: [{source: notice, clause: 二}]\n\ndeadlines", None),
    "deadline": ("    when: lease.start <= as_of + days_to_pay\n    cite: [{source: notice, clause: 二}]", None),
    "remark": ("lease.district not in near\n    cite: [{source: notice, clause: 一}]", None),
    "not available": (
        "benefit:\n",
        "not_available:\n  id: no\n  title: {zh: 无, en: None}\n  reason: {zh: 无, en: None}\n  cite: N\n\nbenefit:\n",
    ),
    "way": ("remarks:\n", "ways:\n  - {id: refund, text: {zh: 退还, en: Refund}, cite: N}\n\nremarks:\n"),
    "by hand": ("remarks:\n", "check_by_hand:\n  - {id: seal, text: {zh: 盖章, en: Seal}, cite: N}\n\nremarks:\n"),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_citation_counts_wherever_it_stands(root: Path, place: str) -> None:
    """A clause that a programme cites in one place only must list the programme."""
    old, new = PLACES[place]
    new = old.replace(re.findall(r"\[\{source: notice, clause: .\}\]", old)[0], NINE) if new is None else new
    edit(root / "sources.yaml", "      - {id: 二,", "      - {id: 九, about: {zh: 附则, en: Rest}}\n      - {id: 二,")
    edit(root / "ledger.yaml", "      - id: 二\n", "      - {id: 九, encoded: [city/rent]}\n      - id: 二\n")
    (not_cited,) = loaded(root)[1]
    assert not_cited.endswith("“city/rent”没有一处引用 市发〔2022〕1号 九 [ledger-not-cited]")
    edit(root / "city" / "rent.yaml", old, new.replace("cite: N", f"cite: {NINE}"))
    assert loaded(root)[1] == []
    left_out = "{id: 九, left_out: [{because: procedure, why: {zh: 程序, en: Procedure}}]}"
    edit(root / "ledger.yaml", "{id: 九, encoded: [city/rent]}", left_out)
    (not_listed,) = loaded(root)[1]
    assert not_listed.endswith("“city/rent”引用了 市发〔2022〕1号 九，应列入 encoded [ledger-not-listed]")


def test_a_row_of_a_standard_cites_too(root: Path) -> None:
    edit(root / "sources.yaml", "      - {id: 二,", "      - {id: 九, about: {zh: 附则, en: Rest}}\n      - {id: 二,")
    edit(
        root / "standards" / "size.yaml",
        "large: 0.2}}\n    cite: [{source: standard, clause: 第1条}]",
        f"large: 0.2}}}}\n    cite: {NINE}",
    )
    edit(root / "ledger.yaml", "      - id: 二\n", "      - {id: 九, encoded: [size]}\n      - id: 二\n")
    assert loaded(root)[1] == []


# --- counting and words -----------------------------------------------------------------------------------------


def test_counts() -> None:
    why = Text("原因", "why")
    part = LeftOut(why, "procedure", why)
    entries = [
        Entry("一", ("a/b",), ()),
        Entry("二", ("a/b", "c"), (part, LeftOut(why, "no_figure", why))),
        Entry("三", (), (LeftOut(None, "procedure", why),)),
    ]
    count = counted(entries)
    assert (count.clauses, count.encoded, count.in_part, count.not_encoded) == (3, 2, 1, 1)
    assert list(count.left_out.items()) == [("no_figure", 1), ("procedure", 2)]


def test_every_reason_has_words() -> None:
    assert all(re.search(r"[\u4e00-\u9fff]", label.zh) and label.en.isascii() for label in BECAUSE.values())


# --- the shipped ledger -----------------------------------------------------------------------------------------


#: The clauses of each text, counted from the text itself and not from sources.yaml.
WHOLE = {
    "notice-12": [
        "一", "二", "三", "四", *(f"四（{n}）" for n in CHINESE[:4]), "五", *(f"六（{n}）" for n in CHINESE[:4]),
        *(f"七（{n}）" for n in CHINESE[:4]),
        "附件1 一", *(f"附件1 一（{n}）" for n in CHINESE[:3]), "附件1 二",
        "附件1 三", *(f"附件1 三（{n}）" for n in CHINESE[:4]),
        "附件1 四（一）", "附件1 四（二）", *(f"附件1 四（二）{n}" for n in (1, 2, 3)),
        "附件1 四（三）", "附件1 四（四）",
        "附件1 五（一）", "附件1 五（二）", "附件1 六", "附件1 七", "附件1 八",
        "附录1", "附录2", "附录3", "附录4", "附件2", "附件3",
    ],
    "notice-13": [f"第{n}条" for n in range(1, 17)],
    "notice-15": [*(f"第{n}条" for n in range(1, 65)), "有效期"],
    "notice-4": [f"第{n}条" for n in range(1, 9)],
}  # fmt: skip


def test_the_shipped_rulebook_forgets_no_clause() -> None:
    rulebook, findings = read_rulebook(shipped_rules())
    assert findings == []
    assert rulebook is not None
    ledger = ledger_of(rulebook)
    assert ledger is not None
    assert {source: list(ledger.documents[source]) for source in WHOLE} == WHOLE


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_words_are_one_line_each(language: str) -> None:
    ledger = ledger_of(shipped_book())
    assert ledger is not None
    for entries in ledger.documents.values():
        for entry in entries.values():
            for part in entry.left_out:
                for text in (part.what, part.why):
                    if text is not None:
                        words = text.zh if language == "zh" else text.en
                        assert len(words) <= (60 if language == "zh" else 110), words
                        assert words[-1] not in "。.", words


def test_a_decision_does_not_wait_for_it_even_if_it_is_no_yaml(root: Path) -> None:
    (root / "ledger.yaml").write_text("documents: [", encoding="utf-8")
    assert load_rulebook(root).programmes
    assert [finding.partition(":")[0] for finding in loaded(root)[1]] == ["ledger.yaml"]


def test_a_ledger_beside_other_mistakes_is_not_blamed_for_them(root: Path) -> None:
    shutil.copyfile(HERE / "bad" / "ledger-clause-missing" / "ledger.yaml", root / "ledger.yaml")
    edit(root / "city" / "rent.yaml", "require: lease.district in near", "require: lease.distrikt in near")
    assert [finding.rpartition("[")[2] for finding in loaded(root)[1]] == ["expr-unknown-fact]", "ledger-missing]"]

"""What is accepted goes into the text of a file of cases at its place, and every other byte stays."""

import re
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import mkdtemp

import pytest

from relief_engine import Engine, RulebookError, load_rulebook
from relief_engine.decision import MissingFacts
from relief_engine.testing import load_cases, run_case
from relief_engine.testing.accepting import Accepted, CannotAccept, accepted
from relief_engine.testing.editing import COMMENT
from relief_engine.testing.writing import prepared, with_expectations
from tests.testing.small import FILES, write

HEAD = """\
programme: example/rent-2022
base: {as_of: 2022-06-01, applicant: {employees: 10, monthly_rent: 4000, has_rent_free_period: no}}
cases:
"""
#: What the base gets. A part of 4000/7 is no finite decimal, so nobody can write it.
ALL = "outcome: eligible, amount: 12000.00, unmet: [], referrals: [], missing: [], figures: {rent: 12000}"
ROOT = Path(__file__).resolve().parent.parent.parent
CITE = "cite: [{source: notice-7, clause: 一}]"


@cache
def engine() -> Engine:
    return Engine(load_rulebook(write(Path(mkdtemp()), FILES)))


def written(folder: Path, text: str) -> Path:
    path = folder / "some.cases.yaml"
    path.write_bytes(text.encode())
    return path


def what_is_lacking(path: Path) -> list[Accepted]:
    results = [run_case(engine(), case) for case in load_cases(path, engine().rulebook)]
    return [accepted(result) for result in results if result.awaits]


def accept(path: Path) -> str:
    """The text of the file after all that is lacking was accepted; it passes then, and nothing more is accepted."""
    lacking = what_is_lacking(path)
    assert lacking
    prepared(path, lacking).write()
    assert all(run_case(engine(), case).passed for case in load_cases(path, engine().rulebook))
    assert what_is_lacking(path) == []
    return path.read_bytes().decode()


#: Cases before and after; ALL, REMARK and CITE stand for what is above and for the remark.
PLACES = """
  - name: {zh: 一, en: one}  # nothing is said, and lines follow
    CITE

  # the end
---
  - name: {zh: 一, en: one}  # nothing is said, and lines follow
    CITE
    # REMARK
    expect: {ALL}

  # the end
===
  - name: {zh: 一, en: one}
    expect:  # ?
    CITE
---
  - name: {zh: 一, en: one}
    # REMARK
    expect: {ALL}  # ?
    CITE
===
  - name: {zh: 一, en: one}
    expect: null
    CITE
---
  - name: {zh: 一, en: one}
    # REMARK
    expect: {ALL}
    CITE
===
  - expect: {}
    name: {zh: 一, en: one}
    CITE
---
  # REMARK
  - expect: {ALL}
    name: {zh: 一, en: one}
    CITE
===
  - name: {zh: 一, en: one}
    CITE
    'expect' : "?"
---
  - name: {zh: 一, en: one}
    CITE
    # REMARK
    'expect' : {ALL}
===
  - name: {zh: 一, en: one}
    CITE
    expect: {}  # too long a remark for one line
---
  - name: {zh: 一, en: one}
    CITE
    # REMARK
    expect:
      outcome: eligible
      amount: 12000.00
      unmet: []
      referrals: []
      missing: []
      figures: {rent: 12000}  # too long a remark for one line
===
  - name: {zh: 一, en: one}
    CITE
    arithmetic: |
      1 × 1


  # the end
---
  - name: {zh: 一, en: one}
    CITE
    arithmetic: |
      1 × 1
    # REMARK
    expect: {ALL}


  # the end
===
  - {name: {zh: 一, en: one}, CITE}  # in brackets
---
  - {name: {zh: 一, en: one}, CITE,
     # REMARK
     expect: {ALL}}  # in brackets
===
  - {name: {zh: 一, en: one},
     CITE,  # why
     }
---
  - {name: {zh: 一, en: one},
     CITE,
     # REMARK
     expect: {ALL},  # why
     }
===
  - name: {zh: 一, en: one}
    CITE
    expect: {outcome: eligible, amount: "?"}
---
  - name: {zh: 一, en: one}
    CITE
    # REMARK
    expect: {outcome: eligible, amount: 12000.00}
===
  - name: {zh: 一, en: one}
    CITE
    expect:
      outcome: '?'  # a
      unmet: '?'
      figures: {rent: '?'}
---
  - name: {zh: 一, en: one}
    CITE
    expect:
      # REMARK
      outcome: eligible  # a
      unmet: []
      figures: {rent: 12000}
      # REMARK
      amount: 12000.00
===
  - name: {zh: 一, en: one}
    CITE
    expect: {outcome: '?', figures: {}}
---
  - name: {zh: 一, en: one}
    CITE
    # REMARK
    expect: {outcome: eligible, figures: {}, amount: 12000.00}
===
  - name: {zh: 一, en: one}
    CITE
    expect:
      figures:
        rent: '?'
      ceiling: '?'
---
  - name: {zh: 一, en: one}
    CITE
    expect:
      figures:
        # REMARK
        rent: 12000
      ceiling: null
"""


def filled(text: str) -> str:
    return text.replace("ALL", ALL).replace("# REMARK", COMMENT).replace("CITE", CITE)


@pytest.mark.parametrize("end", ["\n", ""], ids=["newline", "no newline"])
@pytest.mark.parametrize("place", PLACES.strip("\n").split("\n===\n"))
def test_it_goes_to_its_place(place: str, end: str, tmp_path: Path) -> None:
    before, after = (HEAD + filled(part) + end for part in place.split("\n---\n"))
    assert accept(written(tmp_path, before)) == after


def test_two_cases_each_have_their_remark(tmp_path: Path) -> None:
    one = f"  - {{name: {{zh: 一, en: one}}, {CITE}, expect: {{amount: '?'}}}}\n"
    two = f"  - {{name: {{zh: 二, en: two}}, {CITE}, expect: {{amount: '?'}}}}\n"
    line = f"  {COMMENT}\n"
    after = accept(written(tmp_path, HEAD + one + two))
    assert after == HEAD + line + one.replace("'?'", "12000.00") + line + two.replace("'?'", "12000.00")


def test_a_long_expectation_has_lines_of_its_own(tmp_path: Path) -> None:
    change = "    change: {applicant.monthly_rent: 123456789.12, applicant.has_rent_free_period: yes}\n"
    before = f"{HEAD}  - name: {{zh: 一, en: one}}\n    {CITE}\n{change}    expect: {{}}\n"
    assert accept(written(tmp_path, before)).removeprefix(before.removesuffix("    expect: {}\n")) == (
        f"    {COMMENT}\n    expect:\n      outcome: referred\n      amount_if_granted: 370370367.36\n      unmet: []\n"
        "      referrals: [rent-free-period]\n      missing: []\n"
        "      figures: {part: 17636684.16, rent: 370370367.36}\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_every_layout_keeps_all_its_other_bytes(newline: str, bom: str, tmp_path: Path) -> None:
    """Each line of a file stands in the new one as it was, but for the place of the expectation."""
    starts = ["", "  # first\n", "\n"]
    cases = [
        "  - name: {{zh: {n}, en: e{n}}}  # é 中\n    cite: [{{source: notice-7, clause: 一}}]\n{expect}",
        "  - cite:\n      - source: notice-7\n        clause: 一\n{expect}    name:\n      zh: {n}\n      en: e{n}\n",
        "  - {{name: {{zh: {n}, en: e{n}}}, cite: [{{source: notice-7, clause: 一}}]{flow}}}\n",
    ]
    lacks = [("", ""), ("    expect:\n", ", expect: "), ("    expect: {}  # to do\n", ", expect: {}"),
             ('    expect:\n      outcome: "?"\n', ', expect: {outcome: "?"}')]  # fmt: skip
    text = HEAD
    for number, (start, case, (block, flow)) in enumerate(product(starts, cases, lacks)):
        text += start + case.format(n=f"第{number}", expect=block, flow=flow)
    text = bom + text.rstrip("\n").replace("\n", newline)
    new = accept(written(tmp_path, text))
    assert new.startswith(bom + HEAD.replace("\n", newline))
    assert "\r" not in new.replace("\r\n", "") if newline == "\r\n" else "\r" not in new
    rest = iter(new.split(newline))
    for line in text.split(newline):
        kept = line.rstrip("}") if line.startswith("  - {name") else line
        kept = kept.partition("expect:")[0].rstrip(", ") if "expect:" in kept else kept.partition('"?"')[0]
        assert any(other.startswith(kept) for other in rest), line


@pytest.mark.parametrize(
    "before",
    [
        f"  - {{name: {{zh: 一, en: one}}, {CITE}, expect: {{ # nothing\n    }}}}\n",
        f"  - {{name: {{zh: 一, en: \"one\n    and\"}}, {CITE}, expect: '?'}}\n",
    ],
)
def test_a_layout_that_could_lose_something_is_refused(before: str, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + before)
    lacking = what_is_lacking(path)
    with pytest.raises(RulebookError, match=r"请手写预期结果：一 \[accept-layout\]"):
        prepared(path, lacking)
    assert path.read_bytes().decode() == HEAD + before
    assert list(tmp_path.iterdir()) == [path]


GOOD = f"  - name: {{zh: 一, en: one}}\n    {CITE}\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("zh: 一", "zh: 二"), (GOOD, f"{GOOD}    expect: {{outcome: ineligible}}\n"), (GOOD, "")],
)
def test_a_file_that_has_changed_is_left_alone(old: str, new: str, tmp_path: Path) -> None:
    other = (
        "  - name: {zh: 零, en: zero}\n    cite: [{source: notice-7, clause: 一}]\n    expect: {outcome: eligible}\n"
    )
    lacking = what_is_lacking(written(tmp_path, HEAD + other + GOOD))
    path = written(tmp_path, HEAD + other + GOOD.replace(old, new))
    with pytest.raises(RulebookError, match="accept-changed"):
        prepared(path, lacking)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, HEAD + GOOD)
    ready = prepared(path, what_is_lacking(path), "some.cases.yaml")

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RulebookError, match=r"some.cases.yaml: 无法写入（No space left on device）"):
        ready.write()
    assert path.read_bytes().decode() == HEAD + GOOD
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = written(tmp_path / "real", HEAD + GOOD)
    link = tmp_path / "some.cases.yaml"
    link.symlink_to(path)
    accept(link)
    assert link.is_symlink()
    assert COMMENT in path.read_text(encoding="utf-8")


# --- what is accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "entries"),
    [
        ("change: {applicant.employees: 11}",
         "outcome: ineligible; unmet: [few-employees]; referrals: []; missing: []"),
        ("without: [applicant.monthly_rent]",
         "outcome: undetermined; unmet: []; referrals: []; missing: [applicant.monthly_rent]"),
        ("as_of: 2022-02-28", "outcome: not_in_force; unmet: []; referrals: []; missing: []"),
        ("change: {applicant.monthly_rent: 7.07}",
         "outcome: eligible; amount: 21.21; unmet: []; referrals: []; missing: []; figures: {part: 1.01, rent: 21.21}"),
        ('expect: {missing: "?", deadlines: {}}', "missing: []"),
        ('expect: {outcome: "?", amount: 12000}', "outcome: eligible"),
        ('expect: {outcome: "?", amount_range: "?"}', "outcome: eligible; amount_range: null; amount: 12000.00"),
        ('expect: {figures: "?"}', "figures: {rent: 12000}"),
    ],
)  # fmt: skip
def test_what_the_outcome_shows_is_accepted(case: str, entries: str, tmp_path: Path) -> None:
    (found,) = what_is_lacking(written(tmp_path, f"{HEAD}{GOOD}    {case}\n"))
    assert "; ".join(f"{key}: {text}" for key, text in found.entries) == entries
    assert (found.index, found.name) == (0, "一")


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ('expect: {figures: {part: "?"}}', "figures.part 的值（4000/7）不能写成有限小数，须手写"),
        ('expect: {deadlines: "?"}', "判定中没有 deadlines 的值"),
        ('without: [applicant.monthly_rent]\n    expect: {figures: {rent: "?"}}', "判定中没有 figures.rent 的值"),
        ('expect: {outcome: ineligible, amount: "?"}', "已写的预期与实际不符，没有改动"),
    ],
)
def test_what_can_not_be_accepted_is_told(case: str, why: str, tmp_path: Path) -> None:
    (one,) = load_cases(written(tmp_path, f"{HEAD}{GOOD}    {case}\n"), engine().rulebook)
    result = run_case(engine(), one)
    assert not result.passed
    with pytest.raises(CannotAccept, match=why):
        accepted(result)


def test_ids_that_look_like_something_else_stay_ids() -> None:
    one = Accepted(0, "一", (("unmet", '["2022", "null", few]'),))
    text = with_expectations(HEAD + GOOD, [one], "some.cases.yaml")
    assert text.endswith(f'    {COMMENT}\n    expect: {{unmet: ["2022", "null", few]}}\n')


# --- a case that awaits something -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expect", "rows"),
    [
        ("", ["还没有写预期结果（expect）"]),
        ("    expect: {figures: {}, deadlines: {}}\n", ["还没有写预期结果（expect）"]),
        ('    expect: {amount: "?"}\n', ["amount：还没有写预期，实为 12000.00"]),
        ('    expect: {figures: {rent: "?"}, outcome: referred}\n',
         ["outcome：应为 referred，实为 eligible", "amount：应为 null，实为 12000.00",
          "figures.rent：还没有写预期，实为 12000"]),
    ],
)  # fmt: skip
def test_it_fails_and_says_so(expect: str, rows: list[str], tmp_path: Path) -> None:
    (one,) = load_cases(written(tmp_path, HEAD + GOOD + expect), engine().rulebook)
    result = run_case(engine(), one)
    assert (result.passed, result.awaits) == (False, True)
    assert [line.zh for line in result.differences] == rows


def test_a_list_of_what_is_missing_that_was_cut_short_is_no_expectation(tmp_path: Path) -> None:
    for case, entries in [("", ["outcome", "unmet", "referrals"]), ('    expect: {missing: "?"}\n', None)]:
        text = f"{HEAD}{GOOD}    without: [applicant.monthly_rent]\n{case}"
        (one,) = load_cases(written(tmp_path, text), engine().rulebook)
        result = run_case(engine(), one)
        inexact = replace(result.decision, missing=MissingFacts(result.decision.missing.facts, exact=False))
        result = replace(result, decision=inexact)
        if entries is None:
            with pytest.raises(CannotAccept, match="缺少的资料没有查全"):
                accepted(result)
        else:
            assert [key for key, _ in accepted(result).entries] == entries


def test_all_cases_of_a_real_programme(tmp_path: Path) -> None:
    """Every expectation of the rent programme is taken away and accepted anew: then all cases pass."""
    rules = ROOT / "rules"
    book = load_rulebook(rules)
    text = (rules / "beijing-tongzhou" / "rent-reduction-2022.cases.yaml").read_text(encoding="utf-8")
    text = text.replace("profile_file: ../..", f"profile_file: {ROOT.as_posix()}")
    silent = re.sub(r"(?m)^    expect:(?: .*\n(?:      .*\n)*|\n(?:      .*\n)+)", "", text)
    assert "expect" not in silent.partition("\ncases:")[2]
    path = tmp_path / "rent.cases.yaml"
    path.write_text(silent, encoding="utf-8")
    decides = Engine(book)
    lacking = [accepted(run_case(decides, case)) for case in load_cases(path, book)]
    prepared(path, lacking).write()
    cases = load_cases(path, book)
    assert len(cases) == len(lacking) > 100
    assert [case.name.en for case in cases if not run_case(decides, case).passed] == []

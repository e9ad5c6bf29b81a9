"""Profiles that can't be used: exit status 2, every mistake with its line, and nothing else on either stream."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import RESTAURANT, Relief

Write = Callable[[str | bytes], Path]
GOOD = RESTAURANT.read_text(encoding="utf-8")
LINES = {line.strip().split(":")[0].lstrip("- "): number for number, line in enumerate(GOOD.splitlines(), 1)}


def changed(**facts: str) -> str:
    """The example restaurant with the values of some keys replaced."""
    text = GOOD
    for name, value in facts.items():
        before = re.search(rf"(?m)^([ -]*{name}:).*$", text)
        assert before is not None, name
        text = text.replace(before[0], f"{before[1]} {value}")
    return text


@pytest.mark.parametrize(
    ("facts", "code", "said"),
    [
        ({"employees": "many"}, "number", "应为整数"),
        ({"employees": "-3"}, "negative", "不能为负"),
        ({"employees": "3.5"}, "precision", "整数"),
        ({"revenue": "-0.01"}, "negative", "不能为负"),
        ({"revenue": "1e30"}, "too-large", "过大"),
        ({"registered_in_beijing": "perhaps"}, "yes-no", "应为"),
        ({"kind": "[1, 2]"}, "choice", ""),
        ({"industry": '"9999"'}, "industry-code", "9999"),
        ({"premises_district": "通洲区"}, "choice", "通州区"),
        ({"start": "2022-02-30"}, "date", "2022-02-30"),
        ({"end": "2020-12-31"}, "end-before-start", "早于"),
        ({"monthly_rent": "30000元/天"}, "unit", "元/月"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_one_mistake(relief: Relief, profile: Write, facts: dict[str, str], code: str, said: str) -> None:
    path = profile(changed(**facts))
    ran = relief("check", path)
    assert (ran.status, ran.out) == (2, "")
    first, count = ran.err.splitlines()
    line = LINES[next(iter(facts))]
    assert first.startswith(f"{path}:{line}:"), first
    assert said in first
    assert re.search(rf" \[{code}\]$", first), first
    assert count == "共 1 处错误，没有结果。"


def test_wrong_check_digit(relief: Relief, profile: Write) -> None:
    good = GOOD.replace("  kind:", "  credit_code: 91110000600037341L\n  kind:", 1)
    assert relief("check", profile(good)).status == 0
    ran = relief("check", profile(good.replace("341L", "341K")))
    assert ran.status == 2
    assert "[credit-code]" in ran.err
    assert f":{LINES['kind']}:" in ran.err


def test_unknown_keys_with_the_nearest_name(relief: Relief, profile: Write) -> None:
    path = profile(GOOD.replace("employees:", "employes:").replace("leases:", "lease:"))
    ran = relief("check", path)
    assert (ran.status, ran.out) == (2, "")
    lines = ran.err.splitlines()
    assert len(lines) == 3
    assert "employees" in lines[0]
    assert lines[0].startswith(f"{path}:{LINES['employees']}:")
    assert "leases" in lines[1]
    assert lines[2] == "共 2 处错误，没有结果。"


def test_every_mistake_at_once(relief: Relief, profile: Write) -> None:
    mistakes = {"kind": "huge", "employees": "-1", "revenue": "x", "start": "2022-13-01", "premises_district": "火星"}
    ran = relief("check", profile(changed(**mistakes)))
    assert (ran.status, ran.out) == (2, "")
    *found, count = ran.err.splitlines()
    lines = [int(line.removeprefix(str(profile(changed(**mistakes)))).split(":")[1]) for line in found]
    assert lines == sorted(LINES[name] for name in mistakes)
    assert count == "共 5 处错误，没有结果。"
    english = relief("check", profile(changed(**mistakes)), "--lang", "en")
    assert english.err.splitlines()[-1] == "5 mistakes; no result."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n# nothing but a remark\n", "empty"),
        ("applicant: {name: 运河}\n".encode("gb18030"), "file-encoding"),
        (b"\xff\xfe\x00\x01", "file-encoding"),
        (b"applicant: {name: a\x00b}\n", ""),
        (b"applicant: [\n", ""),
        (b"applicant: {}\napplicant: {}\n", "yaml-duplicate-key"),
        (b"just a text\n", ""),
        (b"- a\n- list\n", ""),
        (b"applicant: " + b"{a: " * 1000 + b"1" + b"}" * 1000 + b"\n", "yaml-depth"),
        (b"applicant: {name: " + b"x" * 5_000_000 + b"}\n", "file-size"),
        (b"applicant: {}\nleases:\n" + b"  - {}\n" * 150_000, ""),
        (b"a: &a [x, x]\nb: &b [*a, *a]\napplicant: *b\n", ""),
        (b"applicant: !!python/object:os.system {}\n", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:24]),
)
def test_files_that_are_no_profile(relief: Relief, profile: Write, data: bytes, code: str) -> None:
    path = profile(data)
    ran = relief("check", path)
    assert (ran.status, ran.out) == (2, "")
    *found, count = ran.err.splitlines()
    assert found
    assert all(line.startswith(str(path)) for line in found)
    assert count == f"共 {len(found)} 处错误，没有结果。"
    assert f"[{code}" in ran.err
    assert "内部错误" not in ran.err


def test_a_list_is_as_wrong_as_a_number(relief: Relief, profile: Write) -> None:
    ran = relief("check", profile("applicant: 3\nleases: {}\nloans: x\n"))
    assert (ran.status, ran.out) == (2, "")
    assert [line.split(":")[1] for line in ran.err.splitlines()[:-1]] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("path", "said"), [("没有这个.yaml", "没有这个文件"), (".", "这是一个目录"), ("tests", "这是一个目录")]
)
def test_no_file(relief: Relief, path: str, said: str) -> None:
    ran = relief("check", path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines() == [ran.err.splitlines()[0], "共 1 处错误，没有结果。"]
    assert ran.err.startswith(f"{path}: {said}")


def test_mistakes_as_json(relief: Relief, profile: Write) -> None:
    path = profile(changed(employees="-1", premises_district="通洲区"))
    ran = relief("check", path, "--format", "json")
    assert (ran.status, ran.err) == (2, "")
    assert {name: ran.json[name] for name in ("schema", "kind")} == {"schema": "relief-error/1", "kind": "input"}
    first, second = ran.json["errors"]
    assert {name: first[name] for name in ("code", "file", "line", "column")} == {
        "code": "negative", "file": str(path), "line": LINES["employees"], "column": 14,
    }  # fmt: skip
    assert second["line"] == LINES["premises_district"]
    assert "通州区" in second["message"]
    english = relief("check", path, "--format=json", "--lang=en").json
    assert english["errors"][0]["message"].isascii()


def test_what_people_wrote_is_harmless_in_messages(relief: Relief, profile: Write) -> None:
    ran = relief("check", profile(changed(kind='"\\e[31m红\\u202e\\n第二行"')))
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 2
    assert not re.search("[\x1b\u202e]", ran.err)

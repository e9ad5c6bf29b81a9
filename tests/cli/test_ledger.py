"""``relief ledger``: what it lists, shows, exports and verifies, and what it refuses."""

import errno
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from relief_engine.cli import screen as screening
from relief_engine.cli.ledger_commands import OUTCOMES
from relief_engine.cli.ledger_export import ENTRIES
from relief_engine.decision import Outcome
from relief_engine.ledger.entry import GENESIS, chain_of, digest_of
from relief_engine.ledger.refusals import LedgerFailed
from relief_engine.ledger.store import Ledger
from relief_engine.recording.reading import read_record
from relief_engine.text import Text
from tests.cli.conftest import RESTAURANT, ROOT, Relief
from tests.ledger.documents import LOAN, RENT, behind, document, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "判定.ledger", 6)


def test_verify_says_what_to_note(relief: Relief, path: Path) -> None:
    ran = relief("ledger", "verify", path)
    assert (ran.status, ran.err) == (0, "")
    sound, head, note = ran.out.splitlines()
    assert sound == "账本完好：6 条。"
    chain = head.removeprefix("链尾 ")
    assert "--count 6 --head" in note
    with Ledger.open(path, create=False) as ledger:
        assert ledger.head().chain == chain
        ledger.append(document(7))
    held = relief("ledger", "verify", path, "--count", "6", "--head", chain, "--lang", "en")
    assert (held.status, held.err) == (0, "")
    assert held.out.splitlines()[0] == "The ledger is sound: 7 entries."
    assert held.out.splitlines()[2] == "It agrees with the head that was noted before."
    assert relief("ledger", "verify", path, "--head", chain.removeprefix("sha256:").upper()).status == 0


def test_verify_lists_all_findings(relief: Relief, path: Path) -> None:
    behind(path, "UPDATE entries SET total = '9' WHERE number = 2", "DELETE FROM entries WHERE number = 4")
    ran = relief("ledger", "verify", path, "--count", "9")
    assert (ran.status, ran.err) == (3, "")
    changed, missing, cut, total = ran.out.splitlines()
    assert changed == f"{path}[2]: 列表用的栏目与记录不符：total [entry-summary]"
    assert missing == f"{path}[4]: 缺少第 4 条 [entry-missing]"
    assert cut.endswith("应有至少 9 条，只有 6 条：末尾被删去 [ledger-cut]")
    assert total == "账本有 3 处问题（共 6 条）。"
    data = relief("ledger", "verify", path, "--format", "json", "--lang", "en")
    assert data.status == 3
    assert {key: data.json[key] for key in ("schema", "sound", "count", "anchored", "findings_not_listed")} == {
        "schema": "relief-ledger-verify/1", "sound": False, "count": 6, "anchored": False, "findings_not_listed": 0,
    }  # fmt: skip
    assert [finding["code"] for finding in data.json["findings"]] == ["entry-summary", "entry-missing"]


@pytest.mark.parametrize("command", [["verify"], ["list"], ["show", "1"], ["export", "--output", "out.jsonl"]])
def test_what_is_no_ledger_is_unusable(
    relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name, *rest = command
    (tmp_path / "text").write_text("文字" * 1000, encoding="utf-8")
    for place, words in (("nowhere", "没有这个文件"), ("text", "这不是判定账本"), (".", "这是一个目录")):
        ran = relief("ledger", name, place, *rest)
        assert (ran.status, ran.out) == (2, "")
        assert words in ran.err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["text"]


def test_list(relief: Relief, path: Path) -> None:
    ran = relief("ledger", "list", path)
    assert (ran.status, ran.err) == (0, "")
    *lines, last = ran.out.splitlines()
    assert last == "列出 6 条，账本共 6 条。"
    assert len(lines) == 6
    assert lines[2].startswith("3  ")
    assert lines[2].endswith("  2022-06-04  运河小馆3  不符合  3.00 元")
    english = relief("ledger", "list", path, "--lang", "en", "--outcome", "ineligible", "--limit", "1")
    (line, last) = english.out.splitlines()
    assert line.endswith("2022-06-07  运河小馆6  ineligible  6.00 yuan")
    assert last == "1 listed, of 6 in the ledger."


def test_list_filters(relief: Relief, path: Path) -> None:
    def numbers(*options: str) -> list[int]:
        ran = relief("ledger", "list", path, "--format", "json", *options)
        assert ran.status == 0
        assert (ran.json["schema"], ran.json["count"]) == ("relief-ledger-list/1", 6)
        return [entry["number"] for entry in ran.json["entries"]]

    assert numbers() == [1, 2, 3, 4, 5, 6]
    assert numbers("--applicant", "小馆5") == [5]
    assert numbers("--programme", "rent-reduction-2022", "--outcome", "ineligible") == [3, 6]
    assert numbers("--programme", "rent-reduction-2022", "--outcome", "不符合") == [3, 6]
    assert numbers("--programme", LOAN) == []
    assert numbers("--from", "2022-06-03", "--to", "2022-06-05") == [2, 3, 4]
    assert numbers("--limit", "2") == [5, 6]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["list", "--outcome", "eligable"], "是否想写“eligible”"),
        (["list", "--outcome", "赞成"], "--outcome 应为 符合、需人工认定、资料不足、不符合、当日无适用规定 之一"),
        (["list", "--from", "2022"], "--from 应为"),
        (["list", "--to", "2022-02-30"], "--to 应为"),
        (["verify", "--head", "sha256:12"], "--head 应为"),
        (["verify", "--count", "-1"], "--count"),
    ],
)
def test_wrong_usage(relief: Relief, path: Path, options: list[str], words: str) -> None:
    ran = relief("ledger", options[0], path, *options[1:])
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


def test_outcomes_are_those_of_decisions() -> None:
    assert {outcome.value: outcome.label.zh for outcome in Outcome} == OUTCOMES


def test_several_outcomes_are_counted(relief: Relief, tmp_path: Path) -> None:
    decisions = [
        {"programme": RENT, "subject": "leases[0]", "outcome": "ineligible"},
        {"programme": RENT, "subject": "leases[1]", "outcome": "referred", "resolution": {"state": "granted"}},
        {"programme": LOAN, "subject": "loans[0]", "outcome": "eligible"},
        {"programme": LOAN, "subject": "loans[1]", "outcome": "eligible"},
        {"programme": "other", "subject": "", "outcome": "odd\u202e\x1b[31m"},
    ]
    path = tmp_path / "a.ledger"
    with Ledger.open(path, create=True) as ledger:
        ledger.append(document(1, decisions=decisions, total_by_people="48000.00"))
    line = relief("ledger", "list", path).out.splitlines()[0]
    assert "符合 2，需人工认定 1，不符合 1，odd[31m 1，其中经人工认定 1，人工认定同意 48,000.00 元" in line
    assert line.isprintable()


def test_a_list_of_many_is_laid_out_in_portions(relief: Relief, tmp_path: Path) -> None:
    path = written(tmp_path / "a.ledger", 450)
    *lines, _ = relief("ledger", "list", path).out.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, 451))


def test_show(relief: Relief, tmp_path: Path) -> None:
    decided = {
        "programme": RENT, "subject": "leases[0]", "outcome": "undetermined",
        "missing": [{"question": "月租金是多少？"}],
        "resolution": {"state": "partly", "state_label": "部分同意", "amount": "90000.00"},
        "explanation": {
            "title": "国有房屋租金减免", "subject": "第1份租约", "headline": "资料不足：还缺月租金",
            "citations": ["通政办发〔2022〕12号 一"],
        },
    }  # fmt: skip
    path = tmp_path / "a.ledger"
    data = document(3, decisions=[decided, {"programme": LOAN, "outcome": "eligible"}, "odd"], total=None)
    with Ledger.open(path, create=True) as ledger:
        entry = ledger.append(data)
    ran = relief("ledger", "show", path, "1")
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "序号：1"
    assert f"内容摘要：{entry.digest}" in lines
    assert "申请方：运河小馆3" in lines
    at = lines.index("国有房屋租金减免（第1份租约）")
    assert lines[at : at + 6] == [
        "国有房屋租金减免（第1份租约）", "  资料不足：还缺月租金", "  人工认定：部分同意；90,000.00 元",
        "  依据：通政办发〔2022〕12号 一", "  还缺：月租金是多少？", LOAN,
    ]  # fmt: skip
    assert lines[at + 6] == "  符合"
    assert relief("ledger", "show", path, entry.digest[:20], "--lang", "en").out.startswith("Entry: 1\n")
    exact = relief("ledger", "show", path, "1", "--format", "json")
    assert "sha256:" + hashlib.sha256(exact.out.encode()).hexdigest() == entry.digest
    assert relief("ledger", "show", path, "2").status == 2
    assert "1 至 1" in relief("ledger", "show", path, "2").err


@pytest.mark.parametrize("data", [b"{", b"{}", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
@pytest.mark.parametrize("fitting", [False, True])
def test_what_was_changed_is_neither_shown_nor_exported(
    relief: Relief, path: Path, tmp_path: Path, data: bytes, fitting: bool
) -> None:
    behind(path, ("UPDATE entries SET document = ? WHERE number IN (2, 5)", (data,)))
    if fitting:
        behind(path, ("UPDATE entries SET digest = ? WHERE number IN (2, 5)", (digest_of(data),)))
    ran = relief("ledger", "show", path, "2")
    assert (ran.status, ran.out) == (2, "")
    assert "被改过" in ran.err
    for name in ("out.jsonl", "out"):
        ran = relief("ledger", "export", path, "--output", tmp_path / name)
        assert (ran.status, ran.out) == (2, "")
        assert "[2]" in ran.err
        assert "[5]" in ran.err
    assert sorted(file.name for file in tmp_path.iterdir()) == [path.name]


def test_export_to_lines(relief: Relief, path: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("older\n", encoding="utf-8")
    assert relief("ledger", "export", path, "--output", output).status == 0
    lines = [json.loads(line) for line in output.read_bytes().splitlines()]
    previous = GENESIS
    for number, line in enumerate(lines, 1):
        assert line["document"] == json.loads(document(number))
        previous = chain_of(number, previous, line["digest"], line["appended_at"])
        assert (line["number"], line["chain"]) == (number, previous)
    assert len(lines) == 6


def test_export_to_a_folder(relief: Relief, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert relief("ledger", "export", path, "--output", folder).status == 0
    assert sorted(file.name for file in folder.iterdir()) == [*(f"{n:07}.json" for n in range(1, 7)), ENTRIES]
    assert (folder / "0000004.json").read_bytes() == document(4)
    assert [json.loads(line)["number"] for line in (folder / ENTRIES).read_bytes().splitlines()] == [1, 2, 3, 4, 5, 6]


def test_export_overwrites_nothing_else(relief: Relief, path: Path, tmp_path: Path) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.touch()
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    before = path.read_bytes()
    for output in (folder, file, link, tmp_path / "nowhere" / "out.jsonl"):
        ran = relief("ledger", "export", path, "--output", output)
        assert (ran.status, ran.out) == (2, "")
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == []


# --- relief check --ledger --------------------------------------------------------------------------------------------


def test_check_appends_and_the_receipt_names_number_and_digest(relief: Relief, tmp_path: Path) -> None:
    path = tmp_path / "判定.ledger"
    asked = ("check", RESTAURANT, "--programme", "rent-reduction-2022", "--ledger", path)
    first = relief(*asked)
    assert (first.status, first.err) == (0, f"新建了账本 {path}\n")
    second = relief(*asked, "--format", "json", "--lang", "en")
    assert (second.status, second.err) == (0, "")
    with Ledger.open(path, create=False) as ledger:
        one, two = ledger.kept()
        assert ledger.verify().sound
    for kept, language in ((one, "zh"), (two, "en")):
        record = read_record(kept.data, "entry")
        assert (record.digest, record.document["language"]) == (kept.entry.summary.record, language)
        assert kept.entry.summary.applicant == "运河小馆"
        assert [decided.outcome for decided in kept.entry.summary.decided] == ["eligible"]
        assert (kept.entry.summary.as_of, kept.entry.summary.total) == ("2022-06-01", "180000.00")
    assert second.json.pop("record") == {"number": 2, "digest": two.entry.summary.record}
    words = " ".join(first.out.split())
    assert f"第 1 条 {one.entry.summary.record}" in words
    shown = relief("ledger", "show", path, one.entry.summary.record)
    assert "  符合：减免租金 180,000.00 元，由出租方给予" in shown.out.splitlines()


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_every_form_of_the_report_has_the_entry(relief: Relief, tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.ledger"
    ran = relief("check", RESTAURANT, "--programme", "rent-reduction-2022", "--ledger", path, "--format", form)
    with Ledger.open(path, create=False) as ledger:
        assert f"第 1 条 {ledger.get(1).entry.summary.record}" in ran.out


def test_file_and_ledger_keep_one_record(relief: Relief, tmp_path: Path) -> None:
    path, file = tmp_path / "a.ledger", tmp_path / "record.json"
    ran = relief("check", RESTAURANT, "--programme", "rent-reduction-2022", "--ledger", path, "--record", file)
    assert ran.status == 0
    with Ledger.open(path, create=False) as ledger:
        assert ledger.get(1).data == file.read_bytes()
    again = relief("check", RESTAURANT, "--ledger", path, "--record", path)
    assert (again.status, again.out) == (2, "")
    with Ledger.open(path, create=False) as ledger:
        assert ledger.head().count == 1


def test_there_is_no_file_of_a_record_that_the_ledger_refused(relief: Relief, tmp_path: Path) -> None:
    other, file = tmp_path / "other", tmp_path / "record.json"
    other.write_text("文字" * 5000, encoding="utf-8")
    asked = ("check", RESTAURANT, "--programme", "rent-reduction-2022", "--record", file, "--ledger")
    for place in (other, file):
        ran = relief(*asked, place)
        assert (ran.status, ran.out) == (2, "")
        assert "摘要" not in ran.err
        assert list(tmp_path.iterdir()) == [other]


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_nothing_is_decided_that_could_not_be_kept(
    relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    other = tmp_path / "other"
    other.write_text("文字" * 5000, encoding="utf-8")
    asked = ("check", RESTAURANT, "--programme", "rent-reduction-2022", "--format", form, "--ledger")
    for place in (other, tmp_path, tmp_path / "nowhere" / "a.ledger"):
        ran = relief(*asked, place)
        assert ran.status == 2
        assert "180" not in ran.out + ran.err

    def full(*_: object) -> None:
        raise LedgerFailed(Text("磁盘已满", "the disk is full"))

    monkeypatch.setattr(Ledger, "append", full)
    ran = relief(*asked, tmp_path / "a.ledger")
    assert ran.status == 1
    assert "磁盘已满" in ran.out + ran.err
    assert "180" not in ran.out + ran.err


def test_a_ledger_that_others_hold_is_no_internal_failure(
    relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.ledger"
    asked = ("check", RESTAURANT, "--programme", "rent-reduction-2022", "--ledger", path)
    assert relief(*asked).status == 0
    monkeypatch.setitem(Ledger.open.__func__.__kwdefaults__, "wait", 0.05)  # type: ignore[attr-defined]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    ran = relief(*asked)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"没有完成，没有给出结果：账本 {path} 没有读写成功：其他程序一直占用着它。")
    told = relief(*asked, "--format", "json", "--lang", "en")
    assert (told.status, told.json["kind"], told.json["errors"][0]["code"]) == (1, "system", "ledger-busy")
    other.execute("ROLLBACK")
    other.close()
    assert relief("ledger", "verify", path).status == 0


def test_a_full_disk_is_told_wherever_it_shows(relief: Relief, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "结果.xlsx")

    monkeypatch.setattr(screening, "screen_file", full)
    ran = relief("screen", ROOT / "examples/rosters/rent-roll.xlsx", "--output", tmp_path / "结果.xlsx")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "没有完成，没有给出结果：“结果.xlsx”没有写成：磁盘已满（或超出配额）。请腾出空间后再试\n"


@pytest.mark.parametrize(
    "asked",
    [
        ("check", ROOT / "examples/profiles/teahouse.yaml", "--record"),
        ("screen", "--template"),
    ],
)
def test_a_full_disk_is_no_fault_of_the_input_or_the_program(
    relief: Relief, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: tuple[str | Path, ...]
) -> None:
    target = tmp_path / "新.xlsx"
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.parent == tmp_path:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    ran = relief(*asked, target)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("没有完成，没有给出结果：")
    assert ran.err.endswith("没有写成：磁盘已满（或超出配额）。请腾出空间后再试\n")
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_is_wrong_makes_no_ledger(relief: Relief, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("applicant: {kind: nobody}\n", encoding="utf-8")
    assert relief("check", profile, "--ledger", tmp_path / "a.ledger").status == 2
    assert list(tmp_path.iterdir()) == [profile]

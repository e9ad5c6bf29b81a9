"""``relief ask``: the dialogue, what is saved, and that it is what ``relief check`` decides on."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from relief_engine.cli.keeping import HEADER
from tests.cli.conftest import RENT, RESTAURANT, ROOT, Ran, Relief

Ask = Callable[..., Ran]
DAY = ("--as-of", "2022-06-20")
RENT_ON = ("--programme", RENT, *DAY)


@pytest.fixture
def ask(relief: Relief, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask with these lines piped in."""

    def run(lines: list[str], *arguments: object) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return relief("ask", *arguments)

    return run


def report_of(printed: str) -> str:
    """What stands from the report on, without what depends on the file."""
    return printed[printed.rindex("判定日：") :].partition("────")[2].partition("资料 sha256")[0]


def test_it_stops_as_soon_as_the_answer_is_certain_and_check_says_the_same(
    ask: Ask, relief: Relief, tmp_path: Path
) -> None:
    path = tmp_path / "资料.yaml"
    ran = ask(["某店", "", "非国有", "从来不问到这里"], path, *RENT_ON)
    assert (ran.status, ran.err) == (0, "")
    assert "不符合：未满足“房屋属于本区机关事业单位或国有企业”" in ran.out
    assert "从来不问到这里" not in ran.out
    assert f"资料已保存：{path}" in ran.out
    assert "计算路径 直接计算、规则推理" in ran.out
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == {
        "as_of": "2022-06-20", "applicant": {"name": "某店"}, "leases": [{"owner_kind": "private"}],
    }  # fmt: skip
    checked = relief("check", path, "--programme", RENT)
    assert report_of(checked.out) == report_of(ran.out)


def test_wrong_answers_are_told_and_asked_again(ask: Ask, tmp_path: Path) -> None:
    ran = ask(["", "", "九号", "９", "?", "<", "6"], tmp_path / "p.yaml", *RENT_ON)
    assert ran.status == 0
    assert "✗ 产权单位性质应为" in ran.out
    assert "凭证：不动产权证、租赁合同" in ran.out
    assert "为什么问：关系到国有房屋租金减免（2022年）" in ran.out
    assert ran.out.count("2. 有几份租约？") == 2  # the way back leads to the question before


def test_the_way_back_ends_at_the_first_question(ask: Ask) -> None:
    ran = ask(["返回", "某店", "<", "q"], *RENT_ON)
    assert "前面没有问题了。" in ran.out
    assert ran.out.count("1. 申请方叫什么名称？") == 2


def test_how_many_there_are_is_asked_for_as_a_number(ask: Ask) -> None:
    ran = ask(["某店", "不清楚", "q"], *RENT_ON)
    assert "✗ 看不懂“不清楚”；应填有几份的数字，没有填 0" in ran.out


def test_whoever_leaves_goes_on_later(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    ran = ask(["某店", "1", "本区国有企业", "q"], path, *RENT_ON)
    assert ran.status == 0
    # The same command goes on with the same programme: without it, it would ask about all.
    assert f"接着问：relief ask {path} --programme {RENT}）" in ran.out
    assert "资料不足" not in ran.out
    again = ask(["q"], path, *RENT_ON)
    assert "叫什么名称" not in again.out
    assert "有几份租约" not in again.out
    assert "1. " in again.out
    saved = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert saved["leases"] == [{"owner_kind": "district_state_owned_enterprise"}]


def test_the_end_of_the_input_gives_what_is_known(ask: Ask) -> None:
    ran = ask(["某店", "1"], *RENT_ON)
    assert ran.status == 0
    assert "资料不足：结果还取决于" in ran.out
    assert "资料文件：回答" in ran.out
    printed = ran.out.partition("可存为 .yaml 文件：\n")[2]
    assert yaml.safe_load(printed) == {"as_of": "2022-06-20", "applicant": {"name": "某店"}, "leases": [{}]}


def test_a_file_with_comments_is_left_as_it_is(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    text = "# 我的备注\napplicant: {name: 某店}\nleases: [{}]\n"
    path.write_text(text, encoding="utf-8")
    ran = ask(["private"], path, *RENT_ON)
    assert (ran.status, path.read_text(encoding="utf-8")) == (0, text)
    assert "里有注释，不改动它；回答保存到" in ran.out
    saved = tmp_path / "p-续.yaml"
    assert saved.read_text(encoding="utf-8").startswith(HEADER)
    again = ask(["private"], path, *RENT_ON)
    assert again.status == 2
    assert "output-exists" in again.err


def test_a_profile_with_nothing_open_is_decided_at_once(ask: Ask, tmp_path: Path) -> None:
    ran = ask([], RESTAURANT, "--programme", RENT, "--output", tmp_path / "new.yaml")
    assert ran.status == 0
    assert "1. " not in ran.out.partition("────")[0]
    assert "减免租金 180,000.00 元" in ran.out


def test_a_file_that_stands_there_is_not_replaced(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("applicant: {}\n", encoding="utf-8")
    ran = ask(["某店"], "--output", path, *RENT_ON)
    assert (ran.status, path.read_text(encoding="utf-8")) == (2, "applicant: {}\n")
    assert "这个文件已经存在，不会覆盖" in ran.err


def test_several_programmes_tell_what_has_become_certain(ask: Ask) -> None:
    ran = ask(["", "租约", "事业单位", "?", "q"], *DAY)
    assert "填编号，可多个" in ran.out
    assert "→ " in ran.out
    english = ask(["", "?", "Lease", "q"], *DAY, "--lang", "en")
    assert "Which of these does the applicant have?" in english.out
    assert "Lease: " in english.out


def test_lines_are_no_wider_than_the_terminal(ask: Ask) -> None:
    from relief_engine.explanation.columns import columns

    ran = ask(["", "租约 贷款", "?", "", "?", "", "?", "q"], *DAY)
    assert max(map(columns, ran.out.splitlines())) <= 80


@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
def test_ctrl_c_on_a_terminal_saves_and_ends_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # children of a run in the background ignore it
        env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        os.execve(sys.executable, [sys.executable, "-m", "relief_engine", "ask", str(path), *RENT_ON], env)
    printed = b""

    def until(text: str, press: bytes = b"") -> None:
        nonlocal printed
        end = time.monotonic() + 40
        while text.encode() not in printed:
            assert time.monotonic() < end, printed.decode(errors="replace")
            if select.select([terminal], [], [], 2)[0]:
                printed += os.read(terminal, 65536)
            else:
                os.write(terminal, press)

    until("叫什么名称")
    os.write(terminal, "运河小馆\r".encode())
    until("有几份租约")
    os.write(terminal, b"\x03")
    # Between its look for signals and its wait for a key, readline misses one; a person presses again.
    until("资料已保存", press=b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130
    assert "Traceback" not in printed.decode(errors="replace")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["applicant"] == {"name": "运河小馆"}

"""Folders, files and bytes: whatever lies there, reading gives findings and raises nothing."""

import os
import shutil
from pathlib import Path

import pytest

from relief_engine.errors import RulebookError
from relief_engine.rulebook.load import load_rulebook, read_rulebook, rulebook_files
from relief_engine.rulebook.source import MAX_BYTES, digest, read
from tests.rulebook.building import BASE, loaded

PROGRAMME = "city/rent.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the base rulebook."""
    folder = tmp_path / "rules"
    shutil.copytree(BASE, folder)
    return folder


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="没有这个规则目录"):
        load_rulebook(tmp_path / "nowhere")
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert read_rulebook(tmp_path / "file")[0] is None


def test_an_empty_folder(tmp_path: Path) -> None:
    assert [text.partition(": ")[2] for text in loaded(tmp_path)[1]] == [
        "规则目录缺少 facts/*.yaml [rulebook-facts]",
        "规则目录缺少 sources.yaml [rulebook-sources]",
    ]


def test_a_bom_and_windows_line_ends_change_nothing(root: Path) -> None:
    before = load_rulebook(root)
    for path in rulebook_files(root).values():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = load_rulebook(root)
    rent = "city/rent"
    assert after.programmes[rent].criteria[2].where == before.programmes[rent].criteria[2].where
    assert after.standards.code_lists["codes"].ids == before.standards.code_lists["codes"].ids


def test_places_are_right_behind_windows_line_ends_and_a_bom(root: Path) -> None:
    path = root / PROGRAMME
    text = path.read_text(encoding="utf-8").replace(
        "require: lease.district in near", "require: lease.district == 东区 or\n      lease.distrikt == 南区"
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert loaded(root)[1] == [
        "city/rent.yaml:41:7: 没有事实“lease.distrikt”，是否想写“lease.district”？ [expr-unknown-fact]"
    ]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("gb18030", "city/rent.yaml:2:13: 文件不是 UTF-8 编码，看起来是 GB18030，请另存为 UTF-8 [file-encoding]"),
        ("utf-16", "city/rent.yaml:1:1: 文件不是 UTF-8 编码，看起来是 UTF-16，请另存为 UTF-8 [file-encoding]"),
    ],
)
def test_another_encoding(root: Path, encoding: str, said: str) -> None:
    path = root / PROGRAMME
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert loaded(root)[1] == [said]


def test_a_table_in_another_encoding(root: Path) -> None:
    path = root / "standards" / "codes.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    (finding,) = loaded(root)[1]
    assert finding.startswith("standards/codes.csv:")
    assert finding.endswith("看起来是 GB18030，请另存为 UTF-8 [file-encoding]")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00\x00", b"\x00" * 100, b"[" * 100_000, b"{a: " * 5_000, b"- " * 50_000, b"? " * 10_000,
        b"a: &a [*a]", b"\xed\xa0\x80", b"--- |\n" + b"x" * 10_000, b"%YAML 9.9\n---\na: 1", b"a: '" + b"''" * 20_000,
        b"!!python/object/apply:os.system ['true']", b"a: {<<: {b: 1}}", "\u2028a: 1\x85b".encode(),
    ],
    ids=range(14),
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["sources.yaml", "facts/lease.yaml", "standards/size.yaml", PROGRAMME, "standards/codes.csv"]
)
def test_rubbish_in_one_file_is_a_finding_there(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    findings = loaded(root)[1]
    assert findings
    assert {text.partition(":")[0] for text in findings} == {name}


def test_a_file_that_is_too_large(root: Path) -> None:
    with (root / PROGRAMME).open("ab") as stream:
        stream.write(b"#" * MAX_BYTES)
    assert loaded(root)[1] == [f"city/rent.yaml: 文件超过 {MAX_BYTES} 字节 [file-size]"]


def test_more_mistakes_than_anyone_reads(root: Path) -> None:
    with (root / PROGRAMME).open("a", encoding="utf-8") as stream:
        stream.writelines(f"nonsense_{number}: 1\n" for number in range(1000))
    findings = loaded(root)[1]
    assert len(findings) == 101
    assert "city/rent.yaml:1:1: 这个文件还有 900 处类似错误 [shape-more]" in findings


def test_links(root: Path, tmp_path: Path) -> None:
    (root / "city" / "up").symlink_to(root, target_is_directory=True)
    (root / "city" / "round.yaml").symlink_to(root / "city" / "round.yaml")
    (root / "city" / "nowhere.yaml").symlink_to(tmp_path / "nothing")
    elsewhere = tmp_path / "rent.yaml"
    shutil.move(root / PROGRAMME, elsewhere)
    (root / PROGRAMME).symlink_to(elsewhere)
    assert list(load_rulebook(root).programmes) == ["city/rent"]


def test_the_folder_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root, target_is_directory=True)
    assert load_rulebook(link).digest == load_rulebook(root).digest


def test_what_is_no_part_of_a_rulebook(root: Path) -> None:
    before = load_rulebook(root).digest
    for name in ("city/rent.cases.yaml", ".hidden.yaml", "README.md", "city/rent.yaml~", "NOTES"):
        (root / name).write_text("- [", encoding="utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "x.yaml").write_text("- [", encoding="utf-8")
    (root / "folder.yaml").mkdir()
    assert load_rulebook(root).digest == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is unreadable for this user")
def test_what_may_not_be_read(root: Path) -> None:
    (root / PROGRAMME).chmod(0)
    (root / "standards").chmod(0)
    try:
        found = loaded(root)[1]
    finally:
        (root / "standards").chmod(0o755)
    assert [text.rpartition("[")[2] for text in found] == ["file-unreadable]", "file-unreadable]"]


@pytest.mark.skipif(os.name != "posix", reason="names are Unicode here")
def test_a_file_name_that_is_no_text(root: Path) -> None:
    Path(os.fsdecode(bytes(root / "city") + b"/\xff.yaml")).write_text("", encoding="utf-8")
    assert loaded(root)[1] == ["city/?.yaml: 文件名不是有效的 UTF-8 [file-name]"]


def test_a_folder_named_by_a_dot(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    (root / "standards" / "codes.csv").write_text("code\n", encoding="utf-8")
    assert [str(finding.where) for finding in read_rulebook(Path())[1]] == ["standards/codes.csv:1:1"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (finding,) = read(tmp_path / "nothing.yaml").findings
    assert finding.code == "file-unreadable"
    assert finding.where.file.endswith("nothing.yaml")
    assert (finding.message.zh, finding.message.en) == (
        "无法读取文件（没有这个文件）", "can't read the file: No such file or directory",
    )  # fmt: skip


def test_the_digest_depends_on_names_and_contents_alone() -> None:
    files = {"a.yaml": b"x: 1\ny: 2\n", "b.yaml": b""}
    assert digest(files) == digest({"b.yaml": b"", "a.yaml": b"x: 1\r\ny: 2\r"})
    assert digest(files) != digest({"a.yaml": b"x: 1\ny: 2\n", "c.yaml": b""})
    assert digest({"a": b"bc"}) != digest({"ab": b"c"})


def test_a_relative_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    rulebook = load_rulebook("rules")
    assert rulebook.programmes["city/rent"].where.file == PROGRAMME.join(["rules/", ""])
    assert rulebook.digest == load_rulebook(root).digest

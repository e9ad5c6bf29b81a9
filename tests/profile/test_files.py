"""Profile files: good ones give what their last lines say, bad ones the findings in theirs, word for word."""

from pathlib import Path

import pytest

from relief_engine.errors import ProfileError
from relief_engine.profile.model import Profile
from relief_engine.profile.read import ProfileReader
from relief_engine.profile.words import code_list, value_text
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import MAX_BYTES
from relief_engine.text import Language

HERE = Path(__file__).parent
GOOD = sorted((HERE / "good").glob("*.yaml"))
BAD = sorted((HERE / "bad").glob("*.yaml"))


def expected(path: Path, mark: str) -> list[str]:
    """The comment lines at the end of a file that begin with a mark, without it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


def in_words(profile: Profile, rulebook: Rulebook) -> list[str]:
    """What a profile says, one fact a line."""
    lines = [] if profile.as_of is None else [f"as_of: {profile.as_of}"]
    parts = [("applicant", profile.applicant)]
    for kind in rulebook.lists.values():
        parts += [(kind.name(i), known) for i, known in enumerate(profile.subjects(kind.id) or ())]
    for name, known in parts:
        for fact, value in known.values.items():
            words = value_text(rulebook.facts[fact], value, "zh", code_list(rulebook))
            lines.append(f"{name}.{fact.partition('.')[2]}: {words}")
        lines += [f"{name}.{fact.partition('.')[2]}: 无" for fact in known.not_available]
    return lines


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good(path: Path, reader: ProfileReader, rulebook: Rulebook) -> None:
    assert sorted(in_words(reader.read_file(path), rulebook)) == sorted(expected(path, "#= "))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad(path: Path, reader: ProfileReader) -> None:
    with pytest.raises(ProfileError) as caught:
        reader.read_file(path)
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        said = [finding.in_(language).removeprefix(f"{path}:") for finding in caught.value.findings]
        assert said == expected(path, f"#{language} ")


def test_every_bad_file_but_one_has_a_single_mistake() -> None:
    counts = {path.stem: len(expected(path, "#zh ")) for path in BAD}
    assert counts.pop("every-mistake-at-once") > 10
    assert set(counts.values()) == {1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "f: 文件是空的 [empty]"),
        (b"# \xe5\x8f\xaa\xe6\x9c\x89\xe6\xb3\xa8\xe9\x87\x8a\n", "f: 文件是空的 [empty]"),
        (
            "applicant:\n  name: 运河小馆\n".encode("gb18030"),
            "f:2:9: 文件不是 UTF-8 编码，看起来是 GB18030，请另存为 UTF-8 [file-encoding]",
        ),
        (
            "applicant: {}\n".encode("utf-16"),
            "f:1:1: 文件不是 UTF-8 编码，看起来是 UTF-16，请另存为 UTF-8 [file-encoding]",
        ),
        (b"applicant: {name: a\x00b}", "f:1:20: 含有 YAML 不允许的字符 U+0000 [yaml-characters]"),
        (b" " * (MAX_BYTES + 1), f"f: 文件超过 {MAX_BYTES} 字节 [file-size]"),
        (b"[" * 1000 + b"]" * 1000, "f:1:41: 嵌套超过 40 层 [yaml-depth]"),
        (b"applicant: {name: " + b"{a: " * 1000 + b"}" * 1001, "f:1:171: 嵌套超过 40 层 [yaml-depth]"),
        (b"[" * 1_000_000, "f:1:41: 嵌套超过 40 层 [yaml-depth]"),
    ],
    ids=["empty", "comments", "gb18030", "utf-16", "nul", "enormous", "deep lists", "deep mappings", "deep and open"],
)
def test_a_file_that_is_no_profile(content: bytes, said: str, reader: ProfileReader) -> None:
    with pytest.raises(ProfileError) as caught:
        reader.read_bytes(content, "f")
    assert str(caught.value) == said


def test_a_file_that_can_not_be_read(tmp_path: Path, reader: ProfileReader) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(ProfileError, match="无法读取文件"):
            reader.read_file(path)


def test_line_ends_of_windows(reader: ProfileReader) -> None:
    with pytest.raises(ProfileError) as caught:
        reader.read_bytes(b"applicant:\r\n  employees: x\r\n", "f")
    assert [str(finding.where) for finding in caught.value.findings] == ["f:2:14"]


def test_too_many_mistakes_are_cut(reader: ProfileReader) -> None:
    content = "applicant:\n" + "".join(f"  wrong_{number}: 1\n" for number in range(2_000))
    with pytest.raises(ProfileError) as caught:
        reader.read_bytes(content.encode(), "f")
    first, *others = caught.value.findings
    assert first.in_("zh") == "f: 错误太多，只列出 1000 处 [too-many-mistakes]"
    assert len(others) == 1000

"""What was built before is the same as what is built anew, and whatever does not fit is built anew."""

import datetime as dt
import hashlib
import io
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import relief_engine.rulebook.load
from relief_engine.engine import Engine
from relief_engine.errors import RulebookError
from relief_engine.explanation.records import report_record
from relief_engine.rulebook import cache, shelf
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.packing import packed, unpacked
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record, Value, contents
from relief_engine.rulebook.shelf import KEPT, Shelf, users_shelf
from relief_engine.rulebook.standards import CodeList
from tests.properties.strategies import ByChance, World
from tests.rulebook.building import BASE, HERE, made

TOWN = HERE.parent / "explanation" / "rules"
GOOD = sorted((HERE / "good").iterdir())
MIDDLE = dt.date(2030, 6, 1)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which rulebooks are kept, not made yet."""
    folder = tmp_path / "kept"
    monkeypatch.setenv(shelf.SETTING, str(folder))
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the base rulebook."""
    return Path(shutil.copytree(BASE, tmp_path / "rules"))


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were built, one entry for each time."""
    build, found = relief_engine.rulebook.load.build, list[Path]()

    def counted(folder: Path, *others: object, **named: object) -> object:
        found.append(folder)
        return build(folder, *others, **named)  # type: ignore[arg-type]  # passed on as they are

    monkeypatch.setattr(relief_engine.rulebook.load, "build", counted)
    return found


def only_file(kept: Path) -> Path:
    (path,) = kept.iterdir()
    return path


# --- the same ---------------------------------------------------------------------------------------------------


def same(one: object, other: object, partner: dict[int, object]) -> None:
    """The two are alike in every part, and what is one object in the one is one object in the other.

    ``partner`` leads from the ids of the objects that were compared to what they were compared with.
    """
    assert type(one) is type(other)
    if isinstance(one, Record | CodeList) and not isinstance(one, Value):
        if id(one) in partner or id(other) in partner:
            assert partner[id(one)] is other
            assert partner[id(other)] is one
            return
        partner[id(one)], partner[id(other)] = other, one
    if isinstance(one, tuple | dict | Record | CodeList):
        its_parts, others_parts = inside(one), inside(other)
        assert len(its_parts) == len(others_parts)
        for part, its_like in zip(its_parts, others_parts, strict=True):
            same(part, its_like, partner)
    else:
        assert one == other


def inside(whole: object) -> tuple[object, ...]:
    match whole:
        case Record():
            return contents(whole)
        case CodeList():
            return tuple(getattr(whole, name) for name in CodeList.__slots__ if name != "_below")
        case dict():
            return tuple(whole.items())
        case tuple():
            return whole
    raise TypeError(whole)


def parts(rulebook: Rulebook) -> tuple[object, ...]:
    return (
        rulebook.sources, rulebook.subjects, rulebook.facts, rulebook.standards, rulebook.programmes, rulebook.citing,
        rulebook.digest, rulebook.root, rulebook.ledger_file,
    )  # fmt: skip


def decided(rulebook: Rulebook, number: int) -> list[object]:
    """Everything that is said of drawn profiles, in both languages."""
    engine = Engine(rulebook)
    if not rulebook.standards.code_lists:
        return [report_record(engine.decide({"applicant": {}}, as_of=MIDDLE), engine, "zh", "0")]
    world = World(engine)
    found: list[object] = []
    for programme in rulebook.programmes.values():
        days = [day for day in programme.change_days() if day.year >= 1900] or [MIDDLE]
        for seed in range(number):
            chooser = ByChance(f"{programme.id} {seed}")
            day = chooser.of(days)
            answers = world.draw(programme, day, chooser, unknown=chooser.of((0, 4, 20)))
            report = engine.decide(world.mapping(day, answers), programmes=[programme.id])
            found += [report_record(report, engine, language, "0") for language in ("zh", "en")]
    return found


@pytest.mark.parametrize("case", [None, TOWN, BASE, *GOOD], ids=lambda case: case.name if case else "shipped")
def test_the_same_rulebook_and_the_same_answers(
    case: Path | None, kept: Path, tmp_path: Path, builds: list[Path]
) -> None:
    folder = made(case, tmp_path) if case in GOOD else case
    first, again, fresh = cached_rulebook(folder), cached_rulebook(folder), load_rulebook(folder)
    assert len(builds) == 2, "built once for the first and once for the fresh one"
    assert first is not again
    same(parts(fresh), parts(again), {})
    assert decided(again, 6) == decided(fresh, 6) != []
    assert only_file(kept).name.endswith(".rulebook")


def test_one_that_extends_the_shipped_rulebook(tmp_path: Path, builds: list[Path]) -> None:
    from tests.rulebook import test_extends as town

    root = tmp_path / "rules"
    for name, text in {
        "rulebook.yaml": "extends: shipped\n", "sources.yaml": town.SOURCES, "facts/sealed.yaml": town.FACTS,
        "town/rent.yaml": town.PROGRAMME,
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    fresh = load_rulebook(root)
    cached_rulebook(root)
    del builds[:]
    same(parts(fresh), parts(cached_rulebook(root)), {})
    assert builds == []
    (root / "rulebook.yaml").write_text("extends: others\n", encoding="utf-8")
    with pytest.raises(RulebookError):
        cached_rulebook(root)


# --- what is not kept, and what no longer fits ------------------------------------------------------------------


def test_mistakes_are_told_every_time_and_nothing_is_kept(root: Path, kept: Path) -> None:
    (root / "city" / "rent.yaml").write_text("programme: 1", encoding="utf-8")
    with pytest.raises(RulebookError) as told:
        load_rulebook(root)
    for _ in range(2):
        with pytest.raises(RulebookError) as error:
            cached_rulebook(root)
        assert error.value.findings == told.value.findings
    assert not kept.exists()
    with pytest.raises(RulebookError, match="没有这个规则目录"):
        cached_rulebook(root / "nowhere")


def edited(root: Path) -> None:
    path = root / "city" / "rent.yaml"
    path.write_bytes(path.read_bytes() + b"\n# a remark\n")


def other_line_ends(root: Path) -> None:
    """The digest of a rulebook does not see them, but places in the text do."""
    path = root / "city" / "rent.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def table_edited(root: Path) -> None:
    path = next(root.rglob("*.csv"))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))


def renamed(root: Path) -> None:
    (root / "city" / "rent.yaml").rename(root / "city" / "relief.yaml")


@pytest.mark.parametrize("change", [edited, other_line_ends, table_edited, renamed])
def test_changed_files_are_built_anew(change: Callable[[Path], None], root: Path, builds: list[Path]) -> None:
    cached_rulebook(root)
    change(root)
    same(parts(cached_rulebook(root)), parts(load_rulebook(root)), {})
    assert len(builds) == 3
    cached_rulebook(root)
    assert len(builds) == 3


def test_a_new_file_that_would_not_be_read_is_told(root: Path) -> None:
    cached_rulebook(root)
    (root / "city" / "more.yml").write_text("", encoding="utf-8")
    with pytest.raises(RulebookError, match="不会读取这个文件"):
        cached_rulebook(root)


def test_worked_cases_change_nothing(root: Path, builds: list[Path]) -> None:
    cached_rulebook(root)
    (root / "city" / "rent.cases.yaml").write_text("", encoding="utf-8")
    cached_rulebook(root)
    assert len(builds) == 1


def test_another_folder_with_the_same_files_has_its_own_places(root: Path, builds: list[Path]) -> None:
    cached_rulebook(root)
    elsewhere = Path(shutil.copytree(root, root.parent / "elsewhere"))
    found = cached_rulebook(elsewhere)
    assert len(builds) == 2
    assert found.programmes["city/rent"].where.file.startswith(elsewhere.as_posix())


def test_code_that_was_touched_builds_anew(
    root: Path, kept: Path, builds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    (package / "rulebook").mkdir(parents=True)
    for name in ("text.py", "rulebook/facts.py"):
        (package / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(cache, "_PACKAGE", package)
    cached_rulebook(root)
    cached_rulebook(root)
    assert len(builds) == 1
    for name in ("text.py", "rulebook/facts.py"):
        before = len(builds)
        os.utime(package / name, (1, 1))
        cached_rulebook(root)
        assert len(builds) == before + 1
    shutil.rmtree(package)  # as in a package that is not in files
    kept_before = sorted(kept.iterdir())
    cached_rulebook(root)
    assert (len(builds), sorted(kept.iterdir())) == (4, kept_before)


def test_the_code_is_all_that_rules_are_built_by() -> None:
    """No module of this stage or of those within is left out of what makes a kept rulebook stale."""
    listed = set(cache._code())
    package = Path(relief_engine.rulebook.load.__file__).parent.parent
    for name in ("text.py", "errors.py", "version.py", "rulebook/expressions.py", "rulebook/assembly.py"):
        assert str(package / name) in listed
    assert not [path for path in (package / "rulebook").rglob("*.py") if str(path) not in listed]


# --- spoilt files ------------------------------------------------------------------------------------------------


def cut(data: bytes) -> bytes:
    return data[:-1]


def longer(data: bytes) -> bytes:
    return data + b"."


def flipped(data: bytes) -> bytes:
    return data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]


def other_key(data: bytes) -> bytes:
    return data.replace(data[18:50], bytes(32), 1)


@pytest.mark.parametrize("spoil", [cut, longer, flipped, other_key, lambda _: b"", lambda _: b"\0" * 500])
def test_spoilt_files_are_built_anew_and_replaced(
    spoil: Callable[[bytes], bytes], root: Path, kept: Path, builds: list[Path]
) -> None:
    cached_rulebook(root)
    path = only_file(kept)
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))
    same(parts(cached_rulebook(root)), parts(load_rulebook(root)), {})
    assert len(builds) == 3
    assert path.read_bytes() == whole


class Harm:
    """Pickled, it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


def test_what_is_kept_runs_no_code(root: Path, kept: Path, tmp_path: Path, builds: list[Path]) -> None:
    """Even with the right hashes around it: nothing but the records of a rulebook is found by name."""
    cached_rulebook(root)
    path = only_file(kept)
    harm = pickle.dumps(Harm(tmp_path / "harm"), 5)
    head = path.read_bytes()[: 18 + 32]
    path.write_bytes(head + hashlib.sha256(harm).digest() + harm)
    assert Shelf(kept).take(bytes.fromhex(path.stem)) == harm, "the file itself is in order"
    cached_rulebook(root)
    assert len(builds) == 2
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"crelief_engine.text\nText.__init__\n.",
        b"crelief_engine.errors\nFinding\n.",
        b"Px\n.",
        pickle.dumps(None),
        pickle.dumps(("sha256:", {}, {}, {}, {}, {})),
        pickle.dumps(("sha256:", {}, {}, {}, {}, {}, {})),
        pickle.dumps((1, {}, {}, {}, {}, {}, {})),
    ],
)
def test_other_content_is_of_no_use(content: bytes) -> None:
    assert unpacked(content, BASE, None) is None


def test_parts_of_a_wrong_kind_are_of_no_use() -> None:
    rulebook = load_rulebook(BASE)
    data = packed(rulebook)
    assert data is not None
    assert unpacked(data, BASE, None) is not None
    wrong = Rulebook(
        rulebook.root, rulebook.digest, rulebook.sources, rulebook.subjects, rulebook.facts, rulebook.standards,
        rulebook.facts, rulebook.citing, None,  # type: ignore[arg-type]  # wrong on purpose
    )  # fmt: skip
    data = packed(wrong)
    assert data is not None
    assert unpacked(data, BASE, None) is None


def test_a_rulebook_with_anything_else_in_it_is_not_kept(
    root: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rulebook = load_rulebook(root)
    strange = Rulebook(
        rulebook.root, rulebook.digest, rulebook.sources, rulebook.subjects, rulebook.facts, rulebook.standards,
        {**rulebook.programmes, "x": io.StringIO()}, rulebook.citing, None,  # type: ignore[dict-item]
    )  # fmt: skip
    assert packed(strange) is None
    monkeypatch.setattr(cache, "packed", lambda _: None)
    assert isinstance(cached_rulebook(root).programmes["city/rent"], Programme)
    assert not kept.exists()


# --- the folder --------------------------------------------------------------------------------------------------

posix = pytest.mark.skipif(os.name == "nt", reason="no such permissions")


@posix
def test_only_the_user_reads_and_writes_there(root: Path, kept: Path) -> None:
    cached_rulebook(root)
    assert (kept.stat().st_mode & 0o777, only_file(kept).stat().st_mode & 0o777) == (0o700, 0o600)


@posix
@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_a_folder_or_file_that_others_may_write_is_not_used(
    mode: int, root: Path, kept: Path, builds: list[Path]
) -> None:
    cached_rulebook(root)
    only_file(kept).chmod(mode)
    cached_rulebook(root)  # and a good file takes its place
    cached_rulebook(root)
    assert len(builds) == 2
    kept.chmod(mode)
    before = only_file(kept).stat().st_mtime_ns
    cached_rulebook(root)
    assert (len(builds), only_file(kept).stat().st_mtime_ns) == (3, before)


@posix
def test_what_belongs_to_others_is_not_used(root: Path, builds: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    cached_rulebook(root)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    cached_rulebook(root)
    assert len(builds) == 2


@posix
def test_links_are_not_followed(root: Path, kept: Path, builds: list[Path]) -> None:
    cached_rulebook(root)
    path = only_file(kept)
    aside = kept.parent / "aside"
    path.rename(aside)
    path.symlink_to(aside)
    cached_rulebook(root)
    assert len(builds) == 2
    assert not path.is_symlink()
    kept.rename(kept.parent / "moved")
    kept.symlink_to(kept.parent / "moved")
    cached_rulebook(root)
    assert len(builds) == 3


def test_a_folder_that_can_not_be_made_is_no_error(
    root: Path, tmp_path: Path, builds: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv(shelf.SETTING, str(tmp_path / "file" / "kept"))
    cached_rulebook(root)
    cached_rulebook(root)
    assert len(builds) == 2


def test_only_some_are_kept(tmp_path: Path) -> None:
    some = Shelf(tmp_path / "kept")
    keys = [bytes([number]) * 32 for number in range(KEPT + 3)]
    for number, key in enumerate(keys):
        some.put(key, b"content")
        os.utime(some.path(key), (number, number))
    (tmp_path / "kept" / "mine.txt").write_text("", encoding="utf-8")
    gone = tmp_path / "kept" / "left.new"
    gone.write_text("", encoding="utf-8")
    os.utime(gone, (1, 1))
    some.put(keys[-1], b"content")
    assert [some.take(key) for key in keys] == [None] * 3 + [b"content"] * KEPT
    assert (tmp_path / "kept" / "mine.txt").exists()
    assert not gone.exists()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({shelf.SETTING: "off"}, None),
        ({shelf.SETTING: "OFF", "XDG_CACHE_HOME": "/x"}, None),
        ({shelf.SETTING: "/somewhere"}, "/somewhere"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/relief-engine"),
        ({"XDG_CACHE_HOME": "x", "HOME": "/home/me"}, "/home/me/.cache/relief-engine"),
        ({"HOME": "/home/me"}, "/home/me/.cache/relief-engine"),
    ],
)
@posix
def test_where_they_are_kept(
    environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (shelf.SETTING, "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = users_shelf()
    assert (None if found is None else str(found.folder)) == expected


# --- processes ----------------------------------------------------------------------------------------------------

PROGRAM = """
import sys
from relief_engine.rulebook.cache import cached_rulebook
print(cached_rulebook(sys.argv[1]).digest, *sorted({"pydantic", "relief_engine.rulebook.load"} & set(sys.modules)))
"""


def test_two_processes_at_once(root: Path, kept: Path) -> None:
    environment = {**os.environ, shelf.SETTING: str(kept)}
    command = [sys.executable, "-c", PROGRAM, str(root)]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    digest = load_rulebook(root).digest
    for process in running:
        out, _ = process.communicate()
        assert (process.returncode, out.split()[0]) == (0, digest)
    after = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert after.stdout.split() == [digest], "nothing that builds rules was imported"
    assert only_file(kept).name.endswith(".rulebook"), "nothing half written is left"


def test_the_library_keeps_nothing(kept: Path) -> None:
    load_rulebook(shipped_rules())
    assert not kept.exists()

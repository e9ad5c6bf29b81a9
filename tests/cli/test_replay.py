"""``relief check --record`` and ``relief replay``."""

from __future__ import annotations

import datetime as dt
import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from relief_engine.cli import check, replay
from relief_engine.cli import record as keeping
from relief_engine.recording.canonical import sealed
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import DecisionRecord
from relief_engine.rulebook.load import load_rulebook
from relief_engine.text import Language
from tests.cli.conftest import RENT, RESTAURANT, ROOT, TOWN_RULES, Relief
from tests.recording.town import GOLDEN

PROFILE = GOLDEN / "profile.yaml"


@pytest.fixture
def record(relief: Relief, tmp_path: Path) -> Path:
    """The record of the town's caterer."""
    path = tmp_path / "record.json"
    assert relief("check", PROFILE, "--rules", TOWN_RULES, "--record", path).status == 0
    return path


@pytest.fixture
def other_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], Path]:
    """A copy of the town's rules with one text changed."""

    def make(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "rules"
        shutil.copytree(TOWN_RULES, folder)
        text = (folder / name).read_text("utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), "utf-8")
        monkeypatch.setattr(replay, "cached_rulebook", load_rulebook)
        return folder

    return make


def rehash(path: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(sealed(document)[1])


@pytest.mark.parametrize("form", ["text", "json"])
def test_check_keeps_a_record_and_prints_what_it_prints_without(relief: Relief, tmp_path: Path, form: str) -> None:
    path = tmp_path / "记录.json"
    asked = ("check", RESTAURANT, "--programme", RENT, "--format", form)
    plain, kept = relief(*asked), relief(*asked, "--record", path, "--lang", "zh")
    assert (kept.status, kept.out) == (0, plain.out)
    found = read_record(path.read_bytes(), "record")
    assert kept.err.endswith(f"判定记录：{path}，摘要 {found.digest}\n")
    assert found.document["asked"] == {"as_of": "2022-06-01", "programmes": [RENT]}
    assert found.document["report"]["profile"]["source"] == "restaurant.yaml"
    assert str(ROOT).encode() not in found.data
    if form == "json":
        printed = plain.json
        assert found.document["report"]["total"] == printed["total"]
        assert found.document["report"]["profile"]["digest"] == printed["profile"]["digest"]


def test_a_record_in_english(relief: Relief, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    ran = relief("check", RESTAURANT, "--record", path, "--lang", "en")
    found = read_record(path.read_bytes(), "record")
    assert f"Record: {path}, digest {found.digest}\n" in ran.err
    assert (found.document["language"], found.document["asked"]["programmes"]) == ("en", None)


@pytest.mark.parametrize(
    ("target", "code"), [(".", "output-folder"), ("none/r.json", "output-missing"), ("profile.yaml", "output-is-read")]
)
def test_nothing_is_written_where_nothing_may_be(relief: Relief, tmp_path: Path, target: str, code: str) -> None:
    profile = tmp_path / "profile.yaml"
    shutil.copyfile(PROFILE, profile)
    ran = relief("check", profile, "--rules", TOWN_RULES, "--record", tmp_path / target, "--lang", "en")
    assert (ran.status, ran.out) == (2, "")
    assert f"[{code}]" in ran.err
    assert sorted(tmp_path.iterdir()) == [profile]
    assert profile.read_bytes() == PROFILE.read_bytes()


def test_a_file_that_is_there_is_never_replaced(relief: Relief, record: Path, tmp_path: Path) -> None:
    """A record is evidence, and what else has the name is somebody's too."""
    other, ledger = tmp_path / "other.json", tmp_path / "a.ledger"
    other.write_text("{}", "utf-8")
    before = {path: path.read_bytes() for path in (record, other)}
    for path in before:
        ran = relief("check", PROFILE, "--rules", TOWN_RULES, "--record", path, "--ledger", ledger, "--lang", "en")
        assert (ran.status, ran.out) == (2, "")
        assert "a record is evidence and is not replaced" in ran.err
        assert "[record-exists]" in ran.err
    assert {path: path.read_bytes() for path in (record, other)} == before
    assert sorted(tmp_path.iterdir()) == sorted(before)


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_comes_while_the_ledger_is_written_is_not_replaced(
    relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """A ledger that others hold is waited for, and meanwhile another run may keep its record under the name."""
    path, ledger = tmp_path / "r.json", tmp_path / "a.ledger"
    append = keeping.Keeping._append

    def slowly(self: keeping.Keeping, record: DecisionRecord, language: Language) -> keeping.Appended | None:
        path.write_bytes(b"of another")
        return append(self, record, language)

    def no_link(*_: object) -> None:
        raise OSError(errno.EPERM, "no second names here")

    monkeypatch.setattr(keeping.Keeping, "_append", slowly)
    if not links:
        monkeypatch.setattr("os.link", no_link)
    ran = relief("check", PROFILE, "--rules", TOWN_RULES, "--record", path, "--ledger", ledger, "--lang", "en")
    assert (ran.status, ran.out) == (2, "")
    assert "a record is evidence and is not replaced" in ran.err
    assert f"The ledger has this record: entry 1 of {ledger}" in ran.err
    assert path.read_bytes() == b"of another"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.ledger", "r.json"]
    monkeypatch.setattr(keeping.Keeping, "_append", append)
    path.unlink()
    assert relief("check", PROFILE, "--rules", TOWN_RULES, "--record", path).status == 0
    assert read_record(path.read_bytes(), "r").document["schema"]


def test_the_very_same_record_may_be_there(relief: Relief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Clock:
            return cls(2022, 6, 1, tzinfo=tz)

    monkeypatch.setattr("relief_engine.cli.record.dt", SimpleNamespace(datetime=Clock, UTC=dt.UTC))
    path = tmp_path / "r.json"
    for _ in range(2):
        assert relief("check", PROFILE, "--rules", TOWN_RULES, "--record", path).status == 0
    assert read_record(path.read_bytes(), "r").document["made_at"] == "2022-06-01T00:00:00.000Z"


def test_no_record_is_left_of_a_profile_that_can_not_be_decided(relief: Relief, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("applicant: {kind: 9}\n", "utf-8")
    assert relief("check", profile, "--rules", TOWN_RULES, "--record", tmp_path / "r.json").status == 2
    assert sorted(tmp_path.iterdir()) == [profile]


def test_the_same_rules(relief: Relief, record: Path) -> None:
    ran = relief("replay", record, "--rules", TOWN_RULES)
    assert (ran.status, ran.out) == (0, f"{record}：结论相同，8 项结论，判定日 2030-07-15，同一规则库\n")
    both = relief("replay", record, record, "--rules", TOWN_RULES, "--lang", "en")
    assert both.status == 0
    assert both.out.splitlines() == [
        *[f"{record}: decided the same, 8 decisions, as of 2030-07-15, the same rulebook"] * 2,
        "2 records: 2 the same, 0 not.",
    ]


def test_other_rules(relief: Relief, record: Path, other_rules: Callable[[str, str, str], Path]) -> None:
    rules = other_rules("town/fee.yaml", "value: 0.5", "value: 0.4")
    ran = relief("replay", record, "--rules", rules, "--lang", "en")
    assert ran.status == 3
    assert ran.out.splitlines()[1:] == ["  Lower fee", "    Payable: 500.51 yuan → 400.40 yuan", "    Rate: 0.5 → 0.4"]
    assert "only decisions are compared" in ran.err
    assert "only decisions" not in relief("replay", record, "--rules", TOWN_RULES, "--lang", "en").err
    told = relief("replay", record, "--rules", rules, "--format", "json")
    assert (told.status, told.json["schema"]) == (3, "relief-replays/1")
    (found,) = told.json["records"]
    assert (found["file"], found["schema"], found["verdict"]) == (str(record), "relief-replay/1", "otherwise")
    assert [change["what"] for change in found["decisions"][0]["changes"]] == ["payable", "rate"]


def test_rules_that_do_not_take_the_profile(relief: Relief, record: Path) -> None:
    """The shipped rules know other facts than the town's."""
    ran = relief("replay", record, "--lang", "en")
    assert ran.status == 3
    assert "the rules do not take this profile" in ran.out
    assert "  profile:applicant.kind: " in ran.out


def test_a_record_that_can_not_be_used_stops_all(relief: Relief, record: Path, tmp_path: Path) -> None:
    altered, cut = tmp_path / "altered.json", tmp_path / "cut.json"
    altered.write_bytes(record.read_bytes().replace(b'"amount":"3314.55"', b'"amount":"9314.55"'))
    cut.write_bytes(record.read_bytes()[:500])
    files = (record, altered, cut, tmp_path / "none.json")
    ran = relief("replay", *files, "--rules", TOWN_RULES, "--lang", "en")
    assert (ran.status, ran.out) == (2, "")
    assert [line.rpartition("[")[2] for line in ran.err.splitlines()[:-1]] == [
        "record-altered]", "record-json]", "file-unreadable]",
    ]  # fmt: skip
    told = relief("replay", *files, "--rules", TOWN_RULES, "--format", "json")
    assert (told.status, told.json["schema"], len(told.json["errors"])) == (2, "relief-error/1", 3)


def test_a_record_that_was_changed_and_hashed_anew(relief: Relief, record: Path) -> None:
    def change(document: Any) -> None:
        document["report"]["total"] = "9314.55"

    rehash(record, change)
    ran = relief("replay", record, "--rules", TOWN_RULES)
    assert ran.status == 1
    assert ran.out.splitlines()[1:2] == ["  report.total：“9314.55” → “3314.55”"]


def test_without_the_second_route(relief: Relief, record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from relief_engine.errors import RouteUnavailable
    from relief_engine.routes.chaining import ChainingRoute
    from relief_engine.text import Text

    def fails(*_: object) -> None:
        raise RouteUnavailable(Text("不能运行", "it can't run"))

    monkeypatch.setattr(ChainingRoute, "run", fails)
    ran = relief("replay", record, "--rules", TOWN_RULES, "--lang", "en")
    assert ran.status == 0
    assert "it can't run" in ran.err or check.engine_for(load_rulebook(TOWN_RULES))[1] is not None


def test_no_file_is_no_command(relief: Relief) -> None:
    ran = relief("replay", "--lang", "en")
    assert (ran.status, ran.out) == (2, "")
    assert "RECORD.json" in ran.err


def test_check_without_a_record_loads_nothing_of_records() -> None:
    program = """import sys
from relief_engine.cli import main
main(["check", "examples/profiles/restaurant.yaml"])
print(*(name for name in sys.modules if "recording" in name or name == "rfc8785"), file=sys.stderr)"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.strip() == ""

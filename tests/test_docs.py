"""The documents keep their word: every example in them runs, and every table of names in them is complete.

What a fenced block is, its first line says:

``console``      ``$ relief …`` runs, and its output must be what stands below it: a line ``…`` stands for any lines,
                 ``…`` in a line for any text. ``> FILE`` and ``< FILE`` work as in a shell; ``$ echo $?`` is the last
                 exit status.
                 ``$ git …`` runs too.
``yaml NAME``    a file that the commands below it read, as ``csv NAME`` and ``text NAME`` are; one that is shipped must
                 be the same.
``yaml``         must be readable YAML.
``diff NAME``    changes a file; what it takes out, and what it keeps, must stand there exactly once.
``python``       runs; the blocks of one document share their names. A ``text`` block right after it is what it prints.

Each document runs in a folder of its own that holds copies of ``examples/`` and ``rules/``. All else is not run.
"""

import datetime as dt
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from relief_engine import Rulebook, __all__
from relief_engine.cli import main
from relief_engine.cli.app import app, ledger_app, rules_app
from relief_engine.engine import Engine
from relief_engine.explanation.records import report_record
from relief_engine.ledger.store import Ledger
from relief_engine.recording.record import record_of
from relief_engine.recording.replay import replay
from relief_engine.recording.telling import replay_record
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.ledger import BECAUSE
from relief_engine.rulebook.typecheck import FUNCTIONS
from tests.books import shipped_book

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    *(path for folder in ("docs", "examples") for path in sorted((ROOT / folder).rglob("*.md"))),
]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
LEFT_OUT = "…"
#: Whoever commits in a document is nobody, whatever this machine is set up for.
GIT = ["git", "-c", "user.name=maintainer", "-c", "user.email=maintainer@example.org", "-c", "init.defaultBranch=main"]

_FENCED = re.compile(r"^```(?P<kind>\S+)?[ ]*(?P<name>\S+)?[ ]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
_ROW = re.compile(r"^\| *`(?P<name>[^`]+)` *\| *(?P<next>[^|]*?) *\|", re.MULTILINE)
_MAKE = re.compile(r"\bmake ([a-z]+)")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=named)


# --- running what a document shows ------------------------------------------------------------------------------


@dataclass
class Block:
    """One fenced block: ``kind`` and ``name`` stand on its first line, ``where`` is ``file:line`` of that line."""

    kind: str
    name: str
    text: str
    where: str
    follows: bool


def blocks(path: Path) -> Iterator[Block]:
    """The fenced blocks of a document; ``follows``: nothing but blank lines stands between it and the one before."""
    text = path.read_text(encoding="utf-8")
    end = -1
    for found in _FENCED.finditer(text):
        where = f"{named(path)}:{text.count(chr(10), 0, found.start()) + 1}"
        follows = end >= 0 and not text[end : found.start()].strip()
        yield Block(found["kind"] or "", found["name"] or "", found["text"], where, follows)
        end = found.end()


def disagreement(shown: list[str], actual: list[str]) -> list[str] | None:
    """The first run of shown lines that is not in the output at its place; None if the whole agrees."""
    marks = [-1, *(i for i, line in enumerate(shown) if line.strip() == LEFT_OUT), len(shown)]
    parts = [shown[a + 1 : b] for a, b in pairwise(marks)]
    at = 0
    for index, part in enumerate(parts):
        first, last = index == 0, index == len(parts) - 1
        end = len(actual) - len(part)
        places = [place for place in range(at, end + 1) if not (first and place) and not (last and place < end)]
        place = next((p for p in places if all(map(alike, part, actual[p : p + len(part)]))), None)
        if place is None:
            return part
        at = place + len(part)
    return None


def alike(shown: str, actual: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, shown.rstrip().split(LEFT_OUT))), actual.rstrip()) is not None


@dataclass
class Reading:
    """Runs the blocks of one document, in their order, in the current folder."""

    capsys: pytest.CaptureFixture[str]
    status: int = 0
    printed: str = ""
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__main__"})

    def read(self, block: Block, before: str) -> None:
        match block.kind:
            case "console":
                self.console(block)
            case "python":
                exec(compile(block.text, block.where, "exec"), self.names)
                self.printed = self.capsys.readouterr().out
            case "text" if before == "python" and block.follows:
                self.compare(block.text, self.printed, f"{block.where}: the block above")
            case "yaml" | "csv" | "text" if block.name:
                self.write(block)
            case "yaml":
                assert yaml.load(block.text, Loader=yaml.CSafeLoader) is not None, block.where
            case "diff":
                self.change(block)

    def console(self, block: Block) -> None:
        for entry in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, shown = entry.partition("\n")
            self.compare(shown, self.run(command), f"{block.where}: `{command}`")

    def run(self, command: str) -> str:
        if command == "echo $?":
            return str(self.status)
        words = shlex.split(command)
        if words[0] == "git":
            ran = subprocess.run([*GIT, *words[1:]], capture_output=True, text=True, timeout=60, check=False)
            self.status = ran.returncode
            return ran.stdout or ran.stderr
        assert words[0] == "relief", f"only relief and git are run in a console block, not {command!r}"
        into = words[words.index(">") + 1] if ">" in words else None
        given = words[words.index("<") + 1] if "<" in words else None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", StringIO(Path(given).read_text(encoding="utf-8") if given else ""))
            self.status = main(words[1 : -2 if into or given else None])
        out, err = self.capsys.readouterr()
        if into:
            Path(into).write_text(out, encoding="utf-8")
            return err if self.status else ""
        return out or err

    @staticmethod
    def compare(shown: str, actual: str, what: str) -> None:
        part = disagreement(shown.rstrip().splitlines(), actual.rstrip().splitlines())
        if part is not None:
            pytest.fail("\n".join([f"{what} does not print", *part, "", "but", "", actual]), pytrace=False)

    @staticmethod
    def write(block: Block) -> None:
        path = Path(block.name)
        if path.exists():
            assert path.read_text(encoding="utf-8") == block.text, f"{block.where} is not what {path} holds"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    @staticmethod
    def change(block: Block) -> None:
        lines = block.text.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "-"))
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "+"))
        text = Path(block.name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{block.where}: {block.name} does not hold this once:\n{old}"
        Path(block.name).write_text(text.replace(old, new), encoding="utf-8")


@every_document
def test_examples_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = list(blocks(path))
    for folder in ("examples", "rules") if shown else ():
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    reading, before = Reading(capsys), ""
    for block in shown:
        reading.read(block, before)
        before = block.kind


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [
        ("a b c d", True),
        ("… c d", True),
        ("a … d", True),
        ("a b …", True),
        ("a … b … d …", True),
        ("…", True),
        ("a b c", False),
        ("b c d", False),
        ("a … c", False),
        ("… d c …", False),
        ("a b c d e", False),
        ("", False),
    ],
)
def test_output_is_compared_line_by_line(shown: str, agrees: bool) -> None:
    assert (disagreement(shown.split(), ["a", "b", "c", "d"]) is None) is agrees


def test_a_mark_within_a_line_stands_for_any_text() -> None:
    assert alike("sha256:…  [rent.yaml:…]", "sha256:0b2f  [rent.yaml:3:4]")
    assert not alike("sha256:…", "md5:0b2f")


# --- what else a document says ----------------------------------------------------------------------------------


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    prose = _FENCED.sub("", path.read_text(encoding="utf-8"))
    inside = [link for link in _LINK.findall(prose) if "://" not in link]
    assert [link for link in inside if not (path.parent / link).exists()] == []


@every_document
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    inline = re.findall(r"`[^`\n]+`", _FENCED.sub("", path.read_text(encoding="utf-8")))
    shown = [*inline, *(block.text for block in blocks(path) if block.kind == "sh")]
    assert {target for code in shown for target in _MAKE.findall(code)} <= targets


def test_readme_leads_to_every_document() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {(ROOT / link).resolve() for link in _LINK.findall(readme)} | {ROOT / "README.md", *RECORDS}
    assert [named(path) for path in DOCUMENTS if path not in known] == []


def test_decision_records_have_their_form() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for number, path in enumerate(RECORDS, 1):
        text = path.read_text(encoding="utf-8")
        title = text.partition("\n")[0]
        assert path.name.startswith(f"{number:04}-"), f"{path.name}: the numbers leave none out"
        assert title.startswith(f"# {number:04} "), f"{path.name}: its title begins with its number"
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name
        assert re.search(r"^Status: (accepted|superseded by \[\d{4}\]\(.*\))$", text, re.MULTILINE), path.name
        assert f"]({path.name})" in index, f"docs/decisions/README.md does not list {path.name}"


# --- tables of names --------------------------------------------------------------------------------------------


def table(document: str, heading: str) -> dict[str, str]:
    """The tables of one section: the name in backticks that begins each row, and the cell after it."""
    text = (ROOT / document).read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"{document} has no heading {heading!r}"
    level = heading.partition(" ")[0]
    section = re.split(rf"^{level[:1]}{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    rows = _ROW.findall(section)
    assert len({name for name, _ in rows}) == len(rows), f"{document}, {heading!r}: a name stands twice"
    return dict(rows)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_book()


@pytest.mark.parametrize(
    ("document", "heading", "subject", "language"),
    [
        ("docs/guide.zh.md", "### 申请方（applicant）", "applicant", "zh"),
        ("docs/guide.zh.md", "### 租约（leases）", "lease", "zh"),
        ("docs/guide.md", "### The applicant (`applicant`)", "applicant", "en"),
        ("docs/guide.md", "### A lease (`leases`)", "lease", "en"),
    ],
)
def test_guides_list_every_fact(rulebook: Rulebook, document: str, heading: str, subject: str, language: str) -> None:
    facts = [fact for fact in rulebook.facts.values() if isinstance(fact, Fact) and fact.subject == subject]
    labels = {fact.name: fact.label.zh if language == "zh" else fact.label.en for fact in facts}
    assert table(document, heading) == labels


def test_guide_explains_only_codes_that_exist() -> None:
    text = (ROOT / "docs" / "guide.zh.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[a-z-]+`(?:、`[a-z-]+`)*) \|", text.partition("| 代号 |")[2], re.MULTILINE)
    codes = set(re.findall(r"[a-z-]+", " ".join(cells)))
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "relief_engine").rglob("*.py"))
    assert {code for code in codes if f'"{code}"' not in source} == set()
    assert "unknown-key" in codes


def test_readme_lists_every_command() -> None:
    commands = {command.name or name_of(command.callback) for command in app.registered_commands}
    for group, inside in (("rules", rules_app), ("ledger", ledger_app)):
        commands |= {f"{group} {command.name}" for command in inside.registered_commands}
    assert set(table("README.md", "## Commands")) == {f"relief {command}" for command in commands}


def name_of(function: Callable[..., object] | None) -> str:
    return getattr(function, "__name__", "")


def test_library_lists_every_public_name() -> None:
    assert set(table("docs/library.md", "## Names")) == set(__all__)


def test_library_lists_every_field_of_the_json(rulebook: Rulebook) -> None:
    engine = Engine(rulebook)
    report = engine.decide(engine.read_profile(ROOT / "examples" / "profiles" / "restaurant.yaml"))
    record = report_record(report, engine, "en", "0")
    assert list(table("docs/library.md", "### A report")) == list(record)
    decision = record["decisions"][0]
    assert list(table("docs/library.md", "### A decision")) == list(decision)
    assert list(table("docs/library.md", "### An explanation")) == list(decision["explanation"])


def test_library_lists_every_field_of_a_record_and_a_replay(rulebook: Rulebook) -> None:
    engine = Engine(rulebook)
    report = engine.decide({"applicant": {}}, as_of=dt.date(2022, 6, 1))
    record = record_of(report, engine, "en", made_at=dt.datetime(2022, 6, 1, tzinfo=dt.UTC), asked=None)
    assert list(table("docs/library.md", "### A record")) == list(record.document)
    assert list(table("docs/library.md", "### A replay")) == list(replay_record(replay(record, engine), "en"))


def test_library_lists_every_field_of_a_screening(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("承租方,租赁面积\n运河小馆,48\n", encoding="utf-8")
    assert main(["screen", str(roster), "--output", str(tmp_path / "result.csv"), "--format", "json"]) == 0
    assert list(table("docs/library.md", "### A screening")) == list(json.loads(capsys.readouterr().out))


def test_ledger_lists_every_field_of_its_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(tmp_path / "a.ledger")
    with Ledger.open(ledger, create=True) as opened:
        opened.append(b"{}")
    text = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    for command, heading in (("list", "### An entry"), ("verify", "### A verification")):
        assert main(["ledger", command, ledger, "--format", "json"]) == 0
        printed = json.loads(capsys.readouterr().out)
        rows = re.findall(r"^\| (`.*?) \|", text.partition(f"\n{heading}\n")[2].partition("\n## ")[0], re.MULTILINE)
        named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
        fields = printed["entries"][0] if command == "list" else printed
        assert named[: len(fields)] == list(fields)


def test_guide_lists_every_option_of_screen() -> None:
    options = {p.opts[0] for p in get_command(app).commands["screen"].params if p.opts[0].startswith("--")}  # type: ignore[attr-defined]
    assert set(table("docs/guide.zh.md", "### 各选项")) == options - {"--help"}


def test_architecture_lists_modules_of_rosters_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("\n## Rosters\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", text.partition("\n## ")[0], re.MULTILINE)
    folder = ROOT / "relief_engine" / "roster"
    modules = {name for row in rows for name in re.findall(r"`([a-z_]+)", row)}
    assert modules
    assert modules <= {path.stem for path in folder.iterdir()}


def test_architecture_lists_every_stage() -> None:
    parts = (ROOT / "relief_engine").iterdir()
    stages = {part.stem for part in parts if part.suffix == ".py" or any(part.glob("*.py"))}
    assert set(table("docs/architecture.md", "## Stages")) == {name for name in stages if not name.startswith("__")}


def test_rulebook_reference_lists_every_reason_of_the_ledger() -> None:
    assert list(table("docs/rulebook.md", "## The ledger")) == [reason for reason in BECAUSE if reason != "pending"]


def test_rulebook_reference_lists_every_function() -> None:
    listed = table("docs/rulebook.md", "### Functions")
    assert sorted(name.partition("(")[0] for name in listed) == sorted(FUNCTIONS)

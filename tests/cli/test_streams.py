"""Streams and failures: what goes where when locale, readers, disks, routes or the engine itself let the user down."""

import subprocess
import sys
from pathlib import Path

import pytest

from relief_engine.cli import main
from relief_engine.errors import RouteUnavailable
from relief_engine.routes.chaining import ChainingRoute, unavailable
from relief_engine.text import Text
from tests.cli.conftest import RESTAURANT, ROOT, Relief, process

has_second_route = pytest.mark.skipif(unavailable() is not None, reason="durable-rules is not installed")


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}])
def test_chinese_in_any_locale(environment: dict[str, str]) -> None:
    done = process("check", RESTAURANT, environment=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").startswith("判定日：2022-06-01\n申请方：运河小馆\n")


def test_messages_in_any_locale() -> None:
    done = process("check", "nofile.yaml", environment={"PYTHONIOENCODING": "latin-1"})
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode("utf-8").startswith("nofile.yaml: 没有这个文件")


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m relief_engine facts --format json | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"[\n", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "relief_engine", "check", str(RESTAURANT)]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("内部错误，没有结论：无法写出结果")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_closed_output(form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["check", str(RESTAURANT), "--format", form]) == 1
    assert "无法写出结果" in capsys.readouterr().err


def test_closed_messages(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["check", "nofile.yaml"]) == 2
    assert main([]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_only_on_a_terminal_and_where_it_is_wanted(
    relief: Relief, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    for name, value in {"TERM": "xterm", "WT_SESSION": "1", **environment}.items():
        monkeypatch.setenv(name, value)
    assert "\x1b" not in relief("check", RESTAURANT).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert ("\x1b[" in relief("check", RESTAURANT).out) is coloured


@has_second_route
def test_both_routes_are_listed(relief: Relief) -> None:
    record = relief("check", RESTAURANT, "--format", "json").json
    assert record["engine"]["routes"] == ["direct", "forward-chaining"]
    assert "计算路径 直接计算、规则推理" in relief("check", RESTAURANT).out
    assert "Routes direct, forward chaining" in relief("check", RESTAURANT, "--lang", "en").out


@pytest.fixture
def no_second_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)


@pytest.mark.usefixtures("no_second_route")
def test_without_the_second_route_the_first_decides_and_says_so(relief: Relief) -> None:
    ran = relief("check", RESTAURANT, "--format", "json")
    assert ran.status == 0
    assert ran.json["engine"]["routes"] == ["direct"]
    assert "durable-rules" in ran.err
    assert "本次只由直接计算得出，未经第二条路径核对。" in ran.err
    english = relief("check", RESTAURANT, "--lang", "en")
    assert "This answer comes from the direct route alone." in english.err
    assert "Routes direct\n" in english.out


@pytest.mark.usefixtures("no_second_route")
def test_without_the_second_route_a_mistake_stands_alone(relief: Relief) -> None:
    ran = relief("check", "nofile.yaml")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines() == ["nofile.yaml: 没有这个文件 [file-unreadable]", "共 1 处错误，没有结果。"]


def test_a_programme_that_the_second_route_can_not_run(relief: Relief, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RouteUnavailable(Text("跑不了", "can't"))

    monkeypatch.setattr(ChainingRoute, "run", refuse)
    monkeypatch.setattr("relief_engine.routes.chaining.unavailable", lambda: None)
    ran = relief("check", RESTAURANT, "--format", "json")
    assert ran.status == 0
    assert ran.json["engine"]["routes"] == ["direct"]
    assert ran.err.startswith("跑不了\n")


def test_routes_that_disagree_give_no_answer(relief: Relief, monkeypatch: pytest.MonkeyPatch) -> None:
    from relief_engine.routes.direct import DirectRoute

    def wrong(_: object, program: object, slots: object) -> tuple[int | None, ...]:
        values = list(DirectRoute().run(program, slots))  # type: ignore[arg-type]
        values[-1] = 0 if values[-1] != 0 else 3
        return tuple(values)

    monkeypatch.setattr(ChainingRoute, "run", wrong)
    monkeypatch.setattr("relief_engine.routes.chaining.unavailable", lambda: None)
    ran = relief("check", RESTAURANT)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("内部错误，没有结论：两条计算路径结果不一致")
    as_json = relief("check", RESTAURANT, "--format", "json", "--lang", "en")
    assert (as_json.status, as_json.err) == (1, "")
    assert as_json.json["kind"] == "internal"
    assert "disagree" in as_json.json["errors"][0]["message"]


def test_a_fault_of_our_own_is_told_politely(relief: Relief, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret figure 42")

    monkeypatch.setattr("relief_engine.engine.decide.outcome_of", fail)
    ran = relief("check", RESTAURANT)
    assert (ran.status, ran.out) == (1, "")
    zh, en = ran.err.splitlines()
    assert zh.startswith("内部错误（ZeroDivisionError），没有结论。")
    assert en.startswith("Internal failure (ZeroDivisionError), nothing was decided.")
    assert "42" not in ran.err
    as_json = relief("check", RESTAURANT, "--format", "json")
    assert (as_json.status, as_json.err) == (1, "")
    assert as_json.json["errors"][0]["exception"] == "ZeroDivisionError"
    monkeypatch.setenv("RELIEF_DEBUG", "1")
    told = relief("check", RESTAURANT).err
    assert "Traceback" in told
    assert "secret figure 42" in told


def test_help_loads_neither_the_explanations_nor_the_second_route() -> None:
    program = (
        "import sys\nfrom relief_engine.cli import main\nmain(['--help'])\n"
        "loaded = [m for m in sys.modules if m.startswith(('relief_engine.explanation.build', 'durable', 'rich'))]\n"
        "sys.exit(', '.join(loaded) or 0)"
    )
    done = process(program=program)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_check_loads_only_its_own_form() -> None:
    program = (
        "import sys\nfrom relief_engine.cli import main\nstatus = main(sys.argv[1:])\n"
        "names = ('explanation.records', 'explanation.html', 'explanation.markdown', 'testing', 'checking')\n"
        "loaded = [name for name in names if f'relief_engine.{name}' in sys.modules]\n"
        "sys.exit(', '.join(loaded) or status)"
    )
    done = process("check", RESTAURANT, program=program)
    assert (done.returncode, done.stderr.decode()) == (0, "")

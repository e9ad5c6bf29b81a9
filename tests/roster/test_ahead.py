"""Rows answered in a process of their own are answered as here, in their order; what goes wrong there is told here."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

_PROGRAM = """
import datetime as dt, os, sys
from dataclasses import replace
from pathlib import Path
from relief_engine import Engine, load_rulebook
from relief_engine.errors import Finding, InputError, Location
from relief_engine.roster import ahead, screening
from relief_engine.roster.run import Request, prepare
from relief_engine.roster.table import Row
from relief_engine.rulebook.record import changed
from relief_engine.text import Text

engine = Engine(load_rulebook())
request = Request(Path("examples/rosters/rent-roll.xlsx"), Path(sys.argv[1], "out.xlsx"), dt.date(2022, 6, 20))
screened = prepare(engine, request)


def told(line):
    if hasattr(line, "problems"):
        return line.row, line.problems
    return line.row, [(a.programme.id, a.program, dict(a.summary), a.missing) for a in line.answers], line.hints


here = [told(line) for line in screening.screen(engine, screened)]
screening.LONG, ahead._PARCEL = 5, 7
asked = []
original = ahead._can_fork
ahead._can_fork = lambda: asked.append(original()) or original()
there = [told(line) for line in screening.screen(engine, screened)]
assert asked == [True], "no process was forked"
assert len(here) > 60 and here == there

rows = screened.table.rows


def broken():
    for number, row in enumerate(rows()):
        if number == 30:
            raise InputError([Finding("damaged", Location("x", 30), Text("坏", "bad"))])
        yield row




def failing():
    for number, row in enumerate(rows()):
        if number == 30:
            os._exit(3)
        yield row


def otherwise():
    for number, row in enumerate(rows()):
        yield row if number != 30 or os.getpid() != here_id else Row(9999, row.cells)


def longer():
    yield from rows()
    if os.getpid() == here_id:
        yield Row(9999, ("x",))


here_id = os.getpid()
apart = changed(screened, table=replace(screened.table, in_memory=False))
assert here == [told(line) for line in screening.screen(engine, apart)], "rows that are sent are those that are read"
cases = ((broken, InputError), (failing, Exception), (otherwise, RuntimeError), (longer, RuntimeError))
for made, expected in cases:
    lines = screening.screen(engine, changed(screened, table=replace(screened.table, rows=made)))
    found = 0
    try:
        for _ in lines:
            found += 1
    except expected as error:
        print(type(error).__name__, found <= 30)
    else:
        print("nothing was said")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_process_ahead_answers_alike(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.split("\n")
    assert told[:3] == ["InputError True", "BrokenProcessPool True", "RuntimeError True"], done.stdout + done.stderr
    assert told[3].startswith("RuntimeError"), "a row that was read here and not answered there is told"


_ORPHAN = """
import datetime as dt, os, sys, time
from pathlib import Path
from relief_engine import Engine, load_rulebook
from relief_engine.roster import ahead, screening
from relief_engine.roster.run import Request, prepare

engine = Engine(load_rulebook())
request = Request(Path("examples/rosters/rent-roll.xlsx"), Path(sys.argv[1], "out.xlsx"), dt.date(2022, 6, 20))
screening.LONG, ahead._PARCEL = 5, 7
lines = screening.screen(engine, prepare(engine, request))
for _ in range(12):
    next(lines)
print(*Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split(), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc for children")
def test_the_process_ahead_ends_with_the_one_that_made_it(tmp_path: object) -> None:
    arguments = [sys.executable, "-c", _ORPHAN, str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        children = [int(child) for child in run.stdout.readline().split()]
        assert children, "no process was forked"
        run.kill()
    for _ in range(100):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            return
        time.sleep(0.1)
    raise AssertionError("it is still there")

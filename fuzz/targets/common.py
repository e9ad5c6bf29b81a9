"""What several targets need: the shipped rules, a file in memory to read from, and what holds of a good profile."""

from __future__ import annotations

import functools
import os
import tempfile
from pathlib import Path

from fuzz.target import ROOT, Broken
from relief_engine.engine import Engine
from relief_engine.errors import RoutesDisagree
from relief_engine.explanation.harmless import json_text
from relief_engine.explanation.records import report_record
from relief_engine.profile.model import Profile
from relief_engine.profile.read import ProfileReader
from relief_engine.profile.words import plain
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.version import VERSION

PROFILES = ROOT / "examples" / "profiles"
ROSTERS = ROOT / "examples" / "rosters"


@functools.cache
def rulebook() -> Rulebook:
    """The shipped rulebook."""
    return load_rulebook()


@functools.cache
def engine() -> Engine:
    """What decides by it."""
    return Engine(rulebook())


@functools.cache
def reader() -> ProfileReader:
    """What reads profiles for it."""
    return ProfileReader(rulebook())


@functools.cache
def scratch() -> Path:
    """A folder of this process, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="relief-fuzz-", dir=memory if memory.is_dir() else None))


def file_of(data: bytes, name: str) -> Path:
    """A file with these bytes; the next call with the name replaces it."""
    path = scratch() / name
    path.write_bytes(data)
    return path


def check_profile(profile: Profile) -> None:
    """A profile that was taken means the same when it is written down and read again, and can be decided."""
    again = reader().read_mapping(plain(profile, rulebook()))
    if (again.as_of, again.applicant, again.lists) != (profile.as_of, profile.applicant, profile.lists):
        raise Broken(f"written down and read again it is another profile: {plain(profile, rulebook())!r:.500}")


def check_decided(profile: Profile) -> None:
    """The answer to a profile can be given as JSON that any reader takes."""
    import datetime as dt
    import json

    try:
        report = engine().decide(profile, as_of=profile.as_of or dt.date(2022, 6, 20), programmes=[RENT])
    except RoutesDisagree as error:
        raise Broken("two routes disagree") from error
    record = report_record(report, engine(), "zh", VERSION)
    text = json_text(json.dumps(record, ensure_ascii=False, allow_nan=False))
    if json.loads(text.encode()) != record:
        raise Broken("the JSON of an answer is not what was said")


RENT = "beijing-tongzhou/rent-reduction-2022"
assert os.name == "posix", "the fuzzers run where processes can be bounded"

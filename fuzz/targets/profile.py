"""Profiles as bytes: YAML and JSON."""

from __future__ import annotations

import json

from fuzz.target import Target, refused
from fuzz.targets.common import PROFILES, check_decided, check_profile, reader, rulebook
from relief_engine.profile.words import plain


def run(data: bytes) -> bool:
    """Read a profile; one that is taken is written down, read again, and decided."""
    found = []
    if refused(lambda: found.append(reader().read_bytes(data, "fuzz.yaml"))):
        return False
    (profile,) = found
    check_profile(profile)
    check_decided(profile)
    return True


def seeds() -> list[bytes]:
    """The example profiles, as YAML and as JSON."""
    files = [path.read_bytes() for path in sorted(PROFILES.glob("*.yaml")) if not path.name.endswith(".cases.yaml")]
    first = plain(reader().read_bytes(files[0], "seed"), rulebook())
    return [*files, json.dumps(first, ensure_ascii=False).encode()]


# Following coverage makes a long search for what is missing ten times as long.
TARGET = Target("profile", "profiles as bytes, YAML or JSON", run, seeds, seconds=20.0)

"""Command line stage: where the answers of an interview are kept, so that nothing that was typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from relief_engine.cli.targets import check_report, file_system, write_report
from relief_engine.errors import Finding, InputError, Location
from relief_engine.interview.session import Session
from relief_engine.profile.words import plain
from relief_engine.text import Text

#: The first line of a file that an interview wrote.
HEADER = "# 由 relief ask 写出 / written by relief ask"
_COMMENT = re.compile(r"(^|\s)#")


def target(profile: Path | None, output: Path | None) -> tuple[Path | None, bool]:
    """The file to save in, None where nobody named one; and whether another one than was read, to keep its comments.

    Raises:
        InputError: it can't be written, or what stands there would be lost.
    """
    chosen, moved = output or profile, False
    if chosen is None:
        return None, False
    if output is None and loses(chosen):
        chosen, moved = chosen.with_name(f"{chosen.stem}-续{chosen.suffix}"), True
    check_report(chosen)
    same = profile is not None and chosen.exists() and profile.exists() and chosen.samefile(profile)
    if chosen.exists() and (loses(chosen) or not same):
        message = Text(
            f"这个文件已经存在，不会覆盖；接着填它用 relief ask {chosen}，或用 --output 换一个名字",
            f"this file exists and is not replaced; to go on with it: relief ask {chosen}, or name another by --output",
        )
        raise InputError([Finding("output-exists", Location(str(chosen)), message)])
    return chosen, moved


def loses(path: Path) -> bool:
    """Whether a file has comments, which would be lost if it were written anew."""
    if not path.is_file():
        return False
    with file_system(path):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(_COMMENT.search(line) for line in lines if line != HEADER)


def text_of(session: Session, day: dt.date) -> str:
    """What is known as a profile file, with the day of the decision, so that a later check says the same."""
    from relief_engine.testing.written import to_yaml

    known = plain(session.step.profile, session.engine.rulebook)
    return f"{HEADER}\n{to_yaml({'as_of': day.isoformat(), **{k: v for k, v in known.items() if k != 'as_of'}})}"


def keep(session: Session, path: Path | None) -> None:
    """Save what is known, whole or not at all."""
    if path is not None:
        write_report(path, text_of(session, session.step.as_of))

"""Command line stage: files that a command is to write, looked at before any work starts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from relief_engine.cli.output import system_words
from relief_engine.errors import NO_ROOM, Finding, InputError, Location
from relief_engine.roster.whole import whole_file
from relief_engine.text import Text


def check_report(path: Path, read: Sequence[Path] = ()) -> None:
    """Whether a text can be written to ``path``.

    Args:
        path: where it goes.
        read: files that the command reads, and folders of rules: what stands in them is not replaced.

    Raises:
        InputError: it is a folder, in a folder that does not exist, or one of the files that are read.
    """
    found = next(_problems(path, read), None)
    if found is not None:
        raise InputError([Finding(found[0], Location(str(path)), found[1])])


def _problems(path: Path, read: Sequence[Path]) -> Iterator[tuple[str, Text]]:
    if path.is_dir():  # no name at all is the current folder
        yield "output-folder", Text("这是一个文件夹，应为文件名", "this is a folder; expected the name of a file")
    if not path.parent.is_dir():
        message = f"没有文件夹“{path.parent}”", f"there is no folder {str(path.parent)!r}"
        yield "output-missing", Text(*message)
    if path.exists() and not path.is_file():
        yield "output-file", Text("应为普通文件", "expected an ordinary file")
    real = Path(os.path.realpath(path))
    for place in (Path(os.path.realpath(place)) for place in read):
        if path.exists() and (real == place or place in real.parents):
            yield (
                "output-is-read",
                Text(
                    "这个文件属于所读的规则、算例或台账，不会覆盖；请换一个名字",
                    "this file is one of those that are read, and is not replaced; choose another name",
                ),
            )


def write_report(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    with file_system(path), whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def file_system(path: Path) -> Iterator[None]:
    """What the file system refuses is told as a mistake in its place; a full disk is nobody's."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise OSError(error.errno, error.strerror, str(path)) from None
        reason = system_words(error)
        message = Text(f"不能写入（{reason.zh}）", f"can't be written: {reason.en}")
        raise InputError([Finding("file-unwritable", Location(str(path)), message)]) from None

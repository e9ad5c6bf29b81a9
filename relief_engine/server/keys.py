"""Server stage: API keys, out of a file or the environment; on the command line others could see them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from relief_engine.errors import Finding, InputError, Location
from relief_engine.rulebook.source import unreadable
from relief_engine.text import Text

#: The variable that holds keys, with blanks between them.
VARIABLE = "RELIEF_API_KEYS"
#: A shorter key could be guessed.
SHORTEST = 16


def api_keys(file: Path | None, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The keys of a file (one a line; blank lines and lines that begin with ``#`` don't count) and of the environment.

    Raises :class:`InputError` if the file can't be read, holds none, or a key is too short or not plain ASCII. The
    messages name places and never a key.
    """
    found: list[str] = []
    findings: list[Finding] = []
    for where, key in (*_in_file(file, findings), *_in_environment(environment)):
        if len(key) < SHORTEST or not key.isascii() or not key.isprintable() or " " in key:
            message = Text(
                f"密钥应为至少 {SHORTEST} 个可见的 ASCII 字符，中间没有空格",
                f"a key must be at least {SHORTEST} visible ASCII characters without blanks",
            )
            findings.append(Finding("api-key", where, message))
        found.append(key)
    if file is not None and not found and not findings:
        findings.append(Finding("api-key", Location(str(file)), Text("文件里没有密钥", "the file holds no key")))
    if findings:
        raise InputError(findings)
    return tuple(dict.fromkeys(found))


def _in_file(file: Path | None, findings: list[Finding]) -> Iterator[tuple[Location, str]]:
    if file is None:
        return
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        findings.append(unreadable(str(file), error))
        return
    except UnicodeDecodeError:
        message = Text("文件不是 UTF-8 编码", "the file is not UTF-8")
        findings.append(Finding("file-encoding", Location(str(file)), message))
        return
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield Location(str(file), number, 1), line.strip()


def _in_environment(environment: Mapping[str, str]) -> Iterator[tuple[Location, str]]:
    for key in environment.get(VARIABLE, "").split():
        yield Location(VARIABLE), key

"""Command line stage: what goes where, and how errors read."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from relief_engine.errors import Finding, InputError, ReliefError
from relief_engine.text import Language, Text

EXIT_INPUT = 2
EXIT_INTERNAL = 1


def prepare_streams() -> None:
    """Make the standard streams carry Chinese on every terminal, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")


def width() -> int:
    """How wide the terminal is; 80 columns where it can't be known, and never so wide that lines get hard to read."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def colour() -> bool:
    """Whether the output may be coloured: a terminal, and nobody has asked for none (NO_COLOR)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def out(text: str) -> None:
    """Write data; a reader that has gone away (``relief … | head``) is not an error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - keeps the interpreter quiet at exit


def out_json(data: Any) -> None:
    """Write data as JSON, readable and with Chinese as it is."""
    out(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def note(text: str) -> None:
    """Write a message."""
    sys.stderr.write(text + "\n")


def message_of(error: ReliefError) -> Text:
    """The message of an error that has one text."""
    found = getattr(error, "message", None)
    return found if isinstance(found, Text) else Text(str(error), str(error))


def report_error(error: ReliefError, language: Language, *, as_json: bool) -> None:
    """Print an error in full: each mistake on its own line, or as JSON on standard output if that was asked for."""
    if isinstance(error, InputError):
        if as_json:
            out_json({"schema": "relief-error/1", "errors": [finding_record(f, language) for f in error.findings]})
            return
        note(findings_text(error.findings, language))
        return
    if as_json:
        out_json({"schema": "relief-error/1", "errors": [{"message": message_of(error).in_(language)}]})
        return
    note(f"{Text('错误：', 'error: ').in_(language)}{message_of(error).in_(language)}")


def usage_error(message: str, language: Language, *, as_json: bool) -> None:
    """Print what is wrong with the command line itself."""
    if as_json:
        out_json({"schema": "relief-error/1", "errors": [{"code": "usage", "message": message}]})
        return
    note(Text(f"命令行有误：{message}（用法见 relief --help）", f"wrong usage: {message} (see relief --help)").in_(language))


def finding_record(finding: Finding, language: Language) -> dict[str, Any]:
    """One mistake as data."""
    where = finding.where
    return {
        "code": finding.code,
        "file": where.file,
        "line": where.line or None,
        "column": where.column or None,
        "message": finding.message.in_(language),
    }


def findings_text(findings: Sequence[Finding], language: Language) -> str:
    """All mistakes, one a line, and how many there are."""
    lines = [finding.in_(language) for finding in findings]
    count = len(lines)
    lines.append(Text(f"共 {count} 处错误，没有输出。", f"{count} mistake{'s' if count != 1 else ''}; nothing was written.").in_(language))
    return "\n".join(lines)

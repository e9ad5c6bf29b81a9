"""Command line stage: what goes to which stream, and how errors read."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any, Literal

from relief_engine.errors import NO_ROOM, Finding, InputError, Location, ReliefError
from relief_engine.explanation.harmless import json_text, one_line
from relief_engine.text import Language, Text

EXIT_INTERNAL = 1
EXIT_INPUT = 2
#: What shells say of a command that Ctrl-C ended.
EXIT_INTERRUPTED = 130
ERROR_SCHEMA = "relief-error/1"

#: What kind of error it is, in JSON: a mistake in an input, on the command line, or in the engine itself; or what the
#: system refused, such as a full disk.
ErrorKind = Literal["input", "usage", "internal", "system"]
#: What the system says, in words.
_SYSTEM = {
    **dict.fromkeys(NO_ROOM, Text("磁盘已满", "the disk is full")),
    **dict.fromkeys((errno.EACCES, errno.EPERM), Text("没有权限", "no permission")),
    errno.EROFS: Text("磁盘是只读的", "the disk is read-only"),
    errno.EIO: Text("磁盘出错", "the disk failed"),
}


class CannotWrite(ReliefError):
    """The result could not be written."""

    def __init__(self, why: str) -> None:
        self.message = Text(f"无法写出结果（{why}）", f"can't write the result ({why})")
        super().__init__(self.message.zh)


def prepare_streams() -> None:
    """Make the standard streams carry Chinese on every terminal, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")


def width() -> int:
    """How wide the terminal is; 80 columns where it can't be known, and never so wide that lines get hard to read."""
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size((80, 24)).columns, 120))


def colour() -> bool:
    """Whether the output may be coloured: a terminal that can, and nobody has asked for none (NO_COLOR)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if sys.stdout is None or not sys.stdout.isatty():
        return False
    return os.name != "nt" or "WT_SESSION" in os.environ


def out(text: str) -> None:
    """Write data; a reader that has gone away (``relief … | head``) is not an error."""
    if sys.stdout is None:
        raise CannotWrite("标准输出已关闭 standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            words = system_words(error)
            raise CannotWrite(words.zh if words.zh == words.en else f"{words.zh} {words.en}") from error
        # What is still buffered must go somewhere when the interpreter exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def out_json(data: Any) -> None:
    """Write data as JSON, readable and with Chinese as it is."""
    import json

    out(json_text(json.dumps(data, ensure_ascii=False, indent=2)) + "\n")


def note(*lines: str) -> None:
    """Write a message. What people wrote may be quoted in it, so that every line is made harmless."""
    if sys.stderr is not None:
        sys.stderr.write("".join(f"{one_line(line)}\n" for line in lines))


def note_page(text: str) -> None:
    """Write a page of our own text, such as a help page, as a message."""
    if sys.stderr is not None:
        sys.stderr.write(text.rstrip() + "\n")


# --- errors -----------------------------------------------------------------------------------------------------------


def report_input_error(error: InputError, language: Language, *, as_json: bool) -> None:
    """Print every mistake of an input, each on a line with its place, and how many there are."""
    if as_json:
        _out_errors("input", [finding_record(finding, language) for finding in error.findings])
        return
    count = len(error.findings)
    last = Text(f"共 {count} 处错误，没有结果。", f"{count} mistake{'s' if count != 1 else ''}; no result.")
    note(*findings_lines(error.findings, language), last.in_(language))


def report_message(
    message: Text, kind: ErrorKind, language: Language, *, as_json: bool, code: str | None = None
) -> None:
    """Print an error that is one message; ``code`` says in JSON what it is, else the kind does."""
    if as_json:
        _out_errors(kind, [{"code": code or kind, "message": message.in_(language)}])
        return
    lead = {
        "input": Text("错误：", "error: "),
        "usage": Text("命令行有误：", "wrong usage: "),
        "internal": Text("内部错误，没有结论：", "internal failure, nothing was decided: "),
        "system": Text("没有完成，没有给出结果：", "not done, no result is given: "),
    }[kind]
    note(lead.in_(language) + message.in_(language))


def system_words(error: OSError) -> Text:
    """What the system says of a file that it refused."""
    other = error.strerror or type(error).__name__
    return _SYSTEM.get(error.errno or 0, Text(other, other))


def disk_full(error: Exception) -> Text | None:
    """What to do where a file could not be written since there is no room for it; None for any other error."""
    if not isinstance(error, OSError) or error.errno not in NO_ROOM:
        return None
    named = f"“{error.filename}”" if error.filename else "文件", f"{error.filename}" if error.filename else "a file"
    return Text(
        f"{named[0]}没有写成：磁盘已满（或超出配额）。请腾出空间后再试",
        f"{named[1]} could not be written: the disk is full, or a quota is used up. Make room and try again",
    )


def unusable_name(error: Exception) -> InputError | None:
    """The mistake behind an error that only a name has: one that is too long, or leads through a loop of links.

    Such a name fails wherever it is first looked at, and that is not worth a check at each of these places.
    """
    if not isinstance(error, OSError) or error.errno not in (errno.ENAMETOOLONG, errno.ELOOP):
        return None
    reason = error.strerror or type(error).__name__
    message = Text(f"文件名不能用（{reason}）", f"the name can't be used: {reason}")
    return InputError([Finding("file-name", Location(str(error.filename or "?")[:200]), message)])


def report_crash(error: Exception, language: Language, *, as_json: bool) -> None:
    """Say in both languages that the engine itself failed; how exactly only if RELIEF_DEBUG asks for it."""
    name = type(error).__name__
    message = Text(
        f"内部错误（{name}），没有结论。这是程序的缺陷，不是资料的问题；设置 RELIEF_DEBUG=1 可显示详情。",
        f"Internal failure ({name}), nothing was decided. The fault is the program's, not the input's; "
        "RELIEF_DEBUG=1 shows the details.",
    )
    if as_json:
        _out_errors("internal", [{"code": "internal", "message": message.in_(language), "exception": name}])
    else:
        note(message.zh, message.en)
    if os.environ.get("RELIEF_DEBUG", "0") not in ("", "0"):
        import traceback

        traceback.print_exception(error)


def _out_errors(kind: ErrorKind, errors: list[dict[str, Any]]) -> None:
    out_json({"schema": ERROR_SCHEMA, "kind": kind, "errors": errors})


def finding_record(finding: Finding, language: Language) -> dict[str, Any]:
    """One mistake as data; line and column are null where the input has none."""
    where = finding.where
    return {
        "code": finding.code,
        "file": where.file,
        "line": where.line or None,
        "column": where.column or None,
        "message": finding.message.in_(language),
    }


def findings_lines(findings: Sequence[Finding], language: Language) -> list[str]:
    """Mistakes, one a line."""
    return [finding.in_(language) for finding in findings]

"""Roster stage, formats: what a file is, told by its content first and its name second."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path
from typing import Literal

from relief_engine.errors import InputError
from relief_engine.roster.formats.problems import refused
from relief_engine.text import Text

Format = Literal["xlsx", "xls", "text", "parquet"]

#: What each suffix says about the content.
SUFFIXES: dict[str, Format] = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".csv": "text", ".txt": "text", ".tsv": "text",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_NAMES: dict[Format, Text] = {
    "xlsx": Text("新版 Excel 工作簿（.xlsx）", "an Excel workbook (.xlsx)"),
    "xls": Text("旧版 Excel 工作簿（.xls）", "an old Excel workbook (.xls)"),
    "text": Text("文本（CSV）", "text (CSV)"),
    "parquet": Text("parquet", "parquet"),
}
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_HEAD = 4096
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"<div", b"<style", b"mime-version:")
#: An .xls sheet has at most 65,536 rows; no such workbook is nearly as large.
MOST_OLD_BYTES = 500 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE = Text("请用 Excel 或 WPS 打开，另存为 .xlsx 后再试", "open it in Excel or WPS and save it as .xlsx")


def format_of(path: Path) -> tuple[Format, tuple[Text, ...]]:
    """What a file is, with a remark where its name says otherwise.

    Raises:
        InputError: there is no such file, it can't be read, it is empty, or it is no table that this package reads.
    """
    head = _head(path)
    found = _by_content(path, head)
    suffix = path.suffix.casefold()
    said = SUFFIXES.get(suffix)
    if said is None:
        known = "、".join(SUFFIXES)
        raise refused(
            "roster-suffix",
            str(path),
            f"不认识后缀“{suffix}”，应为 {known} 之一" if suffix else f"文件名没有后缀，应为 {known} 之一",
            f"unknown suffix {suffix!r}; expected one of {', '.join(SUFFIXES)}",
        )
    if found == said:
        return found, ()
    if said == "parquet":
        raise refused(
            "roster-content",
            str(path),
            f"文件名是 {suffix}，内容却是{_NAMES[found].zh}，请改正后缀",
            f"the name ends in {suffix}, but the content is {_NAMES[found].en}; correct the suffix",
        )
    name = _NAMES[found]
    return found, (
        Text(
            f"文件名是 {suffix}，内容是{name.zh}，已按内容读取", f"the name ends in {suffix}, the content is {name.en}"
        ),
    )


def _head(path: Path) -> bytes:
    """The first bytes of a regular file that is not empty."""
    file = str(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise refused("roster-file", file, "这是文件夹，应为一个表格文件", "this is a folder; expected a table")
        if not stat.S_ISREG(found.st_mode):
            raise refused("roster-file", file, "这不是普通文件，不能读取", "this is not a regular file")
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except FileNotFoundError:
        if path.is_symlink():
            raise refused("roster-file", file, "链接指向的文件不存在", "the link leads to no file") from None
        raise refused("roster-file", file, "没有这个文件", "there is no such file") from None
    except PermissionError:
        raise refused("roster-file", file, "没有读取这个文件的权限", "no permission to read this file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refused("roster-file", file, f"读不了（{reason}）", f"can't be read: {reason}") from None
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise refused("roster-empty", file, "文件是空的", "the file is empty")
    return head


def _by_content(path: Path, head: bytes) -> Format:
    if head.startswith(_PARQUET):
        return "parquet"
    if head.startswith(_ZIP):
        return _zipped(path)
    if head.startswith(_OLE):
        return _compound(path)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        zh = "内容是网页或 XML，不是 Excel 或 CSV（不少系统这样导出 .xls）"
        raise _other(path, zh, "the content is a web page or XML, as some systems export it")
    if start.startswith(b"%pdf"):
        raise refused("roster-content", str(path), "这是 PDF，读不出表格", "this is a PDF, from which no table is read")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"\x00" in head:
        zh = "内容不是 Excel、CSV 或 parquet，文件可能已损坏"
        raise _other(path, zh, "the content is not Excel, CSV or parquet; the file may be damaged")
    return "text"


def _zipped(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refused(
            "roster-damaged",
            str(path),
            "工作簿已损坏，打不开（可能没有传完）",
            "the workbook is damaged and can't be opened; it may be cut off",
        ) from None
    if any(name.casefold() == "xl/workbook.xml" for name in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise _other(path, "这是二进制工作簿（.xlsb）", "this is a binary workbook (.xlsb)")
    if "mimetype" in names:
        raise _other(path, "这是 OpenDocument 表格（.ods）", "this is an OpenDocument spreadsheet (.ods)")
    raise _other(path, "这是压缩包，里面没有工作簿", "this is an archive without a workbook")


def _compound(path: Path) -> Format:
    """An old workbook; what is encrypted has the same envelope, and says so in its table of contents."""
    try:
        if path.stat().st_size > MOST_OLD_BYTES:
            raise refused("roster-too-large", str(path), "文件太大，不像 .xls 台账", "too large for an .xls roster")
        data = path.read_bytes()
    except OSError as error:
        raise refused("roster-file", str(path), "读不了", f"can't be read: {error.strerror}") from None
    if _ENCRYPTED in data:
        raise password(path)
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise _other(
            path, "这不是 Excel 工作簿（可能是 Word 等文件）", "this is no Excel workbook, perhaps a Word file"
        )
    return "xls"


def password(path: Path) -> InputError:
    """The error for a workbook that only opens with a password."""
    return refused(
        "roster-password",
        str(path),
        "工作簿有打开密码，请先在 Excel 或 WPS 中去掉密码，另存后再试",
        "the workbook needs a password to open; remove the password in Excel or WPS and save it",
    )


def _other(path: Path, zh: str, en: str) -> InputError:
    return refused("roster-content", str(path), f"{zh}，{_SAVE.zh}", f"{en}; {_SAVE.en}")

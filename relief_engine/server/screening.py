"""Server stage: a roster that was uploaded is screened, from one file to another in a folder of its own.

The folder is the server's, which removes it whatever becomes of the worker. The name that the client gave the file is
only shown; it names nothing on the disk.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

from relief_engine.errors import Finding, InputError, Location
from relief_engine.profile.written import visible
from relief_engine.roster.formats.content import SUFFIXES
from relief_engine.roster.records import screening_record
from relief_engine.roster.run import Request, prepare, screen_file
from relief_engine.server.asking import Fields, query_fields
from relief_engine.server.exchange import Answer, Job
from relief_engine.server.tasks import Desk, task
from relief_engine.text import Text

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The names of the files in the folder; the upload has its suffix behind.
UPLOAD, RESULT = "upload", "result.xlsx"
#: The longest header that every client takes.
_LONGEST = 6000
_LONGEST_NAME = 200


@task
def screen(desk: Desk, job: Job, _: Any) -> Answer:
    """POST /v1/screen: the result lies in the folder afterwards."""
    fields = query_fields(job.query, ("filename", "as_of", "programme", "sheet"))
    name = shown_name(fields)
    day = fields.day("as_of") or dt.date.today()
    programmes = fields.programmes("programme", desk.engine.rulebook)
    sheet = fields.text("sheet")
    fields.done()
    folder = Path(job.folder)
    upload = (folder / UPLOAD).rename(folder / (UPLOAD + Path(name).suffix.lower()))
    request = Request(
        roster=upload, output=folder / RESULT, as_of=day, programmes=programmes or (), sheet=sheet,
        language=job.language, engine="direct", called=name,
    )  # fmt: skip

    try:
        rows = prepare(desk.engine, request).table.rows()
        if next(islice(rows, job.limits.rows, None), None) is not None:
            raise _too_many(name, job.limits.rows)
        screening, counts = screen_file(desk.engine, request)
    except InputError as error:
        raise InputError([_renamed(finding, upload, name) for finding in error.findings]) from error
    remarks = (*screening.table.remarks, *screening.columns.remarks)
    record = screening_record(screening, counts, Path(result_name(name)), remarks, job.language)
    return Answer(200, WORKBOOK, b"", (("relief-screening", _header(record)),))


def shown_name(fields: Fields) -> str:
    """The name that the client gives the file, without folders, as it is shown; a finding if it tells no format."""
    if not fields.needed("filename"):
        return ""
    name = re.split(r"[/\\]", fields.text("filename") or "")[-1].strip()
    if len(name) > _LONGEST_NAME or Path(name).suffix.lower() not in SUFFIXES:
        known = "、".join(SUFFIXES), ", ".join(SUFFIXES)
        fields.refuse(
            "filename", "roster-suffix",
            f"文件名应以 {known[0]} 之一结尾，最长 {_LONGEST_NAME} 字",
            f"a name must end in one of {known[1]} and have {_LONGEST_NAME} characters at most",
        )  # fmt: skip
    return visible(name, _LONGEST_NAME)


def result_name(name: str) -> str:
    """What the result of a roster is called."""
    return f"{Path(name).stem}-结果.xlsx"


def _too_many(name: str, most: int) -> InputError:
    message = Text(
        f"超过 {most:,} 行，请分开上传，或用命令 relief screen",
        f"more than {most:,} rows; upload it in parts, or use the command relief screen",
    )
    return InputError([Finding("too-many-rows", Location(name), message)])


def _renamed(finding: Finding, upload: Path, name: str) -> Finding:
    """A finding about the uploaded file, by the name that the client knows it by."""
    where = finding.where
    path = str(upload)
    zh, en = (text.replace(path, name) for text in (finding.message.zh, finding.message.en))
    return Finding(finding.code, Location(where.file.replace(path, name), where.line, where.column), Text(zh, en))


def _header(record: dict[str, Any]) -> str:
    """The counts as a header: ASCII, and never longer than clients take; the longest parts are left out if need be."""
    text = ""
    for left_out in ((), ("columns",), ("columns", "remarks")):
        kept = {key: value for key, value in record.items() if key not in left_out}
        text = json.dumps(kept, ensure_ascii=True, separators=(",", ":"))
        if len(text) <= _LONGEST:
            break
    return text

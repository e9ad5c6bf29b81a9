"""Roster stage: a parquet file, or a folder of them, as a table of Spark."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlglot import exp

from relief_engine.roster.bulk.reading import Source
from relief_engine.roster.bulk.spark.session import Session
from relief_engine.roster.formats.content import format_of
from relief_engine.roster.formats.heading import MOST_COLUMNS
from relief_engine.roster.formats.problems import refused
from relief_engine.roster.table import Row, Table
from relief_engine.text import Text

#: The table's name in Spark, and its columns beside the roster's own ``t0``, ``t1`` …
ROSTER, LINE, IN_FILE = "relief_roster", "relief_line", "relief_in_file"
_KNOWN = re.compile(
    r"string|boolean|tinyint|smallint|int|bigint|float|double|date|timestamp(_ntz)?|decimal\([0-9]+,[0-9]+\)"
)
_OTHER = exp.DataType.build("struct")


class Roster:
    """A roster that Spark reads.

    ``table`` is what the columns are recognised by, ``source`` the table in the session; ``several`` says whether the
    roster is a folder, whose rows are counted in each file.
    """

    def __init__(self, session: Session, path: Path) -> None:
        self.several = path.is_dir()
        remarks: tuple[Text, ...] = ()
        if not self.several:
            kind, remarks = format_of(path)
            if kind != "parquet":
                zh, en = "Spark 只读 parquet：一个文件或一个文件夹", "Spark reads parquet only: a file or a folder"
                raise refused("roster-format", str(path), zh, en)
        frame = _read(session, path)
        if self.several:
            _check_folder(session, frame, path)
        headers = tuple(frame.columns)
        if len(headers) > MOST_COLUMNS:
            raise refused(
                "roster-columns", str(path), f"有 {len(headers)} 列，最多 {MOST_COLUMNS} 列",
                f"has {len(headers)} columns, at most {MOST_COLUMNS} are read",
            )  # fmt: skip
        self._show(frame, path)
        types = tuple(_type(field.dataType.simpleString()) for field in frame.schema.fields)
        names = tuple(f"t{place}" for place in range(len(headers)))
        self.source = Source(exp.to_table(ROSTER), names, types, exp.column(LINE), exp.column(IN_FILE))
        self.table = Table(str(path), None, headers, 0, remarks, lambda: _rows(session, names))

    def _show(self, frame: Any, path: Path) -> None:
        """Give the session the table, its columns under names that differ and each row with its place."""
        from pyspark.sql import functions as f

        # A column of the roster may be called like this one; then Spark gives the hidden one another name.
        meta = frame.metadataColumn("_metadata")
        address = f.url_decode(f.replace(meta["file_path"], f.lit("+"), f.lit("%2B")))
        full = f.regexp_replace(address, "^file:/+", "/")
        folder = f"{os.path.realpath(path)}/"
        inside = f.when(full.startswith(folder), f.substr(full, f.lit(len(folder) + 1))).otherwise(full)
        cells = [frame[_quoted(name)].alias(f"t{place}") for place, name in enumerate(frame.columns)]
        where = [(meta["row_index"] + 1).alias(LINE), (inside if self.several else f.lit("")).alias(IN_FILE)]
        frame.select(*cells, *where).createOrReplaceTempView(ROSTER)


def parquet(session: Session, path: Path | str, *, merged: bool = False) -> Any:
    """Parquet files as Spark reads them; no character of the path stands for others.

    ``merged`` gives the columns of all files; without it they are known to be alike.
    """
    return session.read.option("mergeSchema", str(merged).lower()).parquet(_literal(path))


def _literal(path: Path | str) -> str:
    """A path in which no character stands for others."""
    return re.sub(r"[{}\[\]*?\\]", lambda found: f"\\{found[0]}", os.path.realpath(path))


def _read(session: Session, path: Path) -> Any:
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        return parquet(session, path, merged=True)
    except (PySparkException, Py4JJavaError) as error:
        raise refused(
            "roster-damaged", str(path),
            f"不能作为 parquet 读取（损坏、为空、几个文件的列类型不一致或列名仅大小写不同）：{said(error)}",
            "can't be read as parquet (damaged, empty, columns of other types in some files, or names that differ in "
            f"case only): {said(error)}",
        ) from None  # fmt: skip


def said(error: BaseException) -> str:
    """The first line of what Spark says of an error."""
    cause = getattr(error, "java_exception", None)
    text = str(cause.getMessage()) if cause is not None else str(error)
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__


def _check_folder(session: Session, frame: Any, path: Path) -> None:
    """Refuse a folder of which Spark would pass over files, or take a column from the names of folders and files both.

    Spark reads only the files below ``name=value`` if there are such folders, and says nothing of the others.
    """
    root = os.path.realpath(path)
    walked = [(Path(below).relative_to(root), name) for below, _, names in os.walk(root) for name in names]
    found = [below / name for below, name in walked if not _hidden(below / name)]
    read = len(frame.inputFiles())
    if len(found) != read:
        raise refused(
            "roster-folder", str(path),
            f"有 {len(found)} 个文件，Spark 只读其中 {read} 个：文件应当都在同一层，或都在“列名=值”的文件夹里",
            f"of {len(found)} files Spark reads {read} only: put them on one level, or all in folders name=value",
        )  # fmt: skip
    folders = {part.partition("=")[0] for file in found for part in file.parts[:-1]}
    twice: list[str] = []
    if folders:
        inside = session.read.options(mergeSchema="true", recursiveFileLookup="true").parquet(_literal(path))
        twice = sorted(folders.intersection(inside.columns))
    if twice:
        raise refused(
            "roster-folder", str(path), f"文件夹名和文件里都有这些列：{'、'.join(twice)}",
            f"columns given by the names of folders and by files too: {', '.join(twice)}",
        )  # fmt: skip


def _hidden(file: Path) -> bool:
    """Whether Spark takes a file for none of the data, by a name of its path."""
    return any(part.startswith(".") or (part.startswith("_") and "=" not in part) for part in file.parts)


def _type(written: str) -> exp.DataType:
    """A type of Spark; any that no fact is read from is one."""
    return exp.DataType.build(written, dialect="spark") if _KNOWN.fullmatch(written) else _OTHER


def _rows(session: Session, names: tuple[str, ...]) -> Iterator[Row]:
    """The rows, one by one; only their own table of Spark knows them by file."""
    for line, *values in session.table(ROSTER).select(LINE, *names).toLocalIterator():
        yield Row(line, tuple(values))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"

"""Roster stage, the door to files of answers: .xlsx, .csv or .parquet, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Counts
from relief_engine.roster.flat import write_csv
from relief_engine.roster.parquet import write_parquet
from relief_engine.roster.table import Rejected
from relief_engine.roster.whole import RESULT, whole_file
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

LANGUAGES: tuple[Language, ...] = ("zh", "en")
#: The kinds of files that answers are written to.
SUFFIXES = (".xlsx", ".csv", ".parquet")
_REJECTED = Text("未能读取", "not-read")


def check_target(path: Path | str, source: Path | str | None = None) -> None:
    """Whether answers can be written to ``path``, asked before any work starts.

    Raises :class:`InputError` if it is a folder, the roster itself (``source``), of another kind, in a folder that does
    not exist, or not writable.
    """
    target = Path(path)
    # Only the first is asked for: what is asked next takes for granted that there was no problem so far.
    found = next(_problems(target, None if source is None else Path(source)), None)
    if found is not None:
        raise InputError([Finding(found[0], Location(target.as_posix()), found[1])])


def check_folder(path: Path | str, source: Path | str) -> None:
    """Whether answers can be written to a folder ``path``, as Spark does, asked before any work starts.

    Raises :class:`InputError` if it is a folder with anything but former answers, inside the roster or around it, not
    called .parquet, in a folder that does not exist, or not writable.
    """
    target, roster = Path(path), Path(source)
    usable = target.suffix.lower() == ".parquet"
    found = [problem for problem in _problems(target, roster) if problem[0] != "output-folder"] if usable else []
    if not usable:
        zh, en = "Spark 的结果只能写成 .parquet（一个文件夹）", "Spark writes answers as .parquet (a folder)"
        found.insert(0, ("output-kind", Text(zh, en)))
    if target.is_dir() and any(target.iterdir()) and not (target / RESULT).is_file():
        zh = "这个文件夹里有别的东西，不是以前的结果；请换一个名字"
        en = "this folder holds other things than former answers; choose another name"
        found.insert(0, ("output-folder", Text(zh, en)))
    ends = os.path.realpath(target), os.path.realpath(roster)
    if roster.is_dir() and os.path.commonpath(ends) in ends:
        zh, en = "结果和名册不能一个在另一个里面", "answers can't stand inside the roster, nor the roster inside them"
        found.append(("output-is-roster", Text(zh, en)))
    if found:
        raise InputError([Finding(code, Location(target.as_posix()), message) for code, message in found[:1]])


def _problems(target: Path, source: Path | None) -> Iterator[tuple[str, Text]]:
    """What is wrong with a target, one after the other; those behind a name that is none can't be asked for."""
    if target.is_dir():
        yield "output-folder", Text("这是一个文件夹，应为文件名", "this is a folder; expected the name of a file")
    if target.suffix.lower() not in SUFFIXES:
        listed = "、".join(SUFFIXES)
        hint = did_you_mean(target.suffix.lower(), SUFFIXES)
        yield (
            "output-kind",
            Text(
                f"结果只能写成 {listed}，不能写成“{target.suffix or target.name}”{hint.zh}",
                f"answers are written to {', '.join(SUFFIXES)}, not {target.suffix or target.name!r}{hint.en}",
            ),
        )
    folder = target.parent
    if not folder.is_dir():
        yield "output-missing", Text(f"没有文件夹“{folder}”", f"there is no folder {str(folder)!r}")
    elif not os.access(folder, os.W_OK) or (target.is_file() and not os.access(target, os.W_OK)):
        yield "output-read-only", Text("这里不能写入（只读）", "this can't be written to: read-only")
    written = [target]
    if target.suffix.lower() != ".xlsx":
        written += [rejected_file(target, language) for language in LANGUAGES]
    if source is not None and any(_same(one, source) for one in written):
        yield (
            "output-is-roster",
            Text(
                "结果（和未能读取的行）不能写到台账自己的文件里",
                "answers and rows that could not be read can't be written over the roster that they are about",
            ),
        )


def _same(target: Path, source: Path) -> bool:
    try:
        return target.samefile(source)
    except OSError:
        return os.path.normcase(target.absolute()) == os.path.normcase(source.absolute())


def rejected_file(path: Path | str, language: Language = DEFAULT_LANGUAGE) -> Path:
    """Where rows that could not be read are put beside a .csv or .parquet result; a workbook has a sheet for them."""
    target = Path(path)
    return target.with_name(f"{target.stem}-{_REJECTED.in_(language)}.csv")


def write_results(
    path: Path | str,
    screening: Screening,
    lines: Iterable[Answered | Rejected],
    language: Language = DEFAULT_LANGUAGE,
    agreed: Callable[[], None] | None = None,
) -> Counts:
    """Write all lines, in one pass, to a file whose suffix says its kind; returns what was written.

    The file, and with .csv and .parquet the one of rows that could not be read, appears when it is complete: after an
    exception, or when the run is killed, what stood there before stands there still. ``agreed`` is asked when all is
    written and before anything appears; it raises what shall keep it from that.

    Raises:
        InputError: it can't be written there; see :func:`check_target`.
        StatedError: it does not fit into this kind of file.
        OSError: the file system refused, for example because it is full.
    """
    target = Path(path)
    check_target(target)
    kind = target.suffix.lower()
    if kind == ".xlsx":
        from relief_engine.roster.workbook import write_workbook

        with whole_file(target) as temporary:
            tally = write_workbook(temporary, screening, lines, language)
            if agreed is not None:
                agreed()
            return tally.counts()
    write = write_csv if kind == ".csv" else write_parquet
    beside = rejected_file(target, language)
    with whole_file(target) as temporary, whole_file(beside) as unread:
        tally = write(temporary, unread, screening, lines, language)
        if agreed is not None:
            agreed()
    if tally.rejected:
        return tally.counts(beside.as_posix())
    # An earlier run's rows would be taken for those of this one.
    beside.unlink(missing_ok=True)
    return tally.counts()

"""Roster stage: the file of a workbook: XlsxWriter's parts, packed as fast as is sensible."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager

#: How hard parts are packed, from 1 to 9. At XlsxWriter's 6 a long result takes three times as long, and is a fifth
#: smaller.
_LEVEL = 2
#: The time that parts bear, as XlsxWriter's do, so that equal results are equal files.
_TIME = time.mktime((1980, 1, 31, 0, 0, 0, 0, 0, -1))


class Book(Workbook):  # type: ignore[misc]  # XlsxWriter's classes are not typed for this
    """A workbook that packs its parts into the file at ``path`` by itself when it is closed."""

    def __init__(self, path: Path, options: dict[str, Any]) -> None:
        # XlsxWriter packs what it is left to pack, which is nothing.
        super().__init__(io.BytesIO(), options)
        self._path = path

    def _get_packager(self) -> Packager:
        return _Packager(self._path)


class _Packager(Packager):  # type: ignore[misc]
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def _create_package(self) -> list[Any]:
        """Write all parts and pack them; none is left over."""
        parts = super()._create_package()
        with zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            for file, name, _ in parts:
                os.utime(file, (_TIME, _TIME))
                archive.write(file, name)
                Path(file).unlink()
        return []

"""Server stage: rosters are taken in and handed on: who sends slowly holds no place of those that are screened."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request

from relief_engine.server.bodies import body_to_file
from relief_engine.server.exchange import Answer
from relief_engine.server.problems import Problem
from relief_engine.server.screening import RESULT, UPLOAD
from relief_engine.server.settings import Limits
from relief_engine.text import Text

#: One roster is screened and one waits for that: nobody waits for longer than two take.
_SCREENED = 2
#: After how many seconds a client may try again that came while all places were taken.
_RETRY_AFTER = 10


class Rosters:
    """The places for rosters of one service. It lives in one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._coming = asyncio.Semaphore(limits.uploads)
        self._screened = asyncio.Semaphore(_SCREENED)

    async def screened(self, request: Request, ask: Callable[[Path], Awaitable[Answer]]) -> tuple[Answer, bytes]:
        """Take a roster in, and have it screened.

        Args:
            request: its body is the file.
            ask: has the upload in a folder screened; the result lies beside it if the answer's status is 200.

        Raises:
            Problem: all places are taken, or the body does not come as it must.
        """
        # Said before anything is sent, as far as it is known by then.
        self._free()
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="relief-screen-"))
        try:
            # Nothing may come between looking whether a place is free and taking it.
            if self._coming.locked():
                raise _busy("同时上传的台账太多", "too many rosters are being uploaded")
            async with self._coming:
                limits = self._limits
                # The largest takes as long as it may be screened; one that comes more slowly is given up early.
                pace = limits.roster / limits.screen_seconds
                await body_to_file(request, folder / UPLOAD, limits.roster, limits.read_seconds, pace)
            self._free()
            async with self._screened:
                answer = await ask(folder)
                result = await asyncio.to_thread((folder / RESULT).read_bytes) if answer.status == 200 else b""
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return answer, result

    def _free(self) -> None:
        if self._screened.locked():
            raise _busy("正在判定其他台账", "other rosters are being screened")


def _busy(zh: str, en: str) -> Problem:
    return Problem("overloaded", Text(zh, en), retry_after=_RETRY_AFTER)

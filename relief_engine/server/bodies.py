"""Server stage: the body of a request, as far as it is taken at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

from relief_engine.server.exchange import JSON
from relief_engine.server.problems import Problem
from relief_engine.text import Text

#: How much more of a body that is too large is taken and dropped, in sizes of what may come, and for how many seconds.
_SPILLED, _SPILLING = 10, 2.0


def only_json(request: Request) -> None:
    """Refuse other content: a page of another site can send that without asking, but no JSON."""
    given = request.headers.get("content-type", "")
    media, _, rest = given.partition(";")
    charset = rest.partition("charset=")[2].strip(' "').lower()
    if media.strip().lower() != JSON or charset not in ("", "utf-8", "utf8"):
        detail = Text(
            "正文应为 UTF-8 的 JSON，并写明 Content-Type: application/json",
            "the body must be JSON in UTF-8, with Content-Type: application/json",
        )
        raise Problem("media-type", detail)
    only_plain(request)


def only_plain(request: Request) -> None:
    """Refuse bodies that are packed: nothing here unpacks what could be far larger than it looks."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        detail = Text("不接受压缩的正文", "packed bodies are not accepted")
        raise Problem("media-type", detail)


async def whole_body(request: Request, most: int, seconds: float) -> bytes:
    """The body, however it is sent.

    Raises :class:`Problem` once more than ``most`` bytes came or are announced, or after ``seconds`` without its end.
    """
    stated = request.headers.get("content-length", "")
    size = int(stated[:20]) if stated.isdecimal() else 0
    pieces: list[bytes] = []
    stream = request.stream()
    try:
        if size <= most:
            size = 0
            async with asyncio.timeout(seconds):
                async for piece in stream:
                    size += len(piece)
                    if size > most:
                        break
                    pieces.append(piece)
        if size > most:
            await _let_pass(stream, _SPILLED * most)
            raise Problem("too-large", Text(f"正文最多 {most} 字节", f"a body may have {most} bytes at most"))
    except TimeoutError:
        detail = Text(f"正文没有在 {seconds:g} 秒内发完", f"the body did not arrive within {seconds:g} seconds")
        raise Problem("too-slow", detail) from None
    except ClientDisconnect:
        # It went away, or what it sent can't be told apart into pieces: neither is a fault of ours.
        raise Problem("malformed", Text("正文没有发完", "the body broke off")) from None
    return b"".join(pieces)


async def _let_pass(stream: AsyncIterator[bytes], most: int) -> None:
    """Take what is left of a body and drop it, for a while.

    Most clients only listen once they have sent everything; a connection closed before would hide the answer from them.
    """
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_SPILLING):
            async for piece in stream:
                size += len(piece)
                if size > most:
                    return

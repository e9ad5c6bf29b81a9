"""Server stage: the body of a request, as far as it is taken at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from starlette.requests import ClientDisconnect, Request

from relief_engine.server.exchange import JSON
from relief_engine.server.problems import Problem
from relief_engine.text import Text

#: How much more of a body that is too large is taken and dropped, in sizes of what may come, and for how many seconds.
_SPILLED, _SPILLING = 10, 2.0
#: So many bytes are held before they are written to a file.
_HELD = 1_000_000


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
    pieces: list[bytes] = []

    async def put(piece: bytes) -> None:
        pieces.append(piece)

    await _take(request, most, seconds, None, put)
    return b"".join(pieces)


async def body_to_file(request: Request, path: Path, most: int, seconds: float, pace: float) -> None:
    """The body, written to a file as it comes, so that many large ones at a time take little memory.

    Raises :class:`Problem` as :func:`whole_body` does, but that each ``pace`` bytes give it one second more.
    """
    held = bytearray()
    with await asyncio.to_thread(path.open, "wb") as file:

        async def put(piece: bytes) -> None:
            held.extend(piece)
            if len(held) >= _HELD:
                await asyncio.to_thread(file.write, bytes(held))
                held.clear()

        await _take(request, most, seconds, pace, put)
        await asyncio.to_thread(file.write, bytes(held))


async def _take(
    request: Request, most: int, seconds: float, pace: float | None, put: Callable[[bytes], Awaitable[None]]
) -> None:
    """Hand on the pieces of a body as they come; raises :class:`Problem` where it is too large, too slow or broken."""
    stated = request.headers.get("content-length", "")
    size = int(stated[:20]) if stated.isdecimal() else 0
    stream = request.stream()
    began = asyncio.get_running_loop().time()
    try:
        if size <= most:
            size = 0
            async with asyncio.timeout(seconds) as limit:
                async for piece in stream:
                    size += len(piece)
                    if size > most:
                        break
                    await put(piece)
                    if pace is not None:
                        limit.reschedule(began + seconds + size / pace)
        if size > most:
            await _let_pass(stream, _SPILLED * most)
            raise Problem("too-large", Text(f"正文最多 {most} 字节", f"a body may have {most} bytes at most"))
    except TimeoutError:
        detail = Text(f"正文没有在 {seconds:g} 秒内发完", f"the body did not arrive within {seconds:g} seconds")
        if pace is not None:
            detail = Text(
                f"正文发得太慢：只收到 {size} 字节；每秒至少 {pace:.0f} 字节，最多落后 {seconds:g} 秒",
                f"the body comes too slowly: {size} bytes so far; at least {pace:.0f} a second, at most {seconds:g} "
                "seconds behind",
            )
        raise Problem("too-slow", detail) from None
    except ClientDisconnect:
        # It went away, or what it sent can't be told apart into pieces: neither is a fault of ours.
        raise Problem("malformed", Text("正文没有发完", "the body broke off")) from None


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

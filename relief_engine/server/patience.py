"""Server stage: connections that are given up: who sends no whole request, headers without end, or takes no answer."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Any

#: The most bytes of a request before its body. More than that is kept in memory by nobody's leave, for anybody.
MOST_HEADERS = 65_536


def patient_protocol(seconds: float, most: int) -> type[asyncio.Protocol]:
    """Uvicorn's protocol for HTTP, the fast one where it is installed, that gives up on slow clients.

    A connection ends if the headers of a request have not come after ``seconds``, or if nothing of an answer was taken
    for so long, or if its headers have more than :data:`MOST_HEADERS` bytes. More than ``most`` connections are closed
    at once.
    """
    if find_spec("httptools") is not None:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
    else:
        from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol  # type: ignore[assignment]

    class Patient(Protocol):
        """One connection."""

        #: When the request began whose headers are awaited, or the connection; None while a request is answered.
        _awaited: float | None = None
        #: How much of the headers that are coming is here; None while none are.
        _headed: int | None = None
        #: By how much what is here of a body takes more room than it holds: chunks and what follows them.
        _around: int | None = None
        _unsent = 0
        _stalled: float | None = None
        _next_look: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            """Begin to look after it."""
            super().connection_made(transport)
            if len(self.connections) > most:
                transport.abort()
                return
            self._awaited = self.loop.time()
            self._look_later()

        def connection_lost(self, exc: Exception | None) -> None:
            """Nothing is left to look after."""
            if self._next_look is not None:
                self._next_look.cancel()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Note whether the headers are whole by now."""
            before: Any = self.cycle
            heading, around = self._headed is not None, self._around is not None
            super().data_received(data)
            now: Any = self.cycle
            if now is not before or (now is not None and not now.response_complete):
                self._awaited = None
            elif self._awaited is None:
                self._awaited = self.loop.time()
            if self.transport.is_closing():
                return
            if heading and self._headed is not None:
                self._headed += len(data)
                if self._headed > MOST_HEADERS:
                    self.send_400_response("The headers are too long.")
            if around and self._around is not None:
                self._around += len(data)
                if self._around > MOST_HEADERS:
                    self.transport.abort()

        # The fast protocol calls these; the other one has a bound of its own.
        def on_message_begin(self) -> None:
            """The headers of a request begin."""
            self._headed = 0
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            """They are whole."""
            self._headed = None
            self._around = 0
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            """A part of the body is here. As much may go into the chunks around it."""
            if self._around is not None:
                self._around -= 2 * len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            """The request is whole."""
            self._around = None
            super().on_message_complete()

        def _look_later(self) -> None:
            self._next_look = self.loop.call_later(seconds / 4, self._look)

        def _look(self) -> None:
            now = self.loop.time()
            unsent = self.transport.get_write_buffer_size()
            if not unsent or unsent < self._unsent:
                self._stalled = None
            elif self._stalled is None:
                self._stalled = now
            self._unsent = unsent
            late = self._awaited is not None and now - self._awaited >= seconds
            if late or (self._stalled is not None and now - self._stalled >= seconds):
                self.transport.abort()
            else:
                self._look_later()

    return Patient

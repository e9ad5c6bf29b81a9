"""Server stage: connections that are given up: who does not send a whole request, or does not take the answer."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def patient_protocol(seconds: float, most: int) -> type[asyncio.Protocol]:
    """Uvicorn's protocol for HTTP, on h11, that gives up on slow clients.

    Not on httptools, even where that is installed: it takes headers of any length, and drops the body of a request that
    offers an upgrade to HTTP/2, as clients in Java do by themselves. Of a decision it would save a tenth of what this
    process does.

    A connection ends if the headers of a request have not come after ``seconds``, or if nothing of an answer was taken
    for so long. More than ``most`` connections are closed at once.
    """

    class Patient(H11Protocol):
        """One connection."""

        #: When the request began whose headers are awaited, or the connection; None while a request is answered.
        _awaited: float | None = None
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
            super().data_received(data)
            now: Any = self.cycle
            if now is not before or (now is not None and not now.response_complete):
                self._awaited = None
            elif self._awaited is None:
                self._awaited = self.loop.time()

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

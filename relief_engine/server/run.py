"""Server stage, the door: a service on a port, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import math
import signal
import socket
from collections.abc import Iterator

import uvicorn

from relief_engine.errors import Finding, InputError, Location
from relief_engine.rulebook.load import load_rulebook
from relief_engine.server import logs
from relief_engine.server.app import application
from relief_engine.server.keeping import Keeper
from relief_engine.server.patience import patient_protocol
from relief_engine.server.settings import Settings
from relief_engine.text import Text


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        InputError: the address can't be listened on, or the rulebook or the ledger can't be used.
    """
    logs.prepare()
    with _sighup_waiting():
        _serve(settings)


@contextlib.contextmanager
def _sighup_waiting() -> Iterator[None]:
    """Hold back a SIGHUP until somebody listens for it; before, it would end the process."""
    if not hasattr(signal, "SIGHUP"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(settings: Settings) -> None:
    rulebook = load_rulebook(settings.rules)
    limits = settings.limits
    keeper = None if settings.ledger is None else Keeper(settings.ledger)
    listener = _listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        application(settings, rulebook, keeper),
        http=patient_protocol(limits.read_seconds, limits.connections),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=10,
        timeout_graceful_shutdown=math.ceil(limits.stop_seconds),
    )
    logs.event("listening", address=f"http://{shown}:{port}/")
    # Uvicorn stops in good order on these signals and raises them once more when it is done.
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: None)
    with contextlib.closing(listener):
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        where = Location(f"{host}:{port}")
        reason = error.strerror or type(error).__name__
        message = Text(f"无法在这个地址上监听（{reason}）", f"can't listen on this address: {reason}")
        raise InputError([Finding("address", where, message)]) from error

"""Server stage: the log, one JSON object a line on standard error, with nothing of what a request was about.

Neither bodies nor queries nor addresses nor names are logged. Of an address only the pattern is, of a failure only
where in the program it was.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

from relief_engine.server.worker import fault_of

NAME = "relief_engine.server"
_log = logging.getLogger(NAME)


class JsonLines(logging.Formatter):
    """Every entry as a JSON object. Messages of libraries stand under ``message``, their exceptions only by place."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        entry: dict[str, Any] = {"time": at, "level": record.levelname.lower()}
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            entry |= fields
        else:
            entry |= {"event": "message", "logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            entry["fault"] = fault_of(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=True)


def prepare() -> None:
    """Send what this service and the libraries below it log to standard error, as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in (NAME, "uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name != "uvicorn.error" else []
        logger.propagate = name == "uvicorn.error"
        logger.setLevel(logging.INFO if name == NAME else logging.WARNING)


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log one event; what is None is left out."""
    known = {key: value for key, value in fields.items() if value is not None}
    _log.log(level, name, extra={"fields": {"event": name, **known}})

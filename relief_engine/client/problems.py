"""Client stage: what went wrong with a request, as exceptions that carry what the service said."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.client.shapes import Mistake, ProblemDocument
from relief_engine.errors import ReliefError

#: What the type of a problem begins with.
_URN = "urn:relief-engine:problem:"


class Unreachable(ReliefError):
    """No service answered: no connection, or none in time. Whether the request was performed is not known."""


class ServiceProblem(ReliefError):
    """A request that was not answered as it asked.

    Attributes:
        status: the HTTP status.
        kind: the last part of the problem's type, such as ``unusable-input``.
        title: what kind of problem it is, in words.
        detail: what it is this time.
        request: the id of the request, by which the operator finds it in the log.
        errors: every mistake of the input, if it has any.
        retry_after: seconds after which another try may succeed, if the service says so.
    """

    def __init__(self, status: int, document: ProblemDocument, request: str, retry_after: int | None = None) -> None:
        self.status = status
        self.kind = document["type"].removeprefix(_URN)
        self.title = document["title"]
        self.detail = document["detail"]
        self.request = request
        self.errors: Sequence[Mistake] = document.get("errors", [])
        self.retry_after = retry_after
        lines = [f"{self.title}: {self.detail}", *(f"{e['where']}: {e['message']} [{e['code']}]" for e in self.errors)]
        super().__init__("\n".join(lines))


class InputRefused(ServiceProblem):
    """The request itself can't be used; sending it again will not help. See ``errors``."""


class NotAllowed(ServiceProblem):
    """The API key is missing or not known."""


class Busy(ServiceProblem):
    """The service itself has no place or no time for it now; see ``retry_after``. Nothing was decided or recorded."""


class ServiceFailed(ServiceProblem):
    """The service failed; the operator finds out by ``request``.

    Or something between answered in its place, such as a gateway whose patience ended (``kind`` is ``about:blank``):
    then it is not known whether the request was performed, and recorded.
    """


def problem(status: int, document: ProblemDocument, request: str, retry_after: int | None) -> ServiceProblem:
    """The exception for an answer."""
    kind: type[ServiceProblem] = InputRefused
    ours = document["type"].startswith(_URN)
    if status == 401:
        kind = NotAllowed
    elif status == 429 or (ours and status in (408, 503, 504, 507)):
        kind = Busy
    elif not 300 <= status < 500:
        kind = ServiceFailed
    return kind(status, document, request, retry_after)

"""Client stage, the door: a decision service, asked over HTTP."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, NamedTuple, Self, cast
from urllib.parse import quote

import httpx

from relief_engine.client import shapes
from relief_engine.client.problems import Unreachable, problem

#: What a profile may hold: what JSON can, days, and exact figures.
Profile = Mapping[str, Any]
Day = dt.date | str | None


class Screened(NamedTuple):
    """A roster that was screened: the workbook of answers, and what it came to."""

    workbook: bytes
    counts: shapes.Screening


class Client:
    """Asks a decision service. Safe to share between threads; close it, or use it as a context manager.

    Args:
        base_url: where the service is, such as ``http://127.0.0.1:8080``.
        api_key: the key, if the service wants one.
        timeout: how long to wait for an answer, in seconds; screening may take six times as long.
        language: of all texts in answers: ``zh`` or ``en``.
        transport: how requests travel, for tests.

    Every method raises :class:`~relief_engine.client.problems.ServiceProblem` where the service refuses or fails, and
    :class:`~relief_engine.client.problems.Unreachable` where none answers. Nothing is tried twice: whether to ask again
    is the caller's to say, above all where decisions are recorded.
    """

    def __init__(
        self, base_url: str, *, api_key: str | None = None, timeout: float = 30.0, language: str = "zh",
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        headers = {} if api_key is None else {"authorization": f"Bearer {api_key}"}
        self._timeout = timeout
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"), headers=headers, timeout=timeout, params={"lang": language},
            transport=transport, follow_redirects=False,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # --- deciding ---------------------------------------------------------------------------------------------------

    def decide(
        self, profile: Profile, *, as_of: Day = None, programmes: Sequence[str] | None = None, verify: bool = False,
        record: bool = False,
    ) -> shapes.Report:  # fmt: skip
        """Decide one profile.

        Args:
            profile: of the shape of a profile file.
            as_of: the day of the decision; else the profile's own, else the service's today.
            programmes: ids; all programmes if left out or empty.
            verify: have a second route check every decision; see ``verification`` in the answer.
            record: keep a record in the service's ledger; when this returns, it is on disk, under ``record``.
        """
        body = _body(profile, as_of, programmes, verify=verify, record=record)
        return cast(shapes.Report, self._sent("/v1/decide", body).json())

    def decide_many(
        self, profiles: Sequence[Profile], *, as_of: Day = None, programmes: Sequence[str] | None = None
    ) -> list[shapes.OneOfMany]:
        """Decide many profiles; each has a ``report``, or a ``problem`` of its own."""
        body = _asked({"profiles": list(profiles)}, as_of, programmes)
        return cast(shapes.Reports, self._sent("/v1/decide-many", body).json())["results"]

    def explain(
        self, profile: Profile, *, as_of: Day = None, programmes: Sequence[str] | None = None, details: bool = False
    ) -> str:
        """The decisions with their reasons as one HTML page, to show or to print."""
        return self._sent("/v1/explain", _body(profile, as_of, programmes, details=details)).text

    def interview(
        self, profile: Profile, *, as_of: Day = None, programmes: Sequence[str] | None = None,
        passed: Sequence[shapes.Asked] = (),
    ) -> shapes.Step:  # fmt: skip
        """The next question that can still change a decision."""
        body = {**_body(profile, as_of, programmes), "passed": list(passed)}
        return cast(shapes.Step, self._sent("/v1/interview", body).json())

    def size(self, industry: str, *, as_of: Day = None, **figures: int | str | Decimal) -> shapes.Size:
        """Classify a firm by its industry and figures such as ``employees`` and ``revenue`` (10,000 yuan)."""
        return cast(shapes.Size, self._sent("/v1/size", _asked({"industry": industry, **figures}, as_of, None)).json())

    def screen(self, roster: bytes, filename: str, *, as_of: Day = None, programmes: Sequence[str] = ()) -> Screened:
        """Screen a roster, the bytes of a workbook or text file; ``filename`` tells its format."""
        query: list[tuple[str, str]] = [("filename", filename), *(("programme", name) for name in programmes)]
        if as_of is not None:
            query.append(("as_of", str(as_of)))
        answer = self._ask("POST", "/v1/screen", params=query, content=roster, timeout=self._timeout * 6)
        return Screened(answer.content, json.loads(answer.headers["relief-screening"]))

    # --- records ----------------------------------------------------------------------------------------------------

    def record(self, which: int | str) -> bytes:
        """A record of the ledger by its number or digest: its canonical bytes."""
        return self._ask("GET", f"/v1/records/{quote(str(which), safe='')}").content

    def replay(self, record: bytes) -> shapes.Replayed:
        """Decide a record anew by the service's rulebook, and say what differs."""
        headers = {"content-type": "application/json"}
        return cast(shapes.Replayed, self._ask("POST", "/v1/replay", content=record, headers=headers).json())

    def resolve(
        self,
        which: int | str,
        resolutions: Sequence[shapes.Resolution],
        *,
        as_of: Day = None,
        programmes: Sequence[str] = (),
    ) -> shapes.Report:
        """Add people's answers to a record of the ledger: decided anew, and recorded as a new one.

        Where the rules lack programmes of the record this is refused (``rules-changed``), unless ``programmes`` names
        those to decide; ``follows`` in the answer says what was left out.
        """
        query = [] if as_of is None else [("as_of", str(as_of))]
        query += [("programme", name) for name in programmes]
        answer = self._sent(f"/v1/records/{quote(str(which), safe='')}/resolutions", list(resolutions), query)
        return cast(shapes.Report, answer.json())

    # --- lists ------------------------------------------------------------------------------------------------------

    def programmes(self, *, as_of: Day = None) -> list[shapes.Programme]:
        """All programmes, described as the rules say on a day."""
        query = [] if as_of is None else [("as_of", str(as_of))]
        return cast(shapes.Programmes, self._ask("GET", "/v1/programmes", params=query).json())["programmes"]

    def facts(self) -> shapes.Facts:
        """The facts that a profile may hold."""
        return cast(shapes.Facts, self._ask("GET", "/v1/facts").json())

    def profile_schema(self) -> dict[str, Any]:
        """The JSON Schema of a profile."""
        return cast(dict[str, Any], self._ask("GET", "/v1/schema/profile").json())

    def version(self) -> shapes.Version:
        """What decides."""
        return cast(shapes.Version, self._ask("GET", "/v1/version").json())

    # --- asking -----------------------------------------------------------------------------------------------------

    def _sent(self, path: str, body: object, query: Sequence[tuple[str, str]] = ()) -> httpx.Response:
        content = json.dumps(body, ensure_ascii=False, default=_written).encode("utf-8", "surrogatepass")
        return self._ask("POST", path, params=query, content=content, headers={"content-type": "application/json"})

    def _ask(self, method: str, path: str, *, params: Sequence[tuple[str, str]] = (), **more: Any) -> httpx.Response:
        query = httpx.QueryParams([*self._http.params.multi_items(), *params])
        try:
            answer = self._http.request(method, path, params=query, **more)
        except httpx.HTTPError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        if answer.is_success and "relief-engine" in answer.headers:
            return answer
        waiting = answer.headers.get("retry-after", "")
        raise problem(
            answer.status_code,
            _document(answer),
            answer.headers.get("x-request-id", ""),
            int(waiting) if waiting.isdecimal() else None,
        )


def _document(answer: httpx.Response) -> shapes.ProblemDocument:
    """The problem that an answer holds; something between us and the service may have answered in its place."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if isinstance(found, dict) and {"type", "title", "detail"} <= found.keys():
        return cast(shapes.ProblemDocument, found)
    status = answer.status_code
    return {
        "type": "about:blank", "title": answer.reason_phrase or str(status), "status": status,
        "detail": "this is no answer of a decision service", "instance": "",
    }  # fmt: skip


def _body(profile: Profile, as_of: Day, programmes: Sequence[str] | None, **flags: bool) -> dict[str, Any]:
    return {**_asked({"profile": profile}, as_of, programmes), **{key: True for key, on in flags.items() if on}}


def _asked(body: dict[str, Any], as_of: Day, programmes: Sequence[str] | None) -> dict[str, Any]:
    if as_of is not None:
        body["as_of"] = str(as_of)
    if programmes is not None:
        body["programmes"] = list(programmes)
    return body


def _written(value: object) -> object:
    """What JSON has no form for: days, and exact figures, which go as text and are read as exactly."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a profile can't hold {type(value).__name__}")

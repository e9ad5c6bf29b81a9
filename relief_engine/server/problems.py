"""Server stage: what went wrong with a request, as a problem document (RFC 9457) with its findings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from relief_engine.errors import Finding, ReliefError
from relief_engine.profile.written import visible
from relief_engine.server.plain_json import written
from relief_engine.text import Language, Text

MEDIA = "application/problem+json"
#: What the type of a problem begins with.
URN = "urn:relief-engine:problem:"

Kind = Literal[
    "malformed", "unusable-input", "unauthorized", "wrong-host", "not-found", "method-not-allowed", "too-slow",
    "too-large", "media-type", "internal", "routes-disagree", "overloaded", "unavailable", "no-ledger", "out-of-time",
    "rules-changed",
    "ledger-full",
]  # fmt: skip

#: Every kind of problem with its status and its title.
KINDS: Mapping[Kind, tuple[int, Text]] = {
    "malformed": (400, Text("请求正文不是可用的 JSON", "The body is not usable JSON")),
    "wrong-host": (400, Text("不以这个主机名提供服务", "The service does not answer to this name of a host")),
    "unauthorized": (401, Text("缺少有效的 API 密钥", "A valid API key is missing")),
    "not-found": (404, Text("没有这个地址", "There is nothing at this address")),
    "method-not-allowed": (405, Text("这个地址不接受这种方法", "This address does not take this method")),
    "too-slow": (408, Text("请求发送得太慢", "The request came too slowly")),
    "rules-changed": (409, Text("现有规则没有记录中的项目", "The rules lack programmes of the record")),
    "no-ledger": (409, Text("本服务没有账本", "This service keeps no ledger")),
    "too-large": (413, Text("请求过大", "The request is too large")),
    "media-type": (415, Text("不接受这种内容类型", "This content type is not accepted")),
    "unusable-input": (422, Text("资料或参数有误", "The input can't be used")),
    "internal": (500, Text("内部错误，没有结论", "Internal failure, nothing was decided")),
    "routes-disagree": (500, Text("两条计算路径结果不一致，没有结论", "Two routes disagree, nothing was decided")),
    "overloaded": (503, Text("服务繁忙，请稍后再试", "The service is busy, try again later")),
    "unavailable": (503, Text("服务暂不可用", "The service is not available")),
    "ledger-full": (507, Text("磁盘已满，无法记录", "The disk is full, nothing can be recorded")),
    "out-of-time": (504, Text("超过时限，没有结论", "Out of time, nothing was decided")),
}


class Problem(ReliefError):
    """A request that is not answered as it asked. ``retry_after``: seconds after which it is worth another try."""

    def __init__(
        self, kind: Kind, detail: Text, findings: Sequence[Finding] = (), *, retry_after: int | None = None
    ) -> None:
        self.kind: Kind = kind
        self.detail = detail
        self.findings = tuple(findings)
        self.retry_after = retry_after
        super().__init__(detail.zh)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind][0]


def internal() -> Problem:
    """The problem that a fault of the program is to whoever asked."""
    detail = Text(
        "这是程序的缺陷，不是资料的问题；请将请求编号告知维护人员。",
        "The fault is the program's, not the input's; tell the maintainers the id of the request.",
    )
    return Problem("internal", detail)


def counted(findings: Sequence[Finding]) -> Text:
    """How many mistakes there are."""
    count = len(findings)
    return Text(f"共 {count} 处错误，没有结果。", f"{count} mistake{'s' if count != 1 else ''}; no result.")


def problem_record(problem: Problem, language: Language, request: str, body: object = None) -> dict[str, Any]:
    """A problem as data; ``request`` is the id of the request, ``body`` what it sent, for pointers into it."""
    status, title = KINDS[problem.kind]
    record: dict[str, Any] = {
        "type": URN + problem.kind,
        "title": title.in_(language),
        "status": status,
        "detail": problem.detail.in_(language),
        "instance": f"urn:relief-engine:request:{request}",
    }
    if problem.findings:
        record["errors"] = [finding_record(finding, language, body) for finding in problem.findings]
    return record


def problem_body(problem: Problem, language: Language, request: str, body: object = None) -> bytes:
    """The document that answers a request."""
    return written(problem_record(problem, language, request, body))


def finding_record(finding: Finding, language: Language, body: object = None) -> dict[str, Any]:
    """One mistake: where it stands as people write it, and as a JSON pointer (RFC 6901) where it stands in the body."""
    where = finding.where
    return {
        "code": finding.code,
        "where": where.file,
        "pointer": pointer(where.file, body),
        "line": where.line or None,
        "column": where.column or None,
        "message": finding.message.in_(language),
    }


_STEP = re.compile(r"\[(\d+)\]|[.:]?([^.\[\]:]+)")


def pointer(place: str, body: object) -> str | None:
    """The JSON pointer of a place such as ``profile:leases[0].start`` in the body of a request.

    Keys are found in the body itself, since they may hold dots and brackets. None for places elsewhere.
    """
    if place == "body":
        return ""
    if not isinstance(body, dict | list) or not place or place.startswith(("query", "header")):
        return None
    rest = place.removeprefix("body:")
    found, at = "", body
    while rest:
        step, rest, at = _step(rest, at)
        found += "/" + step.replace("~", "~0").replace("/", "~1")
    return found


def _step(rest: str, at: Any) -> tuple[str, str, Any]:
    """The next step of a place: its name, what is left of the place, and the part of the body it leads to."""
    bare = rest[1:] if rest[0] in ".:" else rest
    if isinstance(at, dict):
        fitting = [key for key in at if bare.startswith(shown := visible(key)) and _ends(bare[len(shown) :])]
        if fitting:
            key = max(fitting, key=len)
            return key, bare[len(visible(key)) :], at[key]
    match = _STEP.match(rest)
    if match is None:
        return bare, "", None
    index, name = match.groups()
    if index is not None:
        inside = isinstance(at, list) and int(index) < len(at)
        return index, rest[match.end() :], at[int(index)] if inside else None
    return name, rest[match.end() :], None


def _ends(rest: str) -> bool:
    return not rest or rest[0] in ".:["

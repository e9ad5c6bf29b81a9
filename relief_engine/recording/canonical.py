"""Recording stage: the canonical bytes of a document (RFC 8785), and the digest that it carries of all the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import rfc8785

#: The member that holds the digest of all others.
DIGEST: Final = "digest"
#: The largest whole number that every JSON parser reads exactly; what lies beyond is written as text.
LARGEST: Final = 2**53 - 1

#: What is raised for data that have no canonical form: half a character, or a number beyond :data:`LARGEST`.
NotCanonical = rfc8785.CanonicalizationError


def exact(value: Any) -> Any:
    """The same data with whole numbers that JSON parsers would round as text, so that nothing of them is lost."""
    match value:
        case bool() | str() | None:
            return value
        case int():
            return value if -LARGEST <= value <= LARGEST else str(value)
        case list() | tuple():
            return [exact(part) for part in value]
        case _:
            return {key: exact(part) for key, part in value.items()}


def sealed(members: Mapping[str, Any]) -> tuple[str, bytes]:
    """The digest of a document's members but for the digest itself, and the canonical bytes of the whole with it.

    Raises :data:`NotCanonical`.
    """
    written = {name: rfc8785.dumps(value) for name, value in members.items() if name != DIGEST}
    digest = f"sha256:{hashlib.sha256(_object(written)).hexdigest()}"
    return digest, _object({**written, DIGEST: rfc8785.dumps(digest)})


def _object(written: Mapping[str, bytes]) -> bytes:
    """An object of members that are canonical already, in the order that the standard asks for."""
    names = sorted(written, key=lambda name: name.encode("utf-16be"))
    return b"{%b}" % b",".join(b"%b:%b" % (rfc8785.dumps(name), written[name]) for name in names)

"""Ledger stage: what an entry is, and how entries are chained."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

#: What the chain hash is taken over begins with this: another way of chaining gets another tag.
CHAIN_TAG = "relief-ledger/1"
#: What the first entry follows.
GENESIS = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a document: ``resolution`` says what people did with it, None if they did nothing."""

    programme: str
    subject: str
    outcome: str
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists show of a document, read out of it; what it does not say is None.

    ``record`` is the digest that the document itself states, ``total`` and ``total_by_people`` are yuan as text.
    """

    as_of: str | None = None
    applicant: str | None = None
    credit_code: str | None = None
    record: str | None = None
    total: str | None = None
    total_by_people: str | None = None
    decided: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a ledger, without its document.

    Attributes:
        number: 1, 2, 3 and so on, without gaps.
        digest: ``sha256:…`` of the document's bytes.
        previous: the chain hash of the entry before; :data:`GENESIS` for the first.
        chain: this entry's own, over number, previous, digest and time of appending.
        appended_at: when, in UTC to the microsecond, ``2026-06-01T08:00:00.000000Z``.
        summary: what lists show.
    """

    number: int
    digest: str
    previous: str
    chain: str
    appended_at: str
    summary: Summary


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry with the bytes of its document."""

    entry: Entry
    data: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger goes: its number of entries and the chain hash of the last. Kept elsewhere it is an anchor."""

    count: int
    chain: str


def digest_of(data: bytes) -> str:
    """The digest of a document's bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def chain_of(number: int, previous: str, digest: str, appended_at: str) -> str:
    """The chain hash of an entry: over the tag and these four, a line each."""
    return digest_of("\n".join((CHAIN_TAG, str(number), previous, digest, appended_at, "")).encode())


def as_appended(kept: Kept) -> bool:
    """Whether an entry's document and hashes fit each other; whether it follows the one before, verifying says."""
    entry = kept.entry
    chain = chain_of(entry.number, entry.previous, entry.digest, entry.appended_at)
    return (digest_of(kept.data), chain) == (entry.digest, entry.chain)


def now() -> str:
    """The time of an append, as entries have it."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

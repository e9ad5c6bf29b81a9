"""Server stage: what is counted, as Prometheus reads it. One process speaks HTTP, so one registry has it all."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)


class Metrics:
    """The counters of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        here = self.registry
        self.requests = Counter("relief_requests", "Requests answered", ["route", "method", "status"], registry=here)
        self.seconds = Histogram(
            "relief_request_seconds", "From the headers of a request to the end of its answer", ["route"],
            buckets=_SECONDS, registry=here,
        )  # fmt: skip
        self.in_flight = Gauge(
            "relief_requests_in_flight", "Requests that wait for a worker or are worked on", registry=here
        )
        self.refused = Counter(
            "relief_requests_refused", "Requests not worked on, by kind of problem", ["kind"], registry=here
        )
        self.workers = Gauge("relief_workers", "Worker processes that run", registry=here)
        self.replaced = Counter(
            "relief_jobs_lost", "Requests that were not done: out of time, or their worker died", ["why"], registry=here
        )
        self.rulebook = Gauge("relief_rulebook_info", "1 for the rulebook that decides", ["digest"], registry=here)
        self.reloads = Counter("relief_rulebook_reloads", "Rulebooks read anew, by result", ["result"], registry=here)
        self.stale = Gauge(
            "relief_rulebook_stale", "1 while the folder holds a rulebook that can't be used", registry=here
        )
        self.records = Counter("relief_records", "Records appended to the ledger", registry=here)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self.registry)

"""How many requests, and how long they took, by route: for Prometheus, over all processes of a machine.

Where several processes serve (gunicorn), PROMETHEUS_MULTIPROC_DIR names a folder that they share, empty at the start;
prometheus-client then keeps the counts there, and whichever process is asked tells the sum.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.registry import Collector

SHARED = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_own = CollectorRegistry()
_requests = Counter(
    "licensetrack_requests", "Requests that were answered", ["method", "route", "status"], registry=_own
)
_seconds = Histogram(
    "licensetrack_request_seconds", "How long answers took", ["method", "route"], buckets=BUCKETS, registry=_own
)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answer. All three words come from the program, never from a visitor, so they are few."""
    _requests.labels(method, route, str(status)).inc()
    _seconds.labels(method, route).observe(seconds)


def exposition(facts: Collector) -> bytes:
    """The counts, and the facts that are read when they are asked for, in Prometheus's text format."""
    asked = CollectorRegistry()
    if os.environ.get(SHARED):
        multiprocess.MultiProcessCollector(asked)  # type: ignore[no-untyped-call]
    else:
        asked.register(_Again(_own))
    asked.register(facts)
    return bytes(generate_latest(asked))


class _Again(Collector):
    """What another registry collects."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self):  # type: ignore[no-untyped-def]
        """Every family of the other registry."""
        return self._registry.collect()

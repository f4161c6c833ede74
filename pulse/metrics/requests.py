"""What this process has answered, counted as it answers."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

from pulse.doors.exchange import Exchange

registry = CollectorRegistry()
ProcessCollector(registry=registry)

_requests = Counter(
    "pulse_requests",
    "Requests answered, by product (empty: pages), method and status.",
    ("product", "method", "status"),
    registry=registry,
)
_seconds = Histogram(
    "pulse_request_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ("product",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(exchange: Exchange) -> None:
    """Count one answer. A method somebody made up must not make a new series."""
    method = exchange.method if exchange.method in METHODS else "other"
    _counter(exchange.product, method, exchange.status).inc()
    _timer(exchange.product).observe(exchange.seconds)


@cache
def _counter(product: str, method: str, status: int) -> Counter:
    return _requests.labels(product, method, str(status))


@cache
def _timer(product: str) -> Histogram:
    return _seconds.labels(product)

"""Reads of the request log, and what bounds it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from pulse.requestlog.models import LoggedRequest, RequestCount
from pulse.tenancy.models import Environment

KEPT_ROWS = 200_000
KEPT = timedelta(days=7)
KEPT_COUNTS = timedelta(days=90)
DELETED_AT_ONCE = 5_000


def existing_environments(pks: set[int]) -> set[int]:
    return set(Environment.objects.filter(pk__in=pks).values_list("pk", flat=True))


def requests(
    environment: Environment,
    *,
    products: list[str],
    method: str = "",
    status: str = "",
    path: str = "",
    request_id: str = "",
    key_id: str = "",
) -> QuerySet[LoggedRequest]:
    """The log of ``environment``, newest first.

    ``status`` is exact (``404``), a class (``4xx``) or ``failing`` (400 and above).
    """
    rows = LoggedRequest.objects.within(environment).filter(product__in=products)
    if method:
        rows = rows.filter(method=method.upper())
    if status.endswith("xx") and status[:1].isdigit():
        low = int(status[0]) * 100
        rows = rows.filter(status__gte=low, status__lt=low + 100)
    elif status == "failing":
        rows = rows.filter(status__gte=400)
    elif status.isdigit():
        rows = rows.filter(status=int(status[:3]))
    if path:
        rows = rows.filter(path__contains=path)
    if request_id:
        rows = rows.filter(request_id=request_id)
    if key_id:
        rows = rows.filter(key_id=key_id)
    return rows.order_by("-id")


def counts_by_span(
    environment: Environment, *, products: list[str], since: datetime, key_id: str = ""
) -> QuerySet[RequestCount, dict[str, object]]:
    """Rows of ``span``, ``status_class``, ``requests``, ``total_ms`` since then, oldest first."""
    rows = RequestCount.objects.within(environment).filter(product__in=products, span__gte=since)
    if key_id:
        rows = rows.filter(key_id=key_id)
    return (
        rows.values("span", "status_class")
        .annotate(sum_requests=Sum("requests"), sum_ms=Sum("total_ms"))
        .order_by("span")
    )


def counts_by_key(environment: Environment, *, since: datetime) -> dict[str, int]:
    """Key id → requests since then."""
    rows = (
        RequestCount.objects.within(environment)
        .filter(span__gte=since)
        .values("key_id")
        .annotate(sum_requests=Sum(F("requests")))
    )
    return {row["key_id"]: row["sum_requests"] for row in rows}


def delete_old(*, now: datetime) -> int:
    """Drop what is too old or too much, a bounded batch at a time; returns how many rows went."""
    newest = LoggedRequest.unscoped.order_by("-id").values_list("id", flat=True).first() or 0
    old = LoggedRequest.unscoped.filter(at__lt=now - KEPT)
    many = LoggedRequest.unscoped.filter(id__lte=newest - KEPT_ROWS)
    gone = 0
    for rows in (old, many):
        batch = list(rows.order_by("id").values_list("id", flat=True)[:DELETED_AT_ONCE])
        gone += LoggedRequest.unscoped.filter(id__in=batch).delete()[0]
    return gone + RequestCount.unscoped.filter(span__lt=now - KEPT_COUNTS).delete()[0]


def totals_by_span(*, since: datetime) -> list[Any]:
    """For operators: counts of the whole deployment since then, oldest first."""
    rows = (
        RequestCount.unscoped.filter(span__gte=since)
        .values("span", "status_class")
        .annotate(sum_requests=Sum("requests"), sum_ms=Sum("total_ms"))
        .order_by("span")
    )
    return list(rows)


def totals_by_product(*, since: datetime) -> list[Any]:
    """For operators: product, requests, failed requests and milliseconds since then."""
    rows = RequestCount.unscoped.filter(span__gte=since).values("product")
    return list(
        rows.annotate(
            sum_requests=Sum("requests"),
            sum_failed=Sum("requests", filter=Q(status_class=5), default=0),
            sum_ms=Sum("total_ms"),
        ).order_by("product")
    )


def duration_percentiles(*, since: datetime, sample: int = 5_000) -> dict[int, int]:
    """Percentile → milliseconds over the latest logged requests; empty when there are none."""
    rows = LoggedRequest.unscoped.filter(at__gte=since).order_by("-id")
    values = sorted(rows.values_list("duration_ms", flat=True)[:sample])
    if not values:
        return {}
    return {p: values[min(len(values) - 1, len(values) * p // 100)] for p in (50, 95, 99)}

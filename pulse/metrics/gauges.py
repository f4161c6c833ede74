"""What waits in the database, read when somebody asks: the same on every node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Min
from django.utils.module_loading import import_string
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from pulse import products
from pulse.exports.models import Export
from pulse.incidents.models import Incident
from pulse.mail.models import OutgoingMail
from pulse.webhooks.models import Attempt, Delivery, Endpoint

RECENT = timedelta(minutes=5)


class DatabaseGauges(Collector):
    """Queue depths and lags; each is one query on a partial or covering index."""

    def collect(self) -> Iterable[Metric]:
        now = datetime.now(UTC)
        yield from _webhooks(now)
        yield _gauge(
            "pulse_mail_queued",
            "Messages that wait for the mail server.",
            OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED).count(),
        )
        yield _gauge(
            "pulse_exports_unfinished",
            "Exports queued or being written.",
            Export.unscoped.filter(state__in=(Export.State.QUEUED, Export.State.RUNNING)).count(),
        )
        yield _gauge(
            "pulse_incidents_recent",
            "Unhandled exceptions of the last five minutes.",
            Incident.objects.filter(created_at__gt=now - RECENT).count(),
        )
        yield from _products()


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _webhooks(now: datetime) -> Iterator[Metric]:
    waiting = Delivery.unscoped.filter(state__in=Delivery.OPEN)
    yield _gauge(
        "pulse_webhook_deliveries_open", "Deliveries due, leased or waiting.", waiting.count()
    )
    oldest = waiting.filter(
        state=Delivery.State.DUE, attempts=0, endpoint__breaker_step=0
    ).aggregate(oldest=Min("next_attempt_at"))["oldest"]
    yield _gauge(
        "pulse_webhook_lag_seconds",
        "How long the oldest delivery has waited for its first attempt.",
        max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
    )
    attempts = GaugeMetricFamily(
        "pulse_webhook_attempts_recent", "Attempts of the last five minutes.", labels=["outcome"]
    )
    recent = Attempt.unscoped.filter(started_at__gt=now - RECENT)
    counts = dict(recent.values_list("outcome").annotate(Count("pk")))
    for outcome in Attempt.Outcome.values:
        attempts.add_metric([outcome], counts.get(outcome, 0))
    yield attempts
    endpoints = GaugeMetricFamily(
        "pulse_webhook_endpoints", "Endpoints by health.", labels=["status"]
    )
    living = Endpoint.unscoped.filter(deleted_at=None)
    for status, count in living.values_list("status").annotate(Count("pk")):
        endpoints.add_metric([status], count)
    broken = living.filter(breaker_step__gt=0, status=Endpoint.Status.ACTIVE).count()
    endpoints.add_metric(["breaker_open"], broken)
    yield endpoints


def _products() -> Iterator[Metric]:
    """What products add: ``ProductConfig.gauges`` gives name → (help text, value)."""
    for config in products.installed():
        if config.gauges:
            for name, (text, value) in import_string(config.gauges)().items():
                yield _gauge(f"pulse_{config.product}_{name}", text, value)

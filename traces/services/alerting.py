"""Alerts: thresholds over a window, announced once when passed and once when recovered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from pulse.mail import services as mail
from pulse.tenancy import selectors as tenancy
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish
from traces import amounts, instants, shapes
from traces.errors import AlertNotFound
from traces.events import AlertFired, AlertRecovered
from traces.models import Alert
from traces.selectors import cells, upkeep
from traces.services import accounts, deletion


@transaction.atomic
def create_alert(environment: Environment, *, now: datetime, **values: Any) -> Alert:
    return Alert.objects.create(environment=environment, created_at=now, **values)


@transaction.atomic
def change_alert(environment: Environment, *, alert_id: str, **values: Any) -> Alert:
    """Raises AlertNotFound."""
    alert = upkeep.alert(environment, alert_id)
    if alert is None:
        raise AlertNotFound
    for name, value in values.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(values))
    return alert


@transaction.atomic
def delete_alert(environment: Environment, *, alert_id: str) -> None:
    """Raises AlertNotFound."""
    alert = upkeep.alert(environment, alert_id)
    if alert is None:
        raise AlertNotFound
    alert.delete()


def measure(alert: Alert, *, now: datetime) -> float:
    """What the alert's measure comes to over the window that ends now."""
    end = instants.to_ms(now)
    start = instants.to_ms(now - timedelta(minutes=alert.window_minutes))
    whole = cells.Tally()
    for cell in cells.in_range(alert.environment, start, end):
        whole.add(cell.tally)
    if alert.measure == Alert.Measure.COST_CENTS:
        return float(whole.cost_cents)
    if alert.measure == Alert.Measure.ERROR_RATE:
        return float(whole.error_rate)
    if alert.measure == Alert.Measure.LATENCY_P95_MS:
        return float(whole.percentiles()["p95"] or 0)
    return float(whole.requests)


@transaction.atomic
def evaluate(pk: int, *, now: datetime) -> None:
    """Measure one alert and announce a crossing in the same transaction."""
    alert = upkeep.lock_alert(pk)
    if alert is None:
        return
    value = measure(alert, now=now)
    above = value > alert.threshold
    crossed = above != (alert.firing_since is not None)
    alert.last_value = value
    if crossed:
        alert.firing_since = now if above else None
    alert.save(update_fields=["last_value", "firing_since"])
    if crossed:
        event = AlertFired if above else AlertRecovered
        publish(alert.environment, event(data=shapes.alert(alert), subject_ref=alert.public_id))
        _mail(alert, value, above=above)


def _mail(alert: Alert, value: float, *, above: bool) -> None:
    environment = alert.environment
    measure = amounts.MEASURES[Alert.Measure(alert.measure)]
    threshold = amounts.measured(alert.measure, alert.threshold)
    state = "above" if above else "no longer above"
    for address in tenancy.admin_addresses(environment.organization):
        mail.enqueue(
            to=address,
            subject=f"{alert.name}: {measure.lower()} {state} {threshold}",
            text=(
                f"{measure} in {environment.name}, over the last {alert.window_minutes} minutes: "
                f"{amounts.measured(alert.measure, value)}. The alert's threshold is {threshold}.\n\n"
                f"{settings.PULSE_PUBLIC_URL}/traces/alerts\n"
            ),
            environment=environment,
            ref=alert.public_id,
        )


def pump() -> int:
    """Every minute: alerts, sign-ins that are over, and what retention says has come to its end."""
    now = datetime.now(UTC)
    accounts.delete_expired(now=now)
    for alert in upkeep.active_alerts():
        evaluate(alert.pk, now=now)
    return sum(
        deletion.expire(environment, days=days, now=now)
        for environment, days in upkeep.environments_with_retention()
    )

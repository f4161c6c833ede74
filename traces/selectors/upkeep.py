"""Reads of scores, alerts, prices, dead letters and settings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db.models import Avg, Count, QuerySet

from pulse.tenancy.models import Environment
from traces.models import Alert, CustomPrice, DeadLetter, Inbox, Score, SearchJob


def lock_environment(environment: Environment) -> Environment:
    """The row of an environment, held until the end of the transaction."""
    return Environment.objects.select_for_update().get(pk=environment.pk)


def scores_of(environment: Environment, trace_id: str) -> QuerySet[Score]:
    return Score.objects.within(environment).filter(trace_id=trace_id).order_by("created_at", "pk")


def score(environment: Environment, trace_id: str, public_id: str) -> Score | None:
    return scores_of(environment, trace_id).filter(public_id=public_id).first()


def score_totals(environment: Environment) -> list[dict[str, Any]]:
    """Count and mean of every score's name."""
    rows = (
        Score.objects.within(environment)
        .values("name")
        .annotate(count=Count("pk"), average=Avg("value"))
        .order_by("name")
    )
    return list(rows)


def alerts(environment: Environment) -> QuerySet[Alert]:
    return Alert.objects.within(environment).order_by("pk")


def alert(environment: Environment, public_id: str) -> Alert | None:
    return alerts(environment).filter(public_id=public_id).first()


def active_alerts() -> list[Alert]:
    return list(Alert.unscoped.filter(active=True).select_related("environment").order_by("pk"))


def lock_alert(pk: int) -> Alert | None:
    """An alert held until the end of the transaction, so that it fires once."""
    return (
        Alert.unscoped.select_for_update(skip_locked=True, of=("self",))
        .select_related("environment")
        .filter(pk=pk, active=True)
        .first()
    )


def prices(environment: Environment) -> QuerySet[CustomPrice]:
    return CustomPrice.objects.within(environment).order_by("model", "provider", "-valid_from_ms")


def price(environment: Environment, pk: int) -> CustomPrice | None:
    return prices(environment).filter(pk=pk).first()


def dead_letters(environment: Environment) -> QuerySet[DeadLetter]:
    return DeadLetter.objects.within(environment).order_by("-pk")


def dead_letter(environment: Environment, pk: int) -> DeadLetter | None:
    return dead_letters(environment).filter(pk=pk).first()


def lock_dead_letters(environment: Environment, pks: Sequence[int] | None) -> list[DeadLetter]:
    """These dead letters (None: the oldest thousand), held until the end of the transaction."""
    found = DeadLetter.objects.within(environment).select_for_update().order_by("pk")
    return list(found[:1000] if pks is None else found.filter(pk__in=pks))


def environments_with_retention() -> list[tuple[Environment, int]]:
    """(environment, days) wherever a retention is set."""
    found = []
    for environment in Environment.objects.filter(settings__has_key="traces"):
        days = environment.settings["traces"].get("retentionDays")
        if isinstance(days, int) and days > 0:
            found.append((environment, days))
    return found


def backlog(environment: Environment) -> dict[str, int]:
    """What is accepted and not yet digested or indexed, and what never could be."""
    return {
        "inbox": Inbox.objects.within(environment).count(),
        "searchJobs": SearchJob.objects.within(environment).count(),
        "deadLetters": DeadLetter.objects.within(environment).count(),
    }


def gauges() -> dict[str, tuple[str, float]]:
    """What /metrics says of this product, over all environments."""
    oldest = Inbox.unscoped.order_by("pk").values_list("received_ms", flat=True).first()
    lag = 0.0 if oldest is None else max(0.0, time.time() - oldest / 1000)
    return {
        "digest_lag_seconds": ("Wait of the oldest accepted batch", lag),
        "dead_letters": (
            "Items the database refused to hold",
            DeadLetter.unscoped.count(),
        ),
    }

"""What has an end here: uploads nobody used, shared states nobody writes, old feed lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from collab.models import Activity, Attachment, EnvironmentConfig, Notification, SharedState
from collab.services.uploads import remove_from_storage

LOOSE_FOR = timedelta(hours=24)
FEED_FOR = timedelta(days=90)
STATE_DAYS = 30
BATCH = 500


def sweep() -> int:
    """Delete a batch of each; answers how many rows went, so that a backlog goes without a pause."""
    return delete_expired(now=datetime.now(UTC))


def delete_expired(*, now: datetime) -> int:
    return (
        _delete_loose_uploads(now)
        + _delete_states(now)
        + _delete(Activity.unscoped.filter(created_at__lt=now - FEED_FOR))
        + _delete(Notification.unscoped.filter(created_at__lt=now - FEED_FOR, read=True))
    )


def _delete_loose_uploads(now: datetime) -> int:
    old = Attachment.unscoped.filter(comment=None, created_at__lt=now - LOOSE_FOR)
    rows = list(old.values_list("pk", "public_id")[:BATCH])
    deleted, _ = Attachment.unscoped.filter(pk__in=[pk for pk, _ in rows], comment=None).delete()
    left = set(
        Attachment.unscoped.filter(pk__in=[pk for pk, _ in rows]).values_list("pk", flat=True)
    )
    remove_from_storage([public_id for pk, public_id in rows if pk not in left])
    return deleted


def _delete_states(now: datetime) -> int:
    """States past their environment's time to live; they are not given out any more either."""
    done = 0
    special = dict(
        EnvironmentConfig.unscoped.exclude(p2p_state_ttl_days=STATE_DAYS).values_list(
            "environment_id", "p2p_state_ttl_days"
        )
    )
    default = SharedState.unscoped.exclude(environment_id__in=special)
    done += _delete(default.filter(updated_at__lt=now - timedelta(days=STATE_DAYS)))
    for environment_id, days in special.items():
        mine = SharedState.unscoped.filter(environment_id=environment_id)
        done += _delete(mine.filter(updated_at__lt=now - timedelta(days=days)))
    return done


def _delete(rows: QuerySet[Any]) -> int:
    pks = list(rows.values_list("pk", flat=True)[:BATCH])
    if not pks:
        return 0
    deleted, _ = rows.model._base_manager.filter(pk__in=pks).delete()
    return deleted

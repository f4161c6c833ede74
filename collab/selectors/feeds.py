"""Reads of what people are told: notifications and the activity of a room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from collab.errors import NotificationNotFound
from collab.models import Activity, Notification, Participant, Room
from pulse.tenancy.models import Environment

SNAPSHOT_ROWS = 100


def list_notifications(
    environment: Environment, person: Participant, *, unread_only: bool = False
) -> QuerySet[Notification]:
    """Notifications of one person, with everything their shape names, unordered."""
    rows = Notification.objects.within(environment).filter(user=person)
    if unread_only:
        rows = rows.filter(read=False)
    return rows.select_related("user", "actor", "room", "thread", "comment")


def newest_notifications(environment: Environment, person: Participant) -> list[Notification]:
    rows = list_notifications(environment, person)
    return list(rows.order_by("-created_at", "-pk")[:SNAPSHOT_ROWS])


def get_notification(environment: Environment, notification_id: UUID) -> Notification:
    """Raises NotificationNotFound."""
    rows = Notification.objects.within(environment).filter(public_id=notification_id)
    row = rows.select_related("user", "actor", "room", "thread", "comment").first()
    if row is None:
        raise NotificationNotFound
    return row


def newest_activity(environment: Environment, room: Room) -> list[Activity]:
    rows = Activity.objects.within(environment).select_related("user").filter(room=room)
    return list(rows.order_by("-created_at", "-pk")[:SNAPSHOT_ROWS])

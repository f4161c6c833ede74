"""Tracked events, their roll-ups, and what is asked about them.

Instants are whole milliseconds since 1970 (UTC): the precision that the contract writes, the same type
on both databases, and bucket arithmetic without a date function.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from pulse import ids
from pulse.tenancy.models import TenantModel

MAX_NAME = 200
MAX_REFERENCE = 255
MAX_INSERT_ID = 64


def erasure_id() -> str:
    return ids.new_id("era")


class Event(TenantModel):
    """One tracked event. Rows are written by the ingest door only, and never changed.

    On PostgreSQL the table is partitioned by month of receipt: retention counts from receipt, a
    partition for tomorrow is all that ever has to exist, and ``timestamp_ms`` is never more than a
    day after ``received_ms``, so ranges still skip old partitions.
    """

    # No database constraint: its trigger costs 10 µs a row, and the environment is a verified key's.
    environment = models.ForeignKey(
        "tenancy.Environment",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    name = models.CharField(max_length=MAX_NAME)
    properties = models.TextField(
        default="{}", help_text="A JSON object, as the client spelled it."
    )
    user_id = models.CharField(max_length=MAX_REFERENCE, null=True)  # noqa: DJ001 - absent is not ""
    session_id = models.CharField(max_length=MAX_REFERENCE, null=True)  # noqa: DJ001
    timestamp_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["environment", "timestamp_ms", "id"], name="event_time"),
            models.Index(fields=["environment", "name", "timestamp_ms"], name="event_name_time"),
            # These two hold all that a count of different users or sessions reads. On SQLite they
            # begin with blocks of events besides (migration 0004).
            models.Index(
                fields=["environment", "user_id", "timestamp_ms", "name"],
                name="event_user_time",
                condition=models.Q(user_id__isnull=False),
            ),
            models.Index(
                fields=["environment", "session_id", "timestamp_ms", "name"],
                name="event_session_time",
                condition=models.Q(session_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def timestamp(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC)

    @property
    def received_at(self) -> datetime:
        return datetime.fromtimestamp(self.received_ms / 1000, UTC)


class Rollup(TenantModel):
    """How many events of a name fell into a quarter of an hour, a UTC day, a UTC month.

    Written in the transaction that stores the events, so a report counts what was acknowledged.
    """

    class Grain(models.IntegerChoices):
        QUARTER = 0
        DAY = 1
        MONTH = 2

    pk = models.CompositePrimaryKey("environment_id", "grain", "start_ms", "name")
    environment = models.ForeignKey(
        "tenancy.Environment",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    grain = models.SmallIntegerField(choices=Grain)
    start_ms = models.BigIntegerField()
    name = models.CharField(max_length=MAX_NAME)
    count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} {self.start_ms}: {self.count}"


class InsertId(TenantModel):
    """A client's own id of an event, remembered for seven days: the second arrival is not stored."""

    pk = models.CompositePrimaryKey("environment_id", "insert_id")
    environment = models.ForeignKey(
        "tenancy.Environment",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    insert_id = models.CharField(max_length=MAX_INSERT_ID)
    event_id = models.BigIntegerField()
    received_ms = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_ms"], name="insert_id_age")]

    def __str__(self) -> str:
        return self.insert_id


class Erasure(TenantModel):
    """A request to delete everything of one user; the pump carries it out in batches."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"

    public_id = models.CharField(max_length=40, unique=True, default=erasure_id, editable=False)
    user_digest = models.CharField(max_length=64, help_text="Keyed digest of the user's id.")
    user_id = models.CharField(
        max_length=MAX_REFERENCE, blank=True, help_text="Emptied when the work is done."
    )
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    deleted_events = models.BigIntegerField(default=0)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["requested_at"],
                name="erasure_pending",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.state})"


class Rejection(TenantModel):
    """How many items of a client that is always answered "success" could not be stored, and why."""

    day = models.DateField()
    source = models.CharField(max_length=20)
    reason = models.CharField(max_length=200)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "day", "source", "reason"], name="rejection_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.source}: {self.reason} ({self.count})"

"""The indexes by user and by session hold all that counts of different users and sessions read."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0002_storage")]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="event", name="event_user_time"),
        migrations.RemoveIndex(model_name="event", name="event_session"),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["environment", "user_id", "timestamp_ms", "name"],
                name="event_user_time",
                condition=models.Q(user_id__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["environment", "session_id", "timestamp_ms", "name"],
                name="event_session_time",
                condition=models.Q(session_id__isnull=False),
            ),
        ),
    ]

"""On SQLite the indexes by user and by session are cut into blocks of 131,072 events.

New entries fall at random places, but all within the last block: into a few thousand pages at most,
however many events there are. On PostgreSQL the partitions do as much.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from pulse.db.operations import PerDatabase


def index(kind: str, columns: str) -> list[str]:
    return [
        f"DROP INDEX event_{kind}_time",
        f"CREATE INDEX event_{kind}_time ON analytics_event ({columns}, timestamp_ms, name)"
        f" WHERE {kind}_id IS NOT NULL",
    ]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0003_people_by_index")]

    operations: ClassVar = [
        PerDatabase(
            postgres=([], []),
            sqlite=(
                [
                    *index("user", "environment_id, id >> 17, user_id"),
                    *index("session", "environment_id, id >> 17, session_id"),
                ],
                [
                    *index("user", "environment_id, user_id"),
                    *index("session", "environment_id, session_id"),
                ],
            ),
        )
    ]

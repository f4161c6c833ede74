"""What SQLite's planner assumes of events: few environments, many names, many people.

Nobody runs ANALYZE here, and without figures the planner takes an environment for ten events. It then
walked all of them in the order of a list to find one user's: 2.2 s of a million, and takes 1.5 ms.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from pulse.db.operations import PerDatabase

FIGURES = {
    "event_time": "1000000 500000 2 1",
    "event_name_time": "1000000 500000 10000 2",
    "event_user_time": "1000000 500000 50000 10 2 1",
    "event_session_time": "1000000 500000 50000 5 2 1",
}
"""Rows in the index, and how many of them share its first columns."""
FORGET = "DELETE FROM sqlite_stat1 WHERE tbl = 'analytics_event'"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0004_people_by_block")]

    operations: ClassVar = [
        PerDatabase(
            postgres=([], []),
            sqlite=(
                [
                    "ANALYZE sqlite_master",  # makes the table of figures, and counts nothing
                    FORGET,
                    *(
                        f"INSERT INTO sqlite_stat1 VALUES ('analytics_event', '{index}', '{figures}')"
                        for index, figures in FIGURES.items()
                    ),
                    "ANALYZE sqlite_master",  # reads it again
                ],
                [FORGET],
            ),
        )
    ]

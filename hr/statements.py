"""SQL that the ORM does not speak."""

from __future__ import annotations

from django.db import connection

# UNION, not UNION ALL: a loop that got in anyway ends the walk instead of running for ever.
MANAGES = """
WITH RECURSIVE above(id, manager_id) AS (
    SELECT id, manager_id FROM hr_employee WHERE id = %s AND environment_id = %s
    UNION
    SELECT e.id, e.manager_id FROM hr_employee e JOIN above a ON e.id = a.manager_id
)
SELECT 1 FROM above WHERE id = %s
"""
"""Parameters: whose chain is walked upwards, the environment, and who is looked for in it."""

SHORTEST_PART = 3
"""Letters that a part of a name must have to be looked up; shorter ones are in most names anyway."""

HOLDS_PART = '"hr_employee"."search_trigrams" @> hr_trigrams(%s)'
"""The condition of PostgreSQL's on the row itself, which saves looking each person up a second time."""

_WITH_PART = {
    "postgresql": f"SELECT id FROM hr_employee WHERE {HOLDS_PART}",
    "sqlite": "SELECT rowid FROM hr_employee_search WHERE hr_employee_search MATCH %s",
}


def with_part(part: str) -> tuple[str, list[str]]:
    """Numbers of everybody whose search text may hold ``part``: a superset, of all environments."""
    quoted = '"' + part.replace('"', '""') + '"'
    return _WITH_PART[connection.vendor], [part if connection.vendor == "postgresql" else quoted]


def forget_parts() -> None:
    """Make SQLite's index of parts anew: what was deleted stays in its pages until it is merged."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO hr_employee_search (hr_employee_search) VALUES ('optimize')"
            )

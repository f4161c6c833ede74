"""SQL that the ORM does not speak."""

from __future__ import annotations

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

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

_HOLDS_PART = {
    # On the row itself, which saves looking each person up a second time.
    "postgresql": '"hr_employee"."search_trigrams" @> hr_trigrams(%s)',
    "sqlite": (
        '"hr_employee"."id" IN'
        " (SELECT rowid FROM hr_employee_search WHERE hr_employee_search MATCH %s)"
    ),
}


def holds_part(part: str) -> RawSQL:
    """Whether a person's search text may hold ``part``, by the index of parts: true for a superset."""
    # The text is ours; the part is a parameter.
    return RawSQL(_HOLDS_PART[connection.vendor], [_looked_up(part)], BooleanField())  # noqa: S611


def more_hold_part(part: str, than: int) -> bool:
    """Whether more people than that, of all environments, may hold ``part``."""
    holding = f"SELECT 1 FROM hr_employee WHERE {_HOLDS_PART[connection.vendor]}"
    with connection.cursor() as cursor:
        cursor.execute(f"{holding} LIMIT 1 OFFSET %s", [_looked_up(part), than])
        return cursor.fetchone() is not None


def _looked_up(part: str) -> str:
    return part if connection.vendor == "postgresql" else '"' + part.replace('"', '""') + '"'


def forget_parts() -> None:
    """Make SQLite's index of parts anew: what was deleted stays in its pages until it is merged."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO hr_employee_search (hr_employee_search) VALUES ('optimize')"
            )

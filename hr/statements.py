"""SQL that the ORM does not speak; the same text runs on both databases."""

from __future__ import annotations

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

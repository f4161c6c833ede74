"""Fill a deployment's test environment with people and ten leave entries each; run by ``bench.hr``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

LEAVE_EACH = 10
COLUMNS = {
    "hr_employee": (
        "id", "environment_id", "public_id", "email", "full_name", "department", "manager_id",
        "start_date", "custom_fields", "leave_entitlements", "external_id", "user_name", "scim",
        "version", "search", "created_at", "updated_at",
    ),
    "hr_leaveentry": (
        "environment_id", "public_id", "employee_id", "kind", "start_date", "end_date",
        "half_day_start", "half_day_end", "first_slot", "last_slot", "half_days", "calendar_days",
        "holidays", "status", "created_at", "updated_at",
    ),
}  # fmt: skip


def people(environment: int, count: int, now: datetime) -> Iterator[tuple[Any, ...]]:
    """A tree of ten reports a manager, twenty people a department."""
    for number in range(1, count + 1):
        name = f"Person {number}"
        yield (
            number, environment, f"emp_{number:026d}", f"p{number}@example.test", name,
            f"Department {number // 20}", (number - 2) // 10 + 1 if number > 1 else None,
            date(2015, 1, 1), "{}", "{}", "", "", "{}", 1, name.lower(),
            now + timedelta(milliseconds=number), now,
        )  # fmt: skip


def leave(environment: int, count: int, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Two days off each year of the last ten, spread over the year."""
    for number in range(count * LEAVE_EACH):
        employee, year = number // LEAVE_EACH + 1, now.year - 9 + number % LEAVE_EACH
        start = date(year, 1, 1) + timedelta(days=employee * 7 % 350)
        end = start + timedelta(days=1)
        yield (
            environment, f"lve_{number:026d}", employee, "vacation", start, end, False, False,
            start.toordinal() * 2, end.toordinal() * 2 + 1, 4, 2, "[]", "approved",
            now + timedelta(milliseconds=number), now,
        )  # fmt: skip


def copy_in(table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Bulk load by each database's own way: COPY, or one prepared statement in one transaction."""
    from django.db import connection

    names = ", ".join(COLUMNS[table])
    connection.ensure_connection()
    raw = connection.connection
    if connection.vendor == "postgresql":
        raw.execute("SET LOCAL statement_timeout = 0; SET LOCAL session_replication_role = replica")
        # It costs minutes to fill, and nothing that is measured reads it.
        raw.execute("ALTER TABLE hr_leaveentry DROP CONSTRAINT IF EXISTS leave_never_overlaps")
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(COLUMNS[table]))
    stored = (tuple(str(one) if isinstance(one, date) else one for one in row) for row in rows)
    raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", stored)


def main(count: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "pulse.settings"
    django.setup()
    from django.db import connection, transaction

    from pulse.tenancy.models import Environment

    environment, now = Environment.objects.get(kind="test").pk, datetime.now(UTC)
    with transaction.atomic():
        copy_in("hr_employee", people(environment, count, now))
        copy_in("hr_leaveentry", leave(environment, count, now))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # what autovacuum does in its own time
            cursor.execute("VACUUM hr_employee, hr_leaveentry")
            cursor.execute("CHECKPOINT")


if __name__ == "__main__":
    main(int(sys.argv[1]))

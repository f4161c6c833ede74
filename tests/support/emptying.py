"""Emptying the database after a test that committed: only tables with rows, and no signal after it.

Django flushes all 150 tables and then makes content types, permissions and guards anew, 0.4 s for
each of 400 tests.
"""

from __future__ import annotations

from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

from pulse.audit import guards

KEPT = {"django_content_type", "auth_permission"}
"""Made once after migrate; no test changes them."""


def install() -> None:
    TransactionTestCase._fixture_teardown = _empty


def _empty(_: Any) -> None:
    tables = _with_rows()
    if not tables:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no triggers, no references
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            cursor.execute("SET session_replication_role = DEFAULT")
        return
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))
    guards.install()


def _with_rows() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    probes = [
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})"
        for name in names
        if name not in KEPT
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(probes))
        return [name for (name,) in cursor.fetchall()]

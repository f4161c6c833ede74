"""The database's own refusal to rewrite the audit log.

Installed after every migrate, for a table rebuild on SQLite drops triggers silently.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

RETENTION_DAYS = 400
TABLES = {"audit_entry": "created_at", "audit_seal": ""}
"""Append-only tables → the column whose age permits deletion; a seal goes with its entry."""


def install(using: str = "default", **_: Any) -> None:
    """Bring the triggers up; harmless to repeat."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if not present.issuperset(TABLES):
            return
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def _statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [_POSTGRES_FUNCTION, *(_postgres_trigger(table) for table in TABLES)]
    statements = []
    for table in TABLES:
        statements += [
            f"DROP TRIGGER IF EXISTS append_only_{table}_update",
            f"CREATE TRIGGER append_only_{table}_update BEFORE UPDATE ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
            f"DROP TRIGGER IF EXISTS append_only_{table}_delete",
            f"CREATE TRIGGER append_only_{table}_delete BEFORE DELETE ON {table}"
            f" WHEN {_young_on_sqlite(table)}"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        ]
    return statements


def _young_on_sqlite(table: str) -> str:
    limit = f"datetime('now', '-{RETENTION_DAYS} days')"
    if table == "audit_entry":
        return f"OLD.created_at > {limit}"
    return f"EXISTS (SELECT 1 FROM audit_entry WHERE id = OLD.entry_id AND created_at > {limit})"


_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION pulse_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE written timestamptz;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF TG_TABLE_NAME = 'audit_entry' THEN
            written := OLD.created_at;
        ELSE
            SELECT created_at INTO written FROM audit_entry WHERE id = OLD.entry_id;
        END IF;
        IF written IS NULL OR written < now() - interval '{RETENTION_DAYS} days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$
"""


def _postgres_trigger(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION pulse_audit_append_only()"
    )

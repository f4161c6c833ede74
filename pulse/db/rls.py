"""Row-level security on PostgreSQL: the database itself shows a request one environment's rows.

With PULSE_RLS=1 every API request that carries a key runs in one transaction under the role
``pulse_tenant``, whose policies compare ``environment_id`` with a transaction-local setting. The role
that owns the tables is not subject to them: group commit, pumps, the digest, pages and the admin
keep it, for they work across environments.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction

ROLE = "pulse_tenant"


def enabled() -> bool:
    return bool(settings.PULSE_RLS) and connection.vendor == "postgresql"


@contextmanager
def confined_to(environment_pk: int) -> Iterator[None]:
    """Run a block as the tenant role, in a transaction that sees only this environment's rows."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pulse.environment', %s, true)", [str(environment_pk)]
            )
            cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        # On an error the rollback restores the role; a nested block must do it by itself.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")


def lift() -> None:
    """Work as the owner of the tables for the rest of the block, whose key is not who is asking."""
    if enabled() and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")


def tenant_tables() -> list[str]:
    """Every table whose rows belong to an environment."""
    from pulse.tenancy.models import TenantModel

    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, TenantModel) and model._meta.managed
    )


def reinstall(using: str = "default", **_: Any) -> None:
    """Create the role and the policies after a migration; harmless to repeat."""
    database = connections[using]
    if not settings.PULSE_RLS or database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        cursor.execute(f"GRANT {ROLE} TO CURRENT_USER")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}"
        )
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        existing = set(database.introspection.table_names(cursor))
        for table in tenant_tables():
            if table in existing:
                _protect(cursor, table)


def _protect(cursor: Any, table: str) -> None:
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    cursor.execute(f'DROP POLICY IF EXISTS {ROLE} ON "{table}"')
    cursor.execute(
        f'CREATE POLICY {ROLE} ON "{table}" TO {ROLE}'
        " USING (environment_id = current_setting('pulse.environment', true)::bigint)"
    )

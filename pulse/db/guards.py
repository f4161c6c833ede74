"""The second wall of tenancy: a row cannot refer to another environment's row, whatever the code does.

PostgreSQL gets composite foreign keys ``(reference, environment)``, SQLite gets triggers. Both are
reinstalled after every migrate, because a table rebuild on SQLite drops its triggers silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connections, models


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key from one tenant table to another."""

    table: str
    column: str
    target: str
    target_column: str

    @property
    def name(self) -> str:
        digest = sha256(f"{self.table}.{self.column}".encode()).hexdigest()[:8]
        return f"guard_{self.table[:30]}_{digest}"


def references() -> Iterator[Reference]:
    """Every reference between tenant tables, in a stable order."""
    from pulse.tenancy.models import TenantModel

    for model in sorted(
        apps.get_models(include_auto_created=True), key=lambda one: one._meta.db_table
    ):
        if not issubclass(model, TenantModel) or not model._meta.managed:
            continue
        for field in model._meta.local_fields:
            remote = field.related_model
            if not isinstance(field, models.ForeignKey) or not isinstance(remote, type):
                continue
            if issubclass(remote, TenantModel) and remote._meta.managed:
                yield Reference(
                    model._meta.db_table,
                    field.column,
                    remote._meta.db_table,
                    str(field.target_field.column),
                )


def reinstall(using: str = "default", **_: Any) -> None:
    """Bring the guards in line with the models; harmless to repeat."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for reference in references():
            if reference.table not in tables or reference.target not in tables:
                continue
            if connection.vendor == "postgresql":
                _composite_key(cursor, reference)
            else:
                _triggers(cursor, reference)


def _composite_key(cursor: Any, reference: Reference) -> None:
    unique = f"guard_{sha256(reference.target.encode()).hexdigest()[:16]}"
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [reference.name])
    if cursor.fetchone():
        return
    cursor.execute(
        f'CREATE UNIQUE INDEX IF NOT EXISTS {unique} ON "{reference.target}"'
        f' ("{reference.target_column}", environment_id)'
    )
    cursor.execute(
        f'ALTER TABLE "{reference.table}" ADD CONSTRAINT {reference.name}'
        f' FOREIGN KEY ("{reference.column}", environment_id)'
        f' REFERENCES "{reference.target}" ("{reference.target_column}", environment_id)'
        " DEFERRABLE INITIALLY DEFERRED"
    )


def _triggers(cursor: Any, reference: Reference) -> None:
    for moment in ("INSERT", "UPDATE"):
        name = f"{reference.name}_{moment.lower()}"
        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
        columns = "" if moment == "INSERT" else f' OF "{reference.column}", environment_id'
        cursor.execute(
            f'CREATE TRIGGER "{name}" BEFORE {moment}{columns} ON "{reference.table}"'
            f' WHEN NEW."{reference.column}" IS NOT NULL AND NOT EXISTS ('
            f'   SELECT 1 FROM "{reference.target}"'
            f' WHERE "{reference.target_column}" = NEW."{reference.column}"'
            "    AND environment_id = NEW.environment_id)"
            " BEGIN SELECT RAISE(ABORT, 'reference across environments'); END"
        )

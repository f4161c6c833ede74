"""Migration operations for what only one of the two databases speaks."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class PerDatabase(Operation):
    """Run ``postgres`` or ``sqlite`` SQL statements, whichever database this is.

    Each side is ``(forward, backward)``, both lists of statements. ``state`` operations tell Django
    what the models look like afterwards.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self,
        *,
        postgres: tuple[list[str], list[str]],
        sqlite: tuple[list[str], list[str]],
        state: list[Operation] | None = None,
    ) -> None:
        self.postgres = postgres
        self.sqlite = sqlite
        self.state = state or []

    def _statements(self, vendor: str, direction: int) -> list[str]:
        return (self.postgres if vendor == "postgresql" else self.sqlite)[direction]

    def state_forwards(self, app_label: str, state: Any) -> None:
        for operation in self.state:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in self._statements(schema_editor.connection.vendor, 0):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in self._statements(schema_editor.connection.vendor, 1):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Run SQL that differs between PostgreSQL and SQLite"

"""Django's PostgreSQL backend, cheaper per request in three places.

Django asks a kept connection ``SELECT 1`` before the first query of every request. A server that went
away has closed its end, which the socket tells at once. And Django reads instants in Python, 4 µs
each, to change their time zone; the sessions are in UTC already. And Django writes parameters into the text
of a query, so that the server plans it every time: for a list that took longer than running it.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import NotSupportedError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import TimestamptzLoader


class UtcLoader(TimestamptzLoader):
    """Instants as the server writes them in ISO style; Django asks each reader for its time zone."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # infinity, years beyond 9999: psycopg says what is wrong
            return super().load(data)


class DatabaseWrapper(PostgresWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.timezone == UTC:
            connection.adapters.register_loader("timestamptz", UtcLoader)
        return connection

    def fetch_planned(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query that comes again and again; from the sixth time on its plan is kept."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        try:
            plain = psycopg.Cursor(self.connection)
            with self._prepare_cursor(plain) as cursor:  # type: ignore[attr-defined]
                cursor.execute(sql, params)
                return list(cursor.fetchall())
        except NotSupportedError:  # a migration changed a column after the plan was made
            with self.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
                cursor.execute(sql, params)
                return list(cursor.fetchall())

    def is_usable(self) -> bool:
        """Whether the connection can be used: idle with nothing to read, else if it answers."""
        return self._is_quiet() or super().is_usable()

    def _is_quiet(self) -> bool:
        connection = self.connection
        if connection is None or connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)  # a closed end reads as its end of file
        return not poll.poll(0)

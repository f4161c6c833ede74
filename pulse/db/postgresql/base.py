"""Django's PostgreSQL backend with a health check that costs no round trip.

Django asks a kept connection ``SELECT 1`` before the first query of every request. A server that went
away has closed its end, which the socket tells at once.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from psycopg.pq import TransactionStatus


class DatabaseWrapper(PostgresWrapper):
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

"""Taking notes of requests: ``note()`` never waits and never queries; a thread of its own writes.

Each process has one writer, because web processes run no pumps at scale. Above a rate the log keeps
refusals and a sample of the rest; the counts stay exact.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction

from pulse.doors.exchange import Exchange
from pulse.requestlog import selectors, statements

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 1.0
TRIM_SECONDS = 60.0
WHOLE_PER_SECOND = 50
SAMPLE_ONE_IN = 20
PENDING_ROWS = 5_000
ROWS_PER_STATEMENT = 90
SPAN = timedelta(minutes=5)
_SECRET_PATHS = re.compile(
    r"^/(s|login|files|invitations)/|\.ics$|/calendar/|^/api/v1/pulse/users/"
)
"""Their templates are kept instead, or their beginning where a request was refused before its template
was known: whoever reads the path could act by it, or learn whom it names, even of a person whom it
erased."""


class Note(NamedTuple):
    """What is kept of one request: the columns of its row."""

    at: datetime
    method: str
    route: str
    path: str
    status: int
    duration_ms: int
    request_id: str
    key_id: str
    environment_id: int
    product: str


class _Recorder:
    def __init__(self) -> None:
        self.pending: deque[Note] = deque(maxlen=PENDING_ROWS)
        self.counts: Counter[tuple[int, datetime, str, str, int]] = Counter()
        self.times: Counter[tuple[int, datetime, str, str, int]] = Counter()
        self.lock = threading.Lock()
        self.second = 0
        self.seen = 0
        self.writer: threading.Thread | None = None
        self.trimmed_at = 0.0


_recorder = _Recorder()


def note(
    *,
    method: str,
    route: str,
    path: str,
    status: int,
    ms: float,
    request_id: str,
    key_id: str = "",
    environment_id: int | None = None,
    product: str = "",
) -> None:
    """Remember one answered request. Safe on the event loop; costs a few microseconds.

    Requests of no environment (no valid key) are not kept: they belong to nobody who may look.
    ``ms`` is the duration in milliseconds; ``path`` comes without its query string, and is
    replaced by ``route`` where a path carries a secret or a customer's name of a person. An unknown
    route is "".
    """
    if environment_id is None:
        return
    secret = _SECRET_PATHS.search(path)
    if secret is not None:
        path = route or f"{path[: path.rindex('/', 0, secret.end())]}/…"
    route = route or path
    now = time.time()
    duration_ms = round(ms)
    span = (environment_id, _span_at(int(now)), product, key_id, status_class(status))
    with _recorder.lock:
        _recorder.counts[span] += 1
        _recorder.times[span] += duration_ms
        if _worth_keeping(int(now), status):
            row = Note(
                at=datetime.fromtimestamp(now, UTC),
                method=method[:10],
                route=route[:200],
                path=path[:300],
                status=status,
                duration_ms=duration_ms,
                request_id=request_id[:64],
                key_id=key_id,
                environment_id=environment_id,
                product=product,
            )
            _recorder.pending.append(row)
        if _recorder.writer is None and not settings.TESTING:
            _recorder.writer = threading.Thread(
                target=_write_for_ever, name="pulse-requestlog", daemon=True
            )
            _recorder.writer.start()


def observe(exchange: Exchange) -> None:
    """Note an answered request, told by the outermost door."""
    if exchange.product:
        note(
            method=exchange.method,
            route=exchange.route,
            path=exchange.path,
            status=exchange.status,
            ms=exchange.seconds * 1000,
            request_id=exchange.request_id,
            key_id=exchange.key_id,
            environment_id=exchange.environment_id,
            product=exchange.product,
        )


def forget_all() -> None:
    """Drop what is noted and not written, as in a process that has just begun."""
    with _recorder.lock:
        _recorder.pending.clear()
        _recorder.counts.clear()
        _recorder.times.clear()


@lru_cache(maxsize=4)
def _span_at(second: int) -> datetime:
    """The start of the five-minute span that holds this second since 1970."""
    seconds = int(SPAN.total_seconds())
    return datetime.fromtimestamp(second // seconds * seconds, UTC)


def status_class(status: int) -> int:
    return 29 if status == 429 else status // 100


def _worth_keeping(second: int, status: int) -> bool:
    if second != _recorder.second:
        _recorder.second, _recorder.seen = second, 0
    _recorder.seen += 1
    return (
        _recorder.seen <= WHOLE_PER_SECOND or status >= 400 or _recorder.seen % SAMPLE_ONE_IN == 0
    )


def flush() -> int:
    """Write what has been noted so far, in one transaction; returns how many rows were logged."""
    with _recorder.lock:
        rows = list(_recorder.pending)
        _recorder.pending.clear()
        counts, _recorder.counts = _recorder.counts, Counter()
        times, _recorder.times = _recorder.times, Counter()
    if not counts:
        return 0
    alive = selectors.existing_environments({key[0] for key in counts})
    inserts = list(_inserts([row for row in rows if row.environment_id in alive]))
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, parameters in inserts:
            cursor.execute(statement, parameters)
        # Sorted, so that two processes never wait for each other's rows in a circle.
        for key in sorted(counts):
            if key[0] in alive:
                cursor.execute(statements.ADD_COUNT, [*key, counts[key], times[key]])
    return len(rows)


def _inserts(rows: list[Note]) -> Iterator[tuple[str, list[Any]]]:
    """Statements and parameters, made before the transaction: on SQLite all writers wait for it, and
    with ``bulk_create`` inside they waited 11 to 93 ms of each second under load."""
    adapted = connection.ops.adapt_datetimefield_value
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = rows[start : start + ROWS_PER_STATEMENT]
        parameters = [value for row in part for value in (adapted(row.at), *row[1:])]
        yield statements.add_rows(Note._fields, len(part)), parameters


def _write_for_ever() -> None:
    while True:
        time.sleep(FLUSH_SECONDS)
        try:
            flush()
            if time.monotonic() - _recorder.trimmed_at > TRIM_SECONDS:
                _recorder.trimmed_at = time.monotonic()
                selectors.delete_old(now=datetime.now(UTC))
        except DatabaseError as error:
            log.warning("request_log_waits_for_database", error=type(error).__name__)
        except Exception:
            log.exception("request_log_failed")
        finally:
            close_old_connections()

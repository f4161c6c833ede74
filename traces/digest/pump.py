"""The pump of the inbox: accepted batches become rows, and the batch is deleted in the same transaction.

So whatever is run twice, killed or redelivered, each item has its effect once. A database that is
away only delays; an item the database refuses is set apart as a dead letter, and only that item.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from pulse import pump as pumps
from traces import statements
from traces.digest import store
from traces.digest.portion import Portion, make_portion

log = structlog.get_logger(__name__)

PUMP, SEARCH_PUMP = "traces-digest", "traces-search"
MAX_ITEMS = 1500
"""Items in one transaction: enough to share its cost, few enough for SQLite's other writers."""

GATHER_SECONDS = 0.08
"""After a small transaction the next one waits this long, to share its fixed cost among more items."""

_PENDING = (
    "SELECT environment_id, MIN(id) FROM traces_inbox GROUP BY environment_id ORDER BY MIN(id)"
)
_NEXT = (
    f"SELECT id, count FROM traces_inbox WHERE environment_id = %s ORDER BY id LIMIT {MAX_ITEMS}"
)
_BODIES = (
    "SELECT id, kind, received_ms, body FROM traces_inbox"
    " WHERE environment_id = %s AND id IN ({values})"
)
_DEAD = (
    "INSERT INTO traces_deadletter (environment_id, kind, received_ms, reason, item, created_at)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)


BUSY_SHARE = 0.5
"""Above this share of the last second or so the digest takes what the processor has to give."""


class Pace:
    """Digests at once when it was calm, and in larger portions while small batches pour in.

    When all is done it is the turn of the text index, which goes slowly while the digest is ``busy``.
    """

    def __init__(self) -> None:
        self.busy = False
        self._earliest = 0.0
        self._did = 0
        self._since = time.monotonic()
        self._worked_seconds = 0.0

    def run(self) -> int:
        time.sleep(max(0.0, self._earliest - time.monotonic()))
        started = time.monotonic()
        done = run()
        ended = time.monotonic()
        self._note(ended, ended - started if done else 0.0)
        if self._did and not done:
            pumps.kick(SEARCH_PUMP)
        self._did = done
        if 0 < done < MAX_ITEMS // 2:
            self._earliest = ended + GATHER_SECONDS
        return done

    def _note(self, now: float, worked_seconds: float) -> None:
        self._worked_seconds += worked_seconds
        elapsed = now - self._since
        if elapsed >= 1:
            self.busy = self._worked_seconds > BUSY_SHARE * elapsed
            self._since, self._worked_seconds = now, 0.0


pace = Pace()
run_paced = pace.run


def run() -> int:
    """Digest what is due of one environment; returns how many items that was."""
    for environment_id in _environments():
        try:
            done = _digest(environment_id, None)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.warning("digest_batch_apart", error=repr(error)[:300])
            done = _digest_apart(environment_id)
        if done:
            return done
    return 0


def _environments() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_PENDING)
        return [row[0] for row in cursor.fetchall()]


def _next_rows(cursor: Any, environment_id: int) -> list[int]:
    """The oldest batches that together hold at most MAX_ITEMS items, but at least one batch."""
    cursor.execute(_NEXT, [environment_id])
    taken: list[int] = []
    held = 0
    for pk, count in cursor.fetchall():
        if taken and held + count > MAX_ITEMS:
            break
        taken.append(pk)
        held += count
    return taken


def _digest(environment_id: int, pks: Sequence[int] | None) -> int:
    """Digest these batches (None: the oldest ones) in one transaction; returns how many items.

    SQLite's write lock is for everybody who accepts something, so there they are decoded before it.
    On PostgreSQL they are decoded behind the environment's lock, or two workers would do the same.
    """
    with connection.cursor() as cursor:
        due = None if statements.has_many_writers() else _read(cursor, environment_id, pks)
        with transaction.atomic():
            if not statements.try_lock_environment(cursor, environment_id):
                return 0
            due = due or _read(cursor, environment_id, pks)
            # first, so that on SQLite the rows that follow fill the pages that this frees
            if _delete(cursor, due.pks) < len(due.pks):
                transaction.set_rollback(True)  # deleted since they were read
                return 0
            store.store(cursor, environment_id, due.portion, now=datetime.now(UTC))
    return max(len(due.pks), len(due.portion.traces) + len(due.portion.spans))


@dataclass(frozen=True, slots=True)
class Due:
    """Batches of the inbox, decoded."""

    pks: Sequence[int]
    portion: Portion


def _read(cursor: Any, environment_id: int, pks: Sequence[int] | None) -> Due:
    wanted = _next_rows(cursor, environment_id) if pks is None else pks
    prices = store.own_prices(cursor, environment_id)
    batches = sorted(statements.select_in(cursor, _BODIES, [environment_id], wanted))
    portion = make_portion(
        ((kind, received_ms, bytes(body)) for _, kind, received_ms, body in batches), prices
    )
    return Due([row[0] for row in batches], portion)


def _delete(cursor: Any, pks: Sequence[int]) -> int:
    """Delete batches; returns how many there were."""
    if not pks:
        return 0
    marks = ", ".join(["%s"] * len(pks))
    cursor.execute(f"DELETE FROM traces_inbox WHERE id IN ({marks})", list(pks))
    return int(cursor.rowcount)


def _digest_apart(environment_id: int) -> int:
    """The same, batch by batch, so that one that fails does not hold up the others."""
    with connection.cursor() as cursor:
        pks = _next_rows(cursor, environment_id)
    done = 0
    for pk in pks:
        try:
            done += _digest(environment_id, [pk])
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            done += _digest_items(environment_id, pk)
    return done


def _digest_items(environment_id: int, pk: int) -> int:
    """A failing batch item by item; what fails alone becomes a dead letter."""
    with connection.cursor() as cursor:
        found = statements.select_in(cursor, _BODIES, [environment_id], [pk])
    if not found:
        return 0
    _, kind, received_ms, body = found[0]
    parts = [bytes(part) for part in msgspec.json.decode(bytes(body), type=list[msgspec.Raw])]
    dead = []
    for part in parts:
        try:
            _digest_one(environment_id, kind, received_ms, part)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.warning("digest_dead_letter", error=repr(error)[:300])
            dead.append((part, f"{type(error).__name__}: {error}"[:500]))
    with transaction.atomic(), connection.cursor() as cursor:
        now = datetime.now(UTC)
        cursor.executemany(
            _DEAD,
            [
                (environment_id, kind, received_ms, _printable(reason), part, _moment(now))
                for part, reason in dead
            ],
        )
        _delete(cursor, [pk])
    return len(parts)


def _digest_one(environment_id: int, kind: str, received_ms: int, part: bytes) -> None:
    with connection.cursor() as cursor:
        prices = store.own_prices(cursor, environment_id)
        portion = make_portion([(kind, received_ms, b"[" + part + b"]")], prices)
        with transaction.atomic():
            statements.lock_environment(cursor, environment_id)
            store.store(cursor, environment_id, portion, now=datetime.now(UTC))


def _printable(reason: str) -> str:
    return reason.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)

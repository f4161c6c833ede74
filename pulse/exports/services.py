"""Starting, writing and expiring exports."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from pulse import products, queue
from pulse.errors import FieldError, InvalidInput, TooManyRequests
from pulse.exports import selectors, writing
from pulse.exports.models import Export
from pulse.tenancy.models import Environment

log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
LEASE = timedelta(minutes=5)
MAX_TRIES = 3
MAX_UNFINISHED = 5
RETRY_PAUSE = timedelta(minutes=1)


@transaction.atomic
def start_export(
    environment: Environment,
    *,
    product: str,
    kind: str,
    format: str = "ndjson",
    parameters: dict[str, Any] | None = None,
) -> Export:
    """Queue a file of the product's ``kind``; the pump writes it after the commit.

    ``parameters`` must be JSON: they are stored and handed to the exporter. Raises InvalidInput
    for an unknown kind or format, TooManyRequests while five are unfinished.
    """
    if kind not in products.by_name(product).exporters:
        raise InvalidInput(fields=[FieldError("kind", "is not something that can be exported")])
    if format not in Export.Format.values:
        raise InvalidInput(fields=[FieldError("format", "must be ndjson or csv")])
    if selectors.unfinished(environment, product) >= MAX_UNFINISHED:
        raise TooManyRequests("Five exports are still being written.", retry_after=10)
    now = datetime.now(UTC)
    row = Export.objects.create(
        environment=environment,
        product=product,
        kind=kind,
        format=format,
        parameters=parameters or {},
        next_attempt_at=now,
        created_at=now,
    )
    queue.kick("exports")
    return row


class _TakenAway(Exception):
    """The export is no longer this worker's: its lease ran out, or an erasure makes it begin again."""


def write_next() -> int:
    """Write the next due export; the ``exports`` pump calls this. The lease is renewed with progress."""
    now = datetime.now(UTC)
    if not selectors.any_due(now):
        return 0
    with transaction.atomic():
        row = selectors.lock_due(now)
        if row is None:
            return 0
        row.state = Export.State.RUNNING
        row.tries += 1
        row.rows = row.size_bytes = 0
        row.next_attempt_at = now + LEASE
        row.save(update_fields=["state", "tries", "rows", "size_bytes", "next_attempt_at"])
    try:
        _write(row)
    except _TakenAway:
        log.info("export_taken_away", export=row.public_id)
    except Exception as error:
        _note_failure(row, error)
    return 1


def _write(row: Export) -> None:
    with tempfile.TemporaryFile() as file:
        for chunk, count in writing.encode(_rows(row), row.format):
            file.write(chunk)
            row.rows += count
            row.size_bytes += len(chunk)
            _note_progress(row)
        _note_progress(row)
        file.seek(0)
        default_storage.delete(row.storage_name)  # left by a try whose worker died
        default_storage.save(row.storage_name, File(file))
    now = datetime.now(UTC)
    done = {"state": Export.State.DONE, "parameters": {}, "finished_at": now}
    if not _mine(row).update(**done, expires_at=now + KEPT):
        default_storage.delete(row.storage_name)
        raise _TakenAway


def _rows(row: Export) -> Iterator[dict[str, Any]]:
    exporter = import_string(products.by_name(row.product).exporters[row.kind])
    rows: Iterator[dict[str, Any]] = exporter(row.environment, row.parameters)
    return rows


def _mine(row: Export) -> QuerySet[Export]:
    """The row, while this worker's try is the one that counts."""
    return Export.unscoped.filter(pk=row.pk, state=Export.State.RUNNING, tries=row.tries)


def _note_progress(row: Export) -> None:
    lease_ends = datetime.now(UTC) + LEASE
    if not _mine(row).update(rows=row.rows, size_bytes=row.size_bytes, next_attempt_at=lease_ends):
        raise _TakenAway


def _note_failure(row: Export, error: Exception) -> None:
    log.error("export_failed", export=row.public_id, tries=row.tries, exc_info=error)
    now = datetime.now(UTC)
    if row.tries < MAX_TRIES:
        _mine(row).update(next_attempt_at=now + RETRY_PAUSE)
        return
    _mine(row).update(
        state=Export.State.FAILED,
        parameters={},
        finished_at=now,
        error="The export could not be written.",
    )


def delete_expired(*, now: datetime) -> int:
    """Delete the files of exports past their seven days; how many."""
    rows = selectors.expired(now, 100)
    for row in rows:
        default_storage.delete(row.storage_name)
        Export.unscoped.filter(pk=row.pk).update(state=Export.State.EXPIRED)
    return len(rows)

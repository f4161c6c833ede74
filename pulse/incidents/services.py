"""Keeping incidents, and telling those who must know: operators and the organization's admins."""

from __future__ import annotations

import hashlib
import traceback
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction

from pulse import logs, queue, times
from pulse.incidents import selectors
from pulse.incidents.models import Incident
from pulse.mail import services as mail
from pulse.tenancy import selectors as tenancy
from pulse.tenancy.models import Environment, Organization

log = structlog.get_logger(__name__)

QUIET = timedelta(hours=1)
RETENTION = timedelta(days=90)
BATCH = 200
MAX_TRACE = 8000
MAX_IDS_IN_MAIL = 50


def record_incident(
    exception: BaseException,
    *,
    request_id: str,
    path: str,
    environment: Environment | None = None,
) -> None:
    """Keep an unhandled exception under the id its answer carries, and have people told.

    Called after the request's own transaction was rolled back. Never raises: who answers 500
    has one problem already. ``path`` is the route's template, for a path may hold a secret.
    """
    try:
        with transaction.atomic():
            Incident.objects.create(
                request_id=request_id[:128],
                environment=environment,
                fingerprint=fingerprint(exception),
                kind=_kind(exception)[:200],
                message=_message(exception),
                path=path[:300],
                trace=_trace(exception),
                created_at=datetime.now(UTC),
            )
            queue.kick("incidents")
    except DatabaseError:
        log.exception("incident_not_kept", request_id=request_id)


def fingerprint(exception: BaseException) -> str:
    """The same for the same bug: the exception's class and the frames of our own code."""
    root = str(settings.BASE_DIR)
    frames = traceback.extract_tb(exception.__traceback__)
    ours = [
        f"{Path(frame.filename).relative_to(root)}:{frame.name}"
        for frame in frames
        if frame.filename.startswith(root) and "site-packages" not in frame.filename
    ]
    text = "\n".join([_kind(exception), *(ours or [frame.name for frame in frames])])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _kind(exception: BaseException) -> str:
    return f"{type(exception).__module__}.{type(exception).__qualname__}".removeprefix("builtins.")


def _message(exception: BaseException) -> str:
    """The first line: what PostgreSQL adds below it may quote a person's data."""
    lines = str(exception).splitlines()
    return logs.redact(lines[0])[:300] if lines else ""


def _trace(exception: BaseException) -> str:
    frames = "".join(traceback.format_tb(exception.__traceback__))
    return logs.redact(frames)[-MAX_TRACE:].replace("\x00", "\ufffd")


def tell() -> int:
    """Mail what nobody was told yet, one mail per bug, organization and hour; how many incidents.

    The ``incidents`` pump calls this. What comes within the quiet hour waits for the next mail, so
    every id reaches the admins well within 24 hours.
    """
    if not selectors.any_untold():
        return 0
    now = datetime.now(UTC)
    told = 0
    with transaction.atomic():
        groups: dict[tuple[int | None, str], list[Incident]] = defaultdict(list)
        for row in selectors.lock_untold(BATCH):
            owner = row.environment.organization_id if row.environment else None
            groups[owner, row.fingerprint].append(row)
        for rows in groups.values():
            environment = rows[0].environment
            organization = environment.organization if environment else None
            if selectors.told_since(organization, rows[0].fingerprint, now - QUIET):
                continue
            _mail(organization, rows)
            Incident.objects.filter(pk__in=[row.pk for row in rows]).update(notified_at=now)
            told += len(rows)
    return told


def _mail(organization: Organization | None, rows: list[Incident]) -> None:
    newest = rows[-1]
    ids = "\n".join(
        f"  {row.request_id}  {times.utc_seconds(row.created_at)}  {row.path}"
        for row in rows[:MAX_IDS_IN_MAIL]
    )
    more = len(rows) - MAX_IDS_IN_MAIL
    if more > 0:
        ids += f"\n  and {more} more"
    operators = tenancy.operator_addresses()
    for address in operators:
        mail.enqueue(
            to=address,
            subject=f"Incident: {newest.kind} at {newest.path}",
            text=f"{newest.kind}: {newest.message}\n\n{ids}\n\n{newest.trace}",
            ref=newest.request_id[:100],
        )
    if organization is None:
        return
    for address in tenancy.admin_addresses(organization):
        if address not in operators:
            mail.enqueue(
                to=address,
                subject=f"We failed to answer {len(rows)} of your requests",
                text=(
                    "Something went wrong on our side. Nothing of these requests was stored; "
                    f"they are safe to repeat. Incident ids:\n\n{ids}\n"
                ),
                environment=newest.environment,
                ref=newest.request_id[:100],
            )


def delete_expired(*, now: datetime) -> int:
    """Delete incidents older than 90 days; how many."""
    aged = Incident.objects.filter(created_at__lt=now - RETENTION).order_by("created_at")
    deleted, _ = Incident.objects.filter(pk__in=aged.values("pk")[:5000]).delete()
    return deleted

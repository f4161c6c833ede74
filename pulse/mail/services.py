"""Queueing mail with the change it belongs to, and sending it with patience."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import EmailValidator
from django.db import transaction
from django.db.models import QuerySet

from pulse import queue
from pulse.mail import selectors
from pulse.mail.models import OutgoingMail
from pulse.tenancy.models import Environment

log = structlog.get_logger(__name__)

BATCH = 10
LEASE = timedelta(minutes=5)
PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 180, 360, 720, 1440))
RETENTION = timedelta(days=90)
_is_address = EmailValidator()


def enqueue(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    environment: Environment | None = None,
    ref: str = "",
) -> OutgoingMail:
    """Queue a message in the caller's transaction; it is sent after the commit, and tried for days.

    ``ref`` is the public id of what it is about. A subject never carries a line break into the
    header. Raises ``django.core.exceptions.ValidationError`` when ``to`` is not one plain address.
    """
    _is_address(to)
    now = datetime.now(UTC)
    row = OutgoingMail.objects.create(
        environment=environment,
        to=to,
        subject=" ".join(subject.split())[:250],
        text=text,
        html=html,
        ref=ref,
        next_attempt_at=now,
        created_at=now,
    )
    queue.kick("mail")
    return row


def send_due() -> int:
    """Send what is due; the ``mail`` pump calls this. A worker that dies leaves a lease that ends."""
    now = datetime.now(UTC)
    if not selectors.any_due(now):
        return 0
    with transaction.atomic():
        rows = selectors.lock_due(now, BATCH)
        OutgoingMail.objects.filter(pk__in=[row.pk for row in rows]).update(
            next_attempt_at=now + LEASE
        )
    if not rows:
        return 0
    connection = get_connection(fail_silently=False)
    try:
        for row in rows:
            _send(row, connection)
    finally:
        connection.close()
    return len(rows)


def _send(row: OutgoingMail, connection: BaseEmailBackend) -> None:
    row.attempts += 1
    try:
        _message(row, connection).send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        _note_failure(row, error)
    else:
        row.state = OutgoingMail.State.SENT
        row.sent_at = datetime.now(UTC)
        row.last_error = ""
    row.save(update_fields=["state", "attempts", "next_attempt_at", "last_error", "sent_at"])


def _message(row: OutgoingMail, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(row.subject, row.text, to=[row.to], connection=connection)
    if row.html:
        message.attach_alternative(row.html, "text/html")
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    return message


def _note_failure(row: OutgoingMail, error: Exception) -> None:
    row.last_error = f"{type(error).__name__}: {error}"[:300]
    if _is_final(error):
        row.state = OutgoingMail.State.BOUNCED
    elif row.attempts > len(PAUSES):
        row.state = OutgoingMail.State.FAILED
    else:
        row.next_attempt_at = datetime.now(UTC) + PAUSES[row.attempts - 1]
    log.warning("mail_not_sent", mail=row.pk, state=row.state, error=type(error).__name__)


def _is_final(error: Exception) -> bool:
    """A refusal of this message or recipient for good: SMTP 5xx, or a header that cannot be written."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def requeue(rows: QuerySet[OutgoingMail], *, now: datetime) -> int:
    """Queue bounced and failed messages again; how many."""
    ended = rows.filter(state__in=(OutgoingMail.State.BOUNCED, OutgoingMail.State.FAILED))
    count = ended.update(state=OutgoingMail.State.QUEUED, attempts=0, next_attempt_at=now)
    queue.kick("mail")
    return count


def delete_expired(*, now: datetime) -> int:
    """Delete messages older than 90 days; how many."""
    aged = OutgoingMail.objects.filter(created_at__lt=now - RETENTION)
    deleted, _ = OutgoingMail.objects.filter(
        pk__in=aged.order_by("created_at").values("pk")[:5000]
    ).delete()
    return deleted

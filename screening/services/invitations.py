"""Mail to candidates: queued in the caller's transaction, sent and retried by the kernel."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from pulse.mail.models import OutgoingMail
from pulse.mail.selectors import mails_about
from pulse.mail.services import enqueue
from screening import links
from screening.account import Account
from screening.models import Screening
from screening.selectors import screenings as selectors

REMIND_BEFORE = timedelta(hours=48)


def queue_invitation(screening: Screening, *, now: datetime) -> None:
    """Queue the invitation with the link as it is now; what becomes of it shows in the screening."""
    _note_mail(screening, now)
    _send(screening, "invitation", f"Your screening for {_role(screening)}")


def queue_reminder(screening: Screening, *, now: datetime) -> None:
    """Queue a reminder; to somebody who had no mail yet it is the invitation too."""
    screening.reminded_at = now
    screening.save(update_fields=["reminded_at"])
    if screening.invited_at is None:
        _note_mail(screening, now)
    _send(screening, "reminder", f"Reminder: your screening for {_role(screening)}")


def _note_mail(screening: Screening, now: datetime) -> None:
    screening.invited_at = now
    if screening.status == Screening.Status.PENDING:  # a running attempt's link has been opened
        screening.invitation_status = Screening.Invitation.QUEUED
    screening.save(update_fields=["invited_at", "invitation_status"])


def remind_waiting(*, now: datetime) -> int:
    """Send the one automatic reminder, 48 hours before a link ends. Returns how many.

    A link that lives shorter than two reminders' distance gets none: the invitation is recent.
    """
    done = 0
    for row in selectors.to_remind(now, now + REMIND_BEFORE)[:100]:
        claimed = Screening.unscoped.filter(pk=row.pk, reminded_at=None).update(reminded_at=now)
        if claimed and row.expires_at - row.created_at > REMIND_BEFORE:
            queue_reminder(selectors.get_screening(row.environment, row.public_id), now=now)
            done += 1
    return done


def note_deliveries() -> int:
    """Take over what became of queued invitations. Returns how many were settled."""
    done = 0
    for row in selectors.with_queued_invitation()[:200]:
        mail = mails_about(row.environment, reference_of(row)).first()
        outcome = _OUTCOMES.get(mail.state) if mail else None
        if outcome is None:
            continue
        done += Screening.unscoped.filter(
            pk=row.pk, invitation_status=Screening.Invitation.QUEUED
        ).update(invitation_status=outcome)
    return done


_OUTCOMES: dict[str, str] = {
    OutgoingMail.State.SENT: Screening.Invitation.SENT,
    OutgoingMail.State.BOUNCED: Screening.Invitation.BOUNCED,
    OutgoingMail.State.FAILED: Screening.Invitation.BOUNCED,
}


def reference_of(screening: Screening) -> str:
    """How a mail names the screening it is about."""
    return screening.public_id


def _role(screening: Screening) -> str:
    """One line, whatever was stored: a header cannot be smuggled into a subject."""
    return " ".join((screening.job_title or screening.template.name).split())[:150]


def _send(screening: Screening, name: str, subject: str) -> None:
    context = _context(screening)
    enqueue(
        to=screening.candidate.email,
        subject=subject,
        text=render_to_string(f"screening/mail/{name}.txt", context),
        html=render_to_string(f"screening/mail/{name}.html", context),
        environment=screening.environment,
        ref=reference_of(screening),
    )


def _context(screening: Screening) -> dict[str, Any]:
    account = Account.of(screening.environment)
    minutes = screening.template.duration_minutes * float(screening.time_multiplier)
    zone = ZoneInfo(screening.environment.organization.time_zone)
    return {
        "name": screening.candidate.first_name,
        "role": _role(screening),
        "company": account.company,
        "contact": account.contact_email,
        "minutes": round(minutes),
        "questions": screening.template.question_count,
        "link": links.address_of(screening.link_nonce),
        "until": moment_in_words(screening.expires_at, zone),
    }


def moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """``Friday 20 January 2023, 15:45 (Europe/Rome, UTC+01:00)``: no reader has to guess the zone."""
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    named = "UTC" if zone.key == "UTC" else f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({named})"

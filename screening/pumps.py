"""What the pumps of screening run: each call does what is due now."""

from __future__ import annotations

from datetime import UTC, datetime

from screening.services import attempts, invitations, marking, reports, resumes, retention


def keep_time() -> int:
    """End what is over, remind who has two days left, release what waited too long for review."""
    now = datetime.now(UTC)
    done = attempts.settle_all(now=now)
    return done + invitations.remind_waiting(now=now) + marking.finalize_waiting(now=now)


def note_deliveries() -> int:
    return invitations.note_deliveries()


def write_reports() -> int:
    return reports.write_due(now=datetime.now(UTC))


def fetch_resumes() -> int:
    return resumes.fetch_due(now=datetime.now(UTC))


def forget() -> int:
    """Erase candidates whose retention has ended."""
    return retention.forget_due(now=datetime.now(UTC))

"""What the pumps of screening run: each call does what is due now."""

from __future__ import annotations

from datetime import UTC, datetime

from screening.services import (
    attempts,
    code_runs,
    invitations,
    marking,
    partner_updates,
    reports,
    resumes,
    retention,
)


def keep_time() -> int:
    """End what is over, remind who has two days left, release what waited too long for review."""
    now = datetime.now(UTC)
    done = attempts.settle_all(now=now)
    return done + invitations.remind_waiting(now=now) + marking.finalize_waiting(now=now)


def note_deliveries() -> int:
    return invitations.note_deliveries()


def write_reports() -> int:
    return reports.write_due(now=datetime.now(UTC))


def run_code() -> int:
    return code_runs.run_due(now=datetime.now(UTC))


def fetch_resumes() -> int:
    """Fetch what accounts want fetched, then look through what is new."""
    now = datetime.now(UTC)
    return resumes.fetch_due(now=now) + resumes.read_due(now=now)


def tell_partners() -> int:
    return partner_updates.send_due(now=datetime.now(UTC))


def forget() -> int:
    """Erase candidates whose retention has ended."""
    return retention.forget_due(now=datetime.now(UTC))

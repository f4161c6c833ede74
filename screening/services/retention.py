"""Forgetting: candidates without contact for as long as their account keeps people."""

from __future__ import annotations

from datetime import datetime, timedelta

from screening.account import Account
from screening.selectors import candidates as selectors
from screening.services import erasure

DAYS_PER_MONTH = 30.44
BATCH = 100


def forget_due(*, now: datetime) -> int:
    """Erase whom retention has reached, a batch per environment; a legal hold keeps a person."""
    done = 0
    for environment in selectors.every_environment():
        kept = timedelta(days=DAYS_PER_MONTH * Account.of(environment).retention_months)
        due = selectors.forgotten(now - kept).filter(environment=environment)
        for candidate in due[:BATCH]:
            erasure.erase_candidate(
                environment, candidate_id=candidate.public_id, now=now, actor="system"
            )
            done += 1
    return done

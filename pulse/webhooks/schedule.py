"""When a failed delivery is tried again: 72 hours of attempts with growing pauses."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PROMISE = timedelta(hours=72)
"""How long a delivery is tried, counted from its first attempt, so that an outage of ours takes
nothing from the customer's time."""
PAUSES_SECONDS = (5, 30, 120, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 21_600)
LAST_PAUSE_SECONDS = 28_800
BEFORE_LAST = timedelta(minutes=15)
"""No attempt falls so shortly before the last: the breaker that it opens would hold that one up."""
SLOW_DOWN_SECONDS = 60
MAX_RETRY_AFTER_SECONDS = 3600


def next_attempt_at(
    *,
    attempts: int,
    first_attempt_at: datetime,
    finished_at: datetime,
    status: int | None,
    timed_out: bool = False,
    retry_after_seconds: int | None = None,
) -> datetime | None:
    """The time of the next attempt after ``attempts`` failed ones; None when the promise is kept.

    The last attempt is placed exactly 72 hours after the first. Time-outs and 429, 502 and 504 wait
    a minute at least; 429 and 503 are believed a Retry-After of up to an hour.
    """
    give_up_at = first_attempt_at + PROMISE
    if finished_at >= give_up_at:
        return None
    seconds = _pause_seconds(attempts) * random.uniform(0.8, 1.2)  # noqa: S311
    if timed_out or status in (429, 502, 504):
        seconds = max(seconds, SLOW_DOWN_SECONDS)
    if status in (429, 503) and retry_after_seconds is not None:
        seconds = max(seconds, min(retry_after_seconds, MAX_RETRY_AFTER_SECONDS))
    due = finished_at + timedelta(seconds=seconds)
    return due if due <= give_up_at - BEFORE_LAST else give_up_at


def _pause_seconds(attempts: int) -> int:
    return PAUSES_SECONDS[attempts - 1] if attempts <= len(PAUSES_SECONDS) else LAST_PAUSE_SECONDS


def retry_after_seconds(header: str, *, now: datetime) -> int | None:
    """Seconds asked for by a Retry-After header, a number or an HTTP date; None when it is neither."""
    header = header.strip()
    if header.isascii() and header.isdigit() and len(header) < 10:
        return int(header)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int((moment - now).total_seconds()))

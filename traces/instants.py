"""Instants as this product stores and writes them: Unix milliseconds, ISO 8601 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MINUTE_MS = 60_000
QUARTER_MS = 15 * MINUTE_MS
DAY_MS = 86_400_000
EARLIEST_MS = -62_135_596_800_000  # 0001-01-01
LATEST_MS = 253_402_300_799_999  # 9999-12-31
SECONDS_BELOW = 10**12  # an epoch number under this is in seconds

RFC_3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)\Z"
_RFC_3339 = re.compile(RFC_3339, re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH_NUMBER = re.compile(r"\d{1,17}", re.ASCII)


def to_ms(moment: datetime) -> int:
    """Unix milliseconds; microseconds are cut."""
    return (moment - EPOCH) // MILLISECOND


def rfc_3339_ms(text: str) -> int:
    """Milliseconds of a full RFC 3339 date-time with a zone. Raises ValueError for anything else."""
    if not _RFC_3339.match(text):
        raise ValueError("not an RFC 3339 date-time with a zone")
    milliseconds = to_ms(datetime.fromisoformat(text))
    if not EARLIEST_MS <= milliseconds <= LATEST_MS:
        raise ValueError("out of range")
    return milliseconds


def filter_ms(text: str, *, end_of_day: bool) -> int:
    """A date filter: a day, an epoch number (seconds or milliseconds) or an ISO 8601 date-time.

    A day means its first millisecond, or its last where ``end_of_day``; no zone is UTC. Raises
    ValueError for anything else, days that do not exist included.
    """
    text = text.strip()
    if _DAY.fullmatch(text):
        start = to_ms(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC))
        return start + DAY_MS - 1 if end_of_day else start
    if _EPOCH_NUMBER.fullmatch(text):
        number = int(text)
        return min(number * 1000 if number < SECONDS_BELOW else number, LATEST_MS)
    if len(text) < 16 or not text[0].isdigit() or text[10] not in "T ":
        raise ValueError("not a date")
    moment = datetime.fromisoformat(text)
    milliseconds = to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if not EARLIEST_MS <= milliseconds <= LATEST_MS:
        raise ValueError("out of range")
    return milliseconds


def iso(milliseconds: int) -> str:
    """``2026-01-25T06:30:00.123Z``"""
    seconds, rest = divmod(milliseconds, 1000)
    moment = EPOCH + timedelta(seconds=seconds)
    # strftime does not pad the year to four digits on every platform, isoformat does
    return f"{moment.isoformat()[:19]}.{rest:03d}Z"

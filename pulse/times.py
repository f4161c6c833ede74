"""Instants and dates in the forms that the five contracts write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pulse.tenancy.models import Organization


def utc_seconds(moment: datetime | None) -> str | None:
    """``2026-04-20T12:05:00Z``; None stays None."""
    if moment is None:
        return None
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='seconds')}Z"


def utc_millis(moment: datetime | None) -> str | None:
    """``2026-04-20T12:05:00.000Z``; microseconds are cut, None stays None."""
    if moment is None:
        return None
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def parse_instant(text: str) -> datetime:
    """An ISO 8601 date-time as an aware instant; no zone means UTC. Raises ValueError."""
    if len(text) < 16 or text[10] not in "Tt ":
        raise ValueError("not an ISO 8601 date-time")
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def end_of_second(moment: datetime) -> datetime:
    """The last instant of its second: filters compare what answers show, which is whole seconds."""
    return moment.replace(microsecond=999_999)


def today(organization: Organization, now: datetime) -> date:
    """The calendar day in the organization's time zone."""
    return now.astimezone(ZoneInfo(organization.time_zone)).date()

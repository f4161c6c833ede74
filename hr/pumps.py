"""Work that the calendar makes due."""

from __future__ import annotations

from datetime import UTC, datetime

from hr.services import employees


def offboard_leavers() -> int:
    """Offboard people whose last day is over; how many were."""
    return employees.offboard_leavers(now=datetime.now(UTC))

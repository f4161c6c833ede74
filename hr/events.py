"""Everything HR announces. ``data`` is the resource as the API answers it, at that moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pulse.webhooks.events import Event

ALIASES = {
    "employee.deleted": "employee.offboarded",
    "log_session.published": "status_log.posted",
    "kudos.sent": "kudos.awarded",
    "workload.checkin.recorded": "workload.recorded",
    "leave.requested": "leave.logged",
    "leave.rejected": "leave.cancelled",
}
"""Names that older pages published → the name that is sent."""


@dataclass(frozen=True, kw_only=True)
class HrEvent(Event):
    product: ClassVar[str] = "hr"


@dataclass(frozen=True, kw_only=True)
class EmployeeCreated(HrEvent):
    """A person was added."""

    type: ClassVar[str] = "employee.created"
    resource: ClassVar[str] = "EmployeeOut"


@dataclass(frozen=True, kw_only=True)
class EmployeeUpdated(HrEvent):
    """A person changed; ``previous`` has the old values of the changed fields."""

    type: ClassVar[str] = "employee.updated"
    resource: ClassVar[str] = "EmployeeOut"
    sample: ClassVar[dict[str, Any]] = {
        "role": "Senior data engineer",
        "version": 2,
        "created_at": "2026-04-13T08:30:00Z",
    }
    sample_previous: ClassVar[dict[str, Any] | None] = {"role": "Data engineer"}


@dataclass(frozen=True, kw_only=True)
class EmployeeOffboarded(HrEvent):
    """A person left: once per departure."""

    type: ClassVar[str] = "employee.offboarded"
    resource: ClassVar[str] = "EmployeeOut"
    sample: ClassVar[dict[str, Any]] = {
        "end_date": "2026-04-20",
        "status": "former",
        "version": 2,
        "created_at": "2026-04-13T08:30:00Z",
    }


@dataclass(frozen=True, kw_only=True)
class StatusLogPosted(HrEvent):
    """A status-log entry was posted."""

    type: ClassVar[str] = "status_log.posted"
    resource: ClassVar[str] = "StatusLogOut"


@dataclass(frozen=True, kw_only=True)
class KudosAwarded(HrEvent):
    """Somebody recognised somebody else."""

    type: ClassVar[str] = "kudos.awarded"
    resource: ClassVar[str] = "KudosOut"


@dataclass(frozen=True, kw_only=True)
class WorkloadRecorded(HrEvent):
    """A workload answer was given or changed."""

    type: ClassVar[str] = "workload.recorded"
    resource: ClassVar[str] = "WorkloadOut"


@dataclass(frozen=True, kw_only=True)
class LeaveLogged(HrEvent):
    """Days off were logged."""

    type: ClassVar[str] = "leave.logged"
    resource: ClassVar[str] = "LeaveOut"


@dataclass(frozen=True, kw_only=True)
class LeaveApproved(HrEvent):
    """The same entry, under the published name: entries are born approved."""

    type: ClassVar[str] = "leave.approved"
    resource: ClassVar[str] = "LeaveOut"


@dataclass(frozen=True, kw_only=True)
class LeaveCancelled(HrEvent):
    """Days off were taken back; the payload is the whole entry."""

    type: ClassVar[str] = "leave.cancelled"
    resource: ClassVar[str] = "LeaveOut"
    sample: ClassVar[dict[str, Any]] = {
        "status": "cancelled",
        "created_at": "2026-04-13T08:30:00Z",
        "cancelled_at": "2026-04-20T10:12:03Z",
    }

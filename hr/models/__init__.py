from hr.models.calendars import CalendarFeed, Holiday
from hr.models.employees import CustomField, Department, Employee
from hr.models.entries import Kudos, StatusLogEntry, WorkloadCheckin
from hr.models.leave import AWAY, LeaveEntry
from hr.models.scores import ScoreInput

__all__ = [
    "AWAY",
    "CalendarFeed",
    "CustomField",
    "Department",
    "Employee",
    "Holiday",
    "Kudos",
    "LeaveEntry",
    "ScoreInput",
    "StatusLogEntry",
    "WorkloadCheckin",
]

"""Everything this product announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from pulse.webhooks.events import Event

_IDS = {"screening_id": "s67890", "candidate_id": "c12345", "template_id": "t54321"}


@dataclass(frozen=True, kw_only=True)
class ScreeningEvent(Event):
    product: ClassVar[str] = "screening"


@dataclass(frozen=True, kw_only=True)
class CandidateCreated(ScreeningEvent):
    """A candidate was added."""

    type: ClassVar[str] = "candidate.created"
    sample: ClassVar[dict[str, Any]] = {
        "candidate_id": "c12345",
        "name": "John Doe",
        "email": "john.doe@example.com",
        "status": "active",
        "created_at": "2023-01-15T10:30:00Z",
    }
    sample_at: ClassVar[datetime] = datetime(2023, 1, 15, 10, 30, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ScreeningCreated(ScreeningEvent):
    """A candidate was given a screening."""

    type: ClassVar[str] = "screening.created"
    sample: ClassVar[dict[str, Any]] = _IDS | {
        "status": "pending",
        "job_title": "Senior Frontend Developer",
        "created_at": "2023-01-18T09:15:00Z",
    }
    sample_at: ClassVar[datetime] = datetime(2023, 1, 18, 9, 15, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ScreeningStarted(ScreeningEvent):
    """The candidate pressed Start: the clock runs."""

    type: ClassVar[str] = "screening.started"
    sample: ClassVar[dict[str, Any]] = _IDS | {"started_at": "2023-01-20T15:00:00Z"}
    sample_at: ClassVar[datetime] = datetime(2023, 1, 20, 15, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ScreeningCompleted(ScreeningEvent):
    """A screening was completed and has its score."""

    type: ClassVar[str] = "screening.completed"
    sample: ClassVar[dict[str, Any]] = _IDS | {
        "score": 85,
        "completed_at": "2023-01-20T15:45:00Z",
    }
    sample_at: ClassVar[datetime] = datetime(2023, 1, 20, 15, 45, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ReportGenerated(ScreeningEvent):
    """The report on a completed screening can be read."""

    type: ClassVar[str] = "report.generated"
    sample: ClassVar[dict[str, Any]] = _IDS | {
        "score": 85,
        "recommendation": "Recommended for next interview stage",
        "generated_at": "2023-01-20T15:45:30Z",
    }
    sample_at: ClassVar[datetime] = datetime(2023, 1, 20, 15, 45, 30, tzinfo=UTC)

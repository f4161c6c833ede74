"""Everything this product announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pulse.webhooks.events import Event


@dataclass(frozen=True, kw_only=True)
class CandidateCreated(Event):
    type: ClassVar[str] = "candidate.created"
    product: ClassVar[str] = "screening"


@dataclass(frozen=True, kw_only=True)
class ScreeningCreated(Event):
    type: ClassVar[str] = "screening.created"
    product: ClassVar[str] = "screening"


@dataclass(frozen=True, kw_only=True)
class ScreeningStarted(Event):
    type: ClassVar[str] = "screening.started"
    product: ClassVar[str] = "screening"


@dataclass(frozen=True, kw_only=True)
class ScreeningCompleted(Event):
    type: ClassVar[str] = "screening.completed"
    product: ClassVar[str] = "screening"


@dataclass(frozen=True, kw_only=True)
class ReportGenerated(Event):
    type: ClassVar[str] = "report.generated"
    product: ClassVar[str] = "screening"

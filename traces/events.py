"""Everything traces announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pulse.webhooks.events import Event

_ALERT = {
    "id": "alr_01HR3000000000000000000001",
    "name": "Slow answers",
    "measure": "latency_p95_ms",
    "threshold": 4000,
    "windowMinutes": 15,
    "active": True,
    "firingSince": None,
    "lastValue": 2310,
    "createdAt": "2026-04-01T08:00:00.000Z",
}


@dataclass(frozen=True, kw_only=True)
class TracesEvent(Event):
    product: ClassVar[str] = "traces"


@dataclass(frozen=True, kw_only=True)
class AlertFired(TracesEvent):
    """A measure passed its threshold."""

    type: ClassVar[str] = "alert.fired"
    sample: ClassVar[dict[str, Any]] = _ALERT | {
        "firingSince": "2026-04-20T10:12:03.000Z",
        "lastValue": 5240,
    }


@dataclass(frozen=True, kw_only=True)
class AlertRecovered(TracesEvent):
    """A measure came back under its threshold."""

    type: ClassVar[str] = "alert.recovered"
    sample: ClassVar[dict[str, Any]] = _ALERT

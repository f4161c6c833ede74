"""Everything traces announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pulse.webhooks.events import Event


@dataclass(frozen=True, kw_only=True)
class TracesEvent(Event):
    product: ClassVar[str] = "traces"


@dataclass(frozen=True, kw_only=True)
class AlertFired(TracesEvent):
    """A measure passed its threshold."""

    type: ClassVar[str] = "alert.fired"


@dataclass(frozen=True, kw_only=True)
class AlertRecovered(TracesEvent):
    """A measure came back under its threshold."""

    type: ClassVar[str] = "alert.recovered"

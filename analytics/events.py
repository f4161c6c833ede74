"""What this product announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pulse.webhooks import events


@dataclass(frozen=True, kw_only=True)
class ErasureFinished(events.Event):
    """Everything of one user has been deleted; ``data`` is the erasure."""

    type: ClassVar[str] = "erasure.finished"
    product: ClassVar[str] = "analytics"
    sample: ClassVar[dict[str, Any]] = {
        "id": "era_01HR3000000000000000000001",
        "state": "done",
        "deletedEvents": 1284,
        "requestedAt": "2026-04-20T10:11:40.000Z",
        "finishedAt": "2026-04-20T10:12:03.000Z",
    }

"""What this product announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pulse.webhooks import events


@dataclass(frozen=True, kw_only=True)
class ErasureFinished(events.Event):
    """Everything of one user has been deleted; ``data`` is the erasure."""

    type: ClassVar[str] = "erasure.finished"
    product: ClassVar[str] = "analytics"
    description: ClassVar[str] = "Everything of one user has been deleted."

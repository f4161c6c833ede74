"""Refusals of this product, beside the kernel's vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulse.errors import ApiError, InvalidInput, PayloadTooLarge


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one event: a member of it, a short reason for programs, a sentence."""

    field: str
    reason: str
    message: str

    @property
    def too_large(self) -> bool:
        return self.reason == "too_large"

    @property
    def code(self) -> str:
        return "PAYLOAD_TOO_LARGE" if self.too_large else "BAD_REQUEST"


class NotAnObject(InvalidInput):
    message = "Request body must be a JSON object"


class EventsMissing(InvalidInput):
    message = "events must be an array"


class EventsEmpty(InvalidInput):
    message = "events must not be empty"


class TooManyEvents(PayloadTooLarge):
    message = "A batch holds at most 1000 events"


def event_refused(fault: Fault) -> ApiError:
    """The refusal of a single event."""
    kind = PayloadTooLarge if fault.too_large else InvalidInput
    return kind(fault.message, details={"field": fault.field, "reason": fault.reason})


def batch_refused(faults: list[tuple[int, Fault]], *, shown: int = 50) -> ApiError:
    """The refusal of a whole batch: nothing of it was stored. ``faults`` are (index, fault)."""
    index, first = faults[0]
    errors: list[dict[str, Any]] = [
        {"index": number, "field": fault.field, "reason": fault.reason}
        for number, fault in faults[:shown]
    ]
    kind = PayloadTooLarge if first.too_large else InvalidInput
    return kind(f"events[{index}]: {first.message}", details={"errors": errors, "ingested": 0})

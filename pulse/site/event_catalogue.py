"""Every event of every product with a sample of what is delivered."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pulse import products
from pulse.products import ProductConfig
from pulse.webhooks import events, forms

AT = datetime(2026, 4, 20, 10, 12, 3, tzinfo=UTC)
SAMPLE_EVENT_ID = "evt_01HR3000000000000000000001"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event type: what it says, when it is sent, and the body of a delivery."""

    type: str
    description: str
    sample: str


@dataclass(frozen=True, slots=True)
class Group:
    config: ProductConfig
    entries: list[Entry]


def groups() -> list[Group]:
    """The products that announce something, with their events in the order of declaration."""
    return [
        Group(config, [_entry(one) for one in events.catalogue(config.product).values()])
        for config in products.installed()
        if config.events
    ]


def _entry(kind: type[events.Event]) -> Entry:
    description = kind.description or inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    sample: dict[str, Any] = getattr(kind, "sample", None) or {"id": "…"}
    body = forms.body_of(kind(data=sample), public_id=SAMPLE_EVENT_ID, created_at=AT, live=False)
    return Entry(
        kind.type,
        description.replace("\n", " "),
        json.dumps(json.loads(body), indent=2, ensure_ascii=False),
    )

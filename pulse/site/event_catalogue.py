"""Every event of every product with a sample of what is delivered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pulse import products
from pulse.http import openapi
from pulse.products import ProductConfig
from pulse.site import schemas
from pulse.webhooks import events, forms

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
    event = kind(data=_data(kind), previous=kind.sample_previous)
    body = forms.body_of(event, public_id=SAMPLE_EVENT_ID, created_at=kind.sample_at, live=False)
    return Entry(
        kind.type,
        events.description_of(kind),
        json.dumps(json.loads(body), indent=2, ensure_ascii=False),
    )


def _data(kind: type[events.Event]) -> dict[str, Any]:
    """What the event carries: the event's own sample, over the example of its resource."""
    if not kind.resource:
        return kind.sample
    resource = {"$ref": f"#/components/schemas/{kind.resource}"}
    example: dict[str, Any] = schemas.sample(openapi.document_of(kind.product), resource)
    return example | kind.sample

"""The two documented forms of a delivery: which body is stored, and which headers go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ulid import ULID

from pulse import fastjson, products, times
from pulse.webhooks import signing
from pulse.webhooks.events import Event

MAX_BODY_BYTES = 256 * 1024
USER_AGENT = "Pulse-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets that count at one moment: ``previous`` during a rotation's overlap, ``upcoming``
    before its switch."""

    current: str
    previous: str = ""
    upcoming: str = ""

    @property
    def newest_first(self) -> list[str]:
        return [one for one in (self.upcoming, self.current, self.previous) if one]


def has_switch_moment(product: str) -> bool:
    """Whether a rotation waits for a switch, because the header has room for one signature only."""
    return products.by_name(product).webhook_form == "pihupulse"


def body_of(event: Event, *, public_id: str, created_at: datetime, live: bool) -> bytes:
    """The bytes that are stored, signed and sent; above 256 kB ``data`` shrinks to ids and an address."""
    body = _encode(event, event.data, public_id, created_at, live)
    if len(body) > MAX_BODY_BYTES:
        body = _encode(event, _thin(event), public_id, created_at, live)
    return body


def _encode(
    event: Event, data: dict[str, Any], public_id: str, created_at: datetime, live: bool
) -> bytes:
    moment = times.utc_seconds(created_at)
    if products.by_name(event.product).webhook_form == "pihupulse":
        return fastjson.dumps({"event": event.type, "created_at": moment, "data": data})
    envelope: dict[str, Any] = {
        "id": public_id,
        "type": event.type,
        "created_at": moment,
        "data": data,
        "livemode": live,
    }
    if event.previous is not None and data is event.data:
        envelope["previous"] = event.previous
    return fastjson.dumps(envelope)


def _thin(event: Event) -> dict[str, Any]:
    ids = {key: value for key, value in event.data.items() if key == "id" or key.endswith("_id")}
    return ids | {"truncated": True, "resource_url": event.resource_path or None}


def headers_of(
    *,
    product: str,
    event_id: str,
    event_type: str,
    delivery_id: str,
    attempt: int,
    body: bytes,
    secrets: Secrets,
    at: datetime,
) -> dict[str, str]:
    """Every header of one attempt; signatures are made anew for it."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signing.standard_signature(
            secrets.newest_first, message_id=event_id, body=body, at=at
        ),
    }
    if products.by_name(product).webhook_form == "pihupulse":
        headers |= {
            "X-PihuPulse-Event": event_type,
            "X-PihuPulse-Delivery": delivery_uuid(delivery_id),
            "X-PihuPulse-Timestamp": str(int(at.timestamp())),
            "X-PihuPulse-Signature": signing.hex_hmac(secrets.current, body),
        }
        if secrets.upcoming:
            headers["X-PihuPulse-Signature-Next"] = signing.hex_hmac(secrets.upcoming, body)
        return headers
    return headers | {
        "X-Pulse-Event": event_type,
        "X-Pulse-Delivery": delivery_id,
        "X-Pulse-Attempt": str(attempt),
        "X-Pulse-Signature": signing.timed_signature(_without_upcoming(secrets), body, at),
    }


def _without_upcoming(secrets: Secrets) -> Sequence[str]:
    return [one for one in (secrets.current, secrets.previous) if one]


def delivery_uuid(delivery_id: str) -> str:
    """The same 128 bits as the delivery's id, in the form that screening documents."""
    return str(ULID.from_str(delivery_id.partition("_")[2]).to_uuid())


def delivery_id_of(text: str) -> str:
    """The delivery's id from its UUID; any other text is given back as it is."""
    try:
        return f"del_{ULID.from_uuid(UUID(text))}"
    except ValueError:
        return text

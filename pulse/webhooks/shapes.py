"""How endpoints, events and deliveries are spelled, for every product's answers and the console."""

from __future__ import annotations

import json
from typing import Any

from pulse.times import utc_seconds
from pulse.webhooks import selectors
from pulse.webhooks.models import Attempt, Delivery, Endpoint, Event

STATUS_OF: dict[str, str] = {
    str(state): name for name, states in selectors.PUBLIC_STATUS.items() for state in states
}


def endpoint(row: Endpoint) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "url": row.url,
        "events": row.events,
        "description": row.description,
        "status": row.status,
        "disabled_reason": row.disabled_reason or None,
        "consecutive_failures": row.consecutive_failures,
        "last_success_at": utc_seconds(row.last_success_at),
        "previous_secret_expires_at": utc_seconds(row.previous_until),
        "next_secret_from": utc_seconds(row.next_from),
        "created_at": utc_seconds(row.created_at),
        "updated_at": utc_seconds(row.updated_at),
    }


def event(row: Event) -> dict[str, Any]:
    """What was sent, read from the stored bytes; ``data`` is null once the body was erased."""
    body = json.loads(row.body) if row.body else {}
    shape = {
        "id": row.public_id,
        "type": row.type,
        "created_at": body.get("created_at", utc_seconds(row.created_at)),
        "data": body.get("data"),
    }
    for name in ("livemode", "previous"):
        if name in body:
            shape[name] = body[name]
    return shape


def delivery(row: Delivery) -> dict[str, Any]:
    """One row of the log; ``event`` and ``endpoint`` must be loaded."""
    pending = row.state in Delivery.OPEN
    return {
        "id": row.public_id,
        "event_id": row.event.public_id,
        "event_type": row.event.type,
        "endpoint_id": row.endpoint.public_id,
        "status": STATUS_OF[row.state],
        "attempts": row.attempts,
        "next_attempt_at": utc_seconds(row.next_attempt_at) if pending else None,
        "last_outcome": row.last_outcome or None,
        "last_response_status": row.last_status,
        "replay_of": row.replay_of or None,
        "created_at": utc_seconds(row.created_at),
        "settled_at": utc_seconds(row.settled_at),
    }


def delivery_with_tries(row: Delivery) -> dict[str, Any]:
    """One delivery with the body that is sent and what came back at each try."""
    tries = [attempt(one) for one in selectors.attempts_of(row)]
    return delivery(row) | {"request_body": row.event.body or None, "tries": tries}


def attempt(row: Attempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "started_at": utc_seconds(row.started_at),
        "outcome": row.outcome,
        "latency_ms": row.latency_ms,
        "request_headers": row.request_headers,
        "response_status": row.status_code,
        "response_body": row.response_excerpt,
        "error": row.error or None,
        "peer_ip": row.peer_ip or None,
    }

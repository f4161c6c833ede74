"""One delivery over the wire: sign now, send, and say what happened. Knows no database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from pulse.outbound import client
from pulse.webhooks import forms, schedule
from pulse.webhooks.models import Attempt
from pulse.webhooks.services import BROKEN_SINK_URL, SINK_URL

EXCERPT_BYTES = 4096
RESERVE_SECONDS = 20.0
"""A job whose lease has less left than one attempt can take is handed back unsent."""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery with all that sending needs; ``lease_ends`` is on the monotonic clock."""

    delivery_pk: int
    endpoint_pk: int
    delivery_id: str
    event_id: str
    event_type: str
    product: str
    url: str
    live: bool
    body: bytes
    secrets: forms.Secrets
    number: int
    lease_token: str
    lease_ends: float
    first_lane: bool
    probe: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job. ``outcome`` is empty when nothing was sent."""

    job: Job
    started_at: datetime
    finished_at: datetime
    outcome: str = ""
    status: int | None = None
    latency_ms: int = 0
    headers: dict[str, str] | None = None
    excerpt: str = ""
    error: str = ""
    peer_ip: str = ""
    retry_after_seconds: int | None = None

    @property
    def sent(self) -> bool:
        return bool(self.outcome)

    @property
    def delivered(self) -> bool:
        return self.outcome == Attempt.Outcome.DELIVERED


def released(job: Job) -> Result:
    now = datetime.now(UTC)
    return Result(job, now, now)


def failed(job: Job, error: Exception) -> Result:
    """A bug of ours while sending; counted as an attempt."""
    now = datetime.now(UTC)
    kind = type(error).__name__
    return Result(job, now, now, Attempt.Outcome.CONNECTION, error=f"internal error: {kind}")


def carry(job: Job) -> Result:
    """Send one delivery; never raises for anything a receiver or the network does."""
    if job.lease_ends - time.monotonic() < RESERVE_SECONDS:
        return released(job)
    started_at = datetime.now(UTC)
    clock = time.monotonic()
    headers = forms.headers_of(
        product=job.product,
        event_id=job.event_id,
        event_type=job.event_type,
        delivery_id=job.delivery_id,
        attempt=job.number,
        body=job.body,
        secrets=job.secrets,
        at=started_at,
    )
    if job.url == SINK_URL:
        return Result(
            job, started_at, started_at, Attempt.Outcome.DELIVERED, 200, 0, headers, "sink"
        )
    if job.url == BROKEN_SINK_URL:
        return Result(
            job, started_at, started_at, Attempt.Outcome.HTTP_ERROR, 500, 0, headers, "broken sink"
        )
    try:
        answer = client.call(
            "POST",
            job.url,
            live=job.live,
            headers=headers,
            body=job.body,
            keep_alive=True,
        )
    except client.CallFailed as failure:
        return Result(
            job,
            started_at,
            datetime.now(UTC),
            failure.kind,
            latency_ms=_elapsed_ms(clock),
            headers=headers,
            error=failure.message[:300],
            peer_ip=failure.peer_ip,
        )
    finished_at = datetime.now(UTC)
    good = 200 <= answer.status < 300
    return Result(
        job,
        started_at,
        finished_at,
        Attempt.Outcome.DELIVERED if good else Attempt.Outcome.HTTP_ERROR,
        status=answer.status,
        latency_ms=_elapsed_ms(clock),
        headers=headers,
        excerpt=excerpt_of(answer.body),
        peer_ip=answer.peer_ip,
        retry_after_seconds=schedule.retry_after_seconds(
            answer.headers.get("retry-after", ""), now=finished_at
        ),
    )


def excerpt_of(body: bytes) -> str:
    """The first 4 kB as text that any database stores: no NUL, no broken UTF-8."""
    return body[:EXCERPT_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")


def _elapsed_ms(clock: float) -> int:
    return round((time.monotonic() - clock) * 1000)

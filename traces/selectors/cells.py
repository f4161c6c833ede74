"""What was requested, in cells of one moment, provider, model and service.

Cells come from the roll-ups; the edges of a range that fill no bucket come from the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pulse.tenancy.models import Environment
from traces import instants, sketches
from traces.decoding.items import LLM_CALL, SDK
from traces.models import Rollup, Span, Trace
from traces.models.rollups import Width
from traces.selectors import ranges
from traces.shapes import MICRO, number

_MEASURES = (
    "bucket_ms",
    "provider",
    "model",
    "service",
    "requests",
    "errors",
    "cost_micro_cents",
    "estimated_micro_cents",
    "input_tokens",
    "output_tokens",
    "latency_sum_ms",
    "sketch",
)


@dataclass(slots=True)
class Tally:
    """Sums over requests; money in micro-cents, latency in milliseconds."""

    requests: int = 0
    errors: int = 0
    cost: int = 0
    estimated: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    latency: float = 0.0
    packed: list[str] = field(default_factory=list)
    loose: sketches.Bins = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.requests += other.requests
        self.errors += other.errors
        self.cost += other.cost
        self.estimated += other.estimated
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.latency += other.latency
        self.packed += other.packed
        sketches.add(self.loose, other.loose)

    def remove(self, other: Tally) -> None:
        """Take away what was counted here, of rows and not of roll-ups."""
        self.requests -= other.requests
        self.errors -= other.errors
        self.cost -= other.cost
        self.estimated -= other.estimated
        self.input_tokens -= other.input_tokens
        self.output_tokens -= other.output_tokens
        self.latency -= other.latency
        sketches.add(self.loose, {index: -count for index, count in other.loose.items()})

    @property
    def cost_cents(self) -> float | int:
        return number(self.cost / MICRO) or 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def average_latency(self) -> float | int:
        return ratio(self.latency, self.requests)

    @property
    def error_rate(self) -> float | int:
        return ratio(self.errors * 100, self.requests)

    def percentiles(self) -> dict[str, float | None]:
        bins = sketches.combine(self.packed)
        sketches.add(bins, self.loose)
        return sketches.percentiles(bins)


def ratio(dividend: float, divisor: float) -> float | int:
    return number(dividend / divisor) or 0 if divisor else 0


@dataclass(frozen=True, slots=True)
class Cell:
    """The requests of one provider, model and service at one moment."""

    moment_ms: int
    provider: str
    model: str
    service: str
    tally: Tally


def in_range(
    environment: Environment, from_ms: int, to_ms: int, *, days: bool = True
) -> Iterator[Cell]:
    """Everything requested in the inclusive range, in pieces that lie within one UTC day each
    (``days=False``: within one quarter of an hour)."""
    segments = ranges.split(from_ms, to_ms, days=days)
    for width, intervals in ((Width.DAY, segments.days), (Width.QUARTER, segments.quarters)):
        for start, end in intervals:
            yield from _bucketed(environment, width, start, end)
    for start, end in segments.edges:
        yield from _posted(environment, start, end)
        yield from _called(environment, start, end)


def _bucketed(environment: Environment, width: int, start: int, end: int) -> Iterator[Cell]:
    rows = (
        Rollup.objects.within(environment)
        .filter(width=width, bucket_ms__gte=start, bucket_ms__lt=end, requests__gt=0)
        .values_list(*_MEASURES)
    )
    for bucket, provider, model, service, *sums in rows:
        measures: list[Any] = [*sums[:-1], [sums[-1]]]
        yield Cell(bucket, provider, model, service, Tally(*measures))


def _posted(environment: Environment, start: int, end: int) -> Iterator[Cell]:
    rows = (
        Trace.objects.within(environment)
        .filter(derived=False, timestamp_ms__gte=start, timestamp_ms__lt=end)
        .values_list(
            "timestamp_ms", "provider", "model_key", "status", "cost_micro_cents",
            "cost_estimated", "input_tokens", "output_tokens", "latency_ms",
        )
    )  # fmt: skip
    for moment, provider, model, *measures in rows:
        yield Cell(moment, provider or "", model, "", _one(*measures))


def _called(environment: Environment, start: int, end: int) -> Iterator[Cell]:
    rows = (
        Span.objects.within(environment)
        .filter(kind=LLM_CALL, timestamp_ms__gte=start, timestamp_ms__lt=end)
        .values_list(
            "timestamp_ms", "provider", "model", "service", "status", "cost_micro_cents",
            "cost_estimated", "input_tokens", "output_tokens", "duration_ms",
        )
    )  # fmt: skip
    for moment, provider, model, service, *measures in rows:
        yield Cell(
            moment,
            (provider or "")[:200],
            (model or "")[:200],
            (service or "")[:200],
            _one(*measures),
        )


def of_other_sources(
    environment: Environment, from_ms: int, to_ms: int
) -> Iterator[tuple[int, str, Tally]]:
    """(moment, source, one request) of each call that did not come from an SDK; agents make few."""
    rows = (
        Span.objects.within(environment)
        .filter(kind=LLM_CALL, timestamp_ms__gte=from_ms, timestamp_ms__lte=to_ms)
        .exclude(source=SDK)
        .values_list(
            "timestamp_ms", "source", "status", "cost_micro_cents",
            "cost_estimated", "input_tokens", "output_tokens", "duration_ms",
        )
    )  # fmt: skip
    for moment, source, *measures in rows:
        yield moment, source, _one(*measures)


def _one(
    status: str,
    cost: int | None,
    estimated: bool,
    input_tokens: int | None,
    output_tokens: int | None,
    latency: float | None,
) -> Tally:
    return Tally(
        requests=1,
        errors=int(status == "error"),
        cost=cost or 0,
        estimated=(cost or 0) if estimated else 0,
        input_tokens=input_tokens or 0,
        output_tokens=output_tokens or 0,
        latency=latency or 0.0,
        loose={} if latency is None else {sketches.bin_of(latency): 1},
    )


def period_of(moment_ms: int, group_by: str) -> str:
    """``2026-10-01`` or ``2026-10-01 13:00:00``"""
    text = instants.iso(moment_ms)
    return f"{text[:10]} {text[11:13]}:00:00" if group_by == "hour" else text[:10]


class Periods(dict[int, str]):
    """``period_of`` of moments, each spelled once: a month of quarters has few periods."""

    def __init__(self, group_by: str) -> None:
        super().__init__()
        self.group_by = group_by

    def __missing__(self, moment_ms: int) -> str:
        period = self[moment_ms] = period_of(moment_ms, self.group_by)
        return period

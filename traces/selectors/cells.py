"""What was requested, in cells of one moment, provider, model and service.

Cells come from the roll-ups; the edges of a range that fill no bucket come from the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Sum, When
from django.db.models.functions import Ceil, Greatest, Least, Ln

from pulse.tenancy.models import Environment
from traces import instants, sketches
from traces.decoding.items import LLM_CALL, SDK
from traces.instants import EARLIEST_MS, QUARTER_MS
from traces.models import Rollup, Span, Trace
from traces.models.rollups import Width
from traces.selectors import ranges
from traces.shapes import MICRO, number

QUARTER = (F("timestamp_ms") - EARLIEST_MS) / QUARTER_MS
"""Number of a row's quarter of an hour since the year 1, for division rounds towards zero."""
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

    def taken_off(self) -> Tally:
        below = Tally()
        below.remove(self)
        return below

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
    (``days=False``: within one quarter of an hour). Tallies may be below zero: it is their sums that
    hold the range, and one that comes to no request is none."""
    segments = ranges.split(from_ms, to_ms, days=days)
    for width, intervals in ((Width.DAY, segments.days), (Width.QUARTER, segments.quarters)):
        for start, end in intervals:
            yield from _bucketed(environment, width, start, end)
    for start, end in segments.edges:
        yield from _from_rows(environment, start, end)
    for start, end in segments.rests:
        for cell in _from_rows(environment, start, end):
            yield replace(cell, tally=cell.tally.taken_off())


def _from_rows(environment: Environment, start: int, end: int) -> Iterator[Cell]:
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
    rows = Trace.objects.within(environment).filter(
        derived=False, timestamp_ms__gte=start, timestamp_ms__lt=end
    )
    for moment, (provider, model), tally in _counted(
        rows, ("provider", "model_key"), latency="latency_ms"
    ):
        yield Cell(moment, provider[:200], model[:200], "", tally)


def _called(environment: Environment, start: int, end: int) -> Iterator[Cell]:
    rows = Span.objects.within(environment).filter(
        kind=LLM_CALL, timestamp_ms__gte=start, timestamp_ms__lt=end
    )
    for moment, (provider, model, service), tally in _counted(
        rows, ("provider", "model", "service"), latency="duration_ms"
    ):
        yield Cell(moment, provider[:200], model[:200], service[:200], tally)


def of_other_sources(
    environment: Environment, from_ms: int, to_ms: int
) -> Iterator[tuple[int, str, Tally]]:
    """(moment, source, tally) of the calls that did not come from an SDK."""
    rows = (
        Span.objects.within(environment)
        .filter(kind=LLM_CALL, timestamp_ms__gte=from_ms, timestamp_ms__lte=to_ms)
        .exclude(source=SDK)
    )
    for moment, (source,), tally in _counted(rows, ("source",), latency="duration_ms"):
        yield moment, source, tally


def _counted(
    rows: QuerySet[Any], dimensions: tuple[str, ...], *, latency: str
) -> Iterator[tuple[int, list[str], Tally]]:
    """(start of a quarter of an hour, values of ``dimensions``, tally) of requests.

    The database counts them, by bin of the sketch too: a busy quarter of an hour has 100,000 requests.
    """
    groups = rows.values(*dimensions, quarter=QUARTER, bin=_bin(latency)).annotate(
        requests=Count("pk"),
        errors=Count("pk", filter=Q(status="error")),
        latency=Sum(latency),
        **_halves(cost="cost_micro_cents", input="input_tokens", output="output_tokens"),
        **_halves(Q(cost_estimated=True), estimated="cost_micro_cents"),
    )
    for group in groups.order_by():
        requests = group["requests"]
        yield (
            EARLIEST_MS + group["quarter"] * QUARTER_MS,
            [group[name] or "" for name in dimensions],
            Tally(
                requests=requests,
                errors=group["errors"],
                cost=_joined(group, "cost"),
                estimated=_joined(group, "estimated"),
                input_tokens=_joined(group, "input"),
                output_tokens=_joined(group, "output"),
                latency=group["latency"] or 0.0,
                loose={} if group["bin"] is None else {int(group["bin"]): requests},
            ),
        )


def _bin(latency: str) -> Case:
    """``sketches.bin_of`` in SQL; null where there is no latency."""
    bounded = Greatest(Least(F(latency), sketches.LARGEST_MS), sketches.SMALLEST_MS)
    number = Ceil(Ln(bounded) / sketches.LOG_GAMMA, output_field=FloatField())
    return Case(When(**{f"{latency}__isnull": False}, then=number))


HALF = 2**32


def _halves(only: Q | None = None, /, **columns: str) -> dict[str, Sum]:
    """Sums in two halves, for SQLite refuses one that ends after 63 bits."""
    halves = {}
    for name, column in columns.items():
        halves[f"{name}_high"] = Sum(F(column) / HALF, filter=only)
        halves[f"{name}_low"] = Sum(F(column) % HALF, filter=only)
    return halves


def _joined(group: dict[str, Any], name: str) -> int:
    return (group[f"{name}_high"] or 0) * HALF + (group[f"{name}_low"] or 0)


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

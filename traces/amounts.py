"""Amounts as people read them: money in dollars, time in the unit that fits, an alert's measure."""

from __future__ import annotations

from datetime import timedelta

from traces import instants
from traces.models import Alert

MICRO_CENTS_PER_CENT = 1_000_000
CENTS_PER_DOLLAR = 100
MICRO_CENTS_PER_DOLLAR = MICRO_CENTS_PER_CENT * CENTS_PER_DOLLAR
LONGEST_CLOCK_MS = 1000 * instants.DAY_MS

MEASURES = {
    Alert.Measure.COST_CENTS: "Cost",
    Alert.Measure.ERROR_RATE: "Errors",
    Alert.Measure.LATENCY_P95_MS: "Latency p95",
    Alert.Measure.REQUESTS: "Number of requests",
}


def dollars(micro_cents: float | None) -> str:
    """Micro-cents as dollars, with as many digits as a small price needs."""
    if micro_cents is None:
        return "–"
    value = micro_cents / MICRO_CENTS_PER_DOLLAR
    if value == 0:
        return "$0.00"
    return f"${value:,.2f}" if value >= 1 else f"${value:.6f}".rstrip("0")


def duration(milliseconds: float | None) -> str:
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.2f} s"
    if milliseconds < LONGEST_CLOCK_MS:
        return str(timedelta(seconds=round(milliseconds / 1000)))
    return f"{milliseconds / instants.DAY_MS:.3g} days"


def measured(measure: str, value: float | None) -> str:
    """A value of an alert's measure with its unit."""
    if value is None:
        return "–"
    if measure == Alert.Measure.COST_CENTS:
        return dollars(value * MICRO_CENTS_PER_CENT)
    if measure == Alert.Measure.LATENCY_P95_MS:
        return duration(value)
    return f"{value:g} %" if measure == Alert.Measure.ERROR_RATE else f"{value:,.0f}"

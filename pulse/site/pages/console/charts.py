"""Numbers of the request log in the form that the page's charts read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

LABELS = ((2, "Succeeded"), (4, "Refused"), (29, "Rate limited"), (5, "Failed"))


@dataclass(frozen=True, slots=True)
class Usage:
    """A chart of requests over time, with its totals."""

    chart: dict[str, Any]
    total: int
    refused: int
    failed: int
    limited: int
    mean_ms: int | None


def usage(
    rows: Iterable[dict[str, Any]], *, since: datetime, until: datetime, step: timedelta
) -> Usage:
    """Fold five-minute counts into steps of ``step``, with a zero where nothing happened.

    ``rows`` have ``span``, ``status_class``, ``sum_requests`` and ``sum_ms``.
    """
    width = int(step.total_seconds())
    first = int(since.timestamp()) // width * width
    moments = list(range(first, int(until.timestamp()) + 1, width))
    cells: dict[tuple[int, int], int] = defaultdict(int)
    sums: dict[int, int] = defaultdict(int)
    total_ms = 0
    for row in rows:
        kind = 2 if row["status_class"] in (1, 2, 3) else row["status_class"]
        cells[kind, int(row["span"].timestamp()) // width * width] += row["sum_requests"]
        sums[kind] += row["sum_requests"]
        total_ms += row["sum_ms"]
    total = sum(sums.values())
    series = [
        {"label": label, "values": [cells[kind, moment] for moment in moments]}
        for kind, label in LABELS
        if sums[kind] or kind == 2
    ]
    return Usage(
        chart={"x": moments if total else [], "series": series},
        total=total,
        refused=sums[4],
        failed=sums[5],
        limited=sums[29],
        mean_ms=round(total_ms / total) if total else None,
    )

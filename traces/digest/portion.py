"""Accepted batches as rows that are ready to be stored: decoded and priced, which needs no lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from traces.decoding import items
from traces.digest import rows
from traces.models import Inbox
from traces.pricing import OwnPrice

Batch = tuple[str, int, bytes]
"""Kind (``Inbox.Kind``), when it was received in Unix milliseconds, and a JSON array of items."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows in the order of TRACE_COLUMNS and SPAN_COLUMNS by their ids."""

    traces: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    spans: dict[str, tuple[Any, ...]] = field(default_factory=dict)


def make_portion(batches: Iterable[Batch], prices: Sequence[OwnPrice]) -> Portion:
    """The items of ``batches``; of those that share an id the first. Raises msgspec's errors."""
    portion = Portion()
    for kind, received_ms, body in batches:
        if kind == Inbox.Kind.TRACES:
            for trace in items.decode_traces(body):
                if trace.trace_id not in portion.traces:
                    portion.traces[trace.trace_id] = rows.trace_row(trace, received_ms, prices)
        else:
            for span in items.decode_spans(body):
                if span.span_id not in portion.spans:
                    portion.spans[span.span_id] = rows.span_row(span, received_ms, prices)
    return portion

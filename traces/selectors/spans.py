"""Reads of spans."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from pulse.tenancy.models import Environment
from traces import shapes, statements
from traces.models import Span
from traces.queries import SpanQuery


def _matching(environment: Environment, query: SpanQuery) -> QuerySet[Span]:
    named = {
        "session_id": query.session_id,
        "trace_id": query.trace_id,
        "source": query.source,
        "service": query.service,
        "kind": query.kind,
        "tool_name": query.tool_name,
        "status": query.status,
    }
    bounds = {"timestamp_ms__gte": query.from_ms, "timestamp_ms__lte": query.to_ms}
    return Span.objects.within(environment).filter(
        **{name: value for name, value in named.items() if value},
        **{name: bound for name, bound in bounds.items() if bound is not None},
    )


def list_spans(environment: Environment, query: SpanQuery) -> tuple[list[dict[str, Any]], int]:
    """One page of rows (SPAN_VALUES), newest first, and how many match altogether."""
    found = _matching(environment, query)
    total = found.count()
    if query.offset >= total:
        return [], total
    rows = found.order_by("-timestamp_ms", "-id").values(*shapes.SPAN_VALUES)
    return list(rows[query.offset : query.offset + query.limit]), total


def get_span(environment: Environment, span_id: str) -> dict[str, Any] | None:
    found = spans_by_id(environment, [span_id])
    return found[0] if found else None


def spans_by_id(environment: Environment, span_ids: list[str]) -> list[dict[str, Any]]:
    """Rows of these ids, in their order."""
    rows = {
        row["span_id"]: row
        for row in Span.objects.within(environment)
        .filter(statements.with_ids("span", environment.pk, span_ids))
        .values(*shapes.SPAN_VALUES)
    }
    return [rows[one] for one in span_ids if one in rows]


def session_spans(environment: Environment, session_id: str) -> list[dict[str, Any]]:
    """All spans of a session, earliest first."""
    return list(
        Span.objects.within(environment)
        .filter(session_id=session_id)
        .order_by("timestamp_ms", "id")
        .values(*shapes.SPAN_VALUES)
    )

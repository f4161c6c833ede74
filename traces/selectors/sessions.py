"""Reads of sessions: the list, by any of its orders, with what their spans add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Exists, F, FloatField, OuterRef, QuerySet, When
from django.db.models.functions import Cast

from pulse.tenancy.models import Environment
from traces import instants
from traces.decoding.items import MARKERS
from traces.models import Session, Span, Trace
from traces.queries import SessionQuery
from traces.shapes import cents, number

_ORDERS = {
    "recent": ("-last_ms", "-id"),
    "oldest": ("first_ms", "id"),
    "duration": ("-duration", "-id"),
    "errors": ("-errors", "-last_ms", "-id"),
    "volume": ("-spans", "-last_ms", "-id"),
}


def _matching(environment: Environment, query: SessionQuery) -> QuerySet[Session]:
    found = Session.objects.within(environment).filter(real=True)
    if query.from_ms is not None:
        found = found.filter(last_ms__gte=query.from_ms)
    if query.to_ms is not None:
        found = found.filter(first_ms__lte=query.to_ms)
    if query.source:
        spans = Span.objects.within(environment).filter(
            session_id=OuterRef("session_id"), source=query.source
        )
        found = found.filter(Exists(spans))
    return found


def list_sessions(
    environment: Environment, query: SessionQuery
) -> tuple[list[dict[str, Any]], int]:
    """One page of sessions as they are written on the wire, and how many match."""
    found = _matching(environment, query)
    total = found.count()
    length = Cast(F("last_ms") - F("first_ms"), FloatField())
    ordered = found.annotate(
        duration=Case(
            When(end_duration_ms__isnull=False, then=F("end_duration_ms")), default=length
        )
    ).order_by(*_ORDERS[query.sort])
    rows = list(ordered[query.offset : query.offset + query.limit]) if query.offset < total else []
    details = _details(environment, [row.session_id for row in rows])
    return [_shape(row, details[row.session_id]) for row in rows], total


def _shape(row: Any, details: dict[str, Any]) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "sessionId": row.session_id,
        "firstTimestamp": instants.iso(row.first_ms),
        "lastTimestamp": instants.iso(row.last_ms),
        "status": "error" if row.errors else "success",
        "durationMs": number(row.duration),
        "agentRuns": details["agent_runs"],
        "toolCalls": len(details["tool_calls"]),
        "totalSpans": row.spans,
        "errorCount": row.errors,
        "traceCount": row.posted + len(details["trace_ids"]),
        "inputTokens": row.input_tokens,
        "outputTokens": row.output_tokens,
        "costCents": cents(row.cost_micro_cents),
        "sources": sorted(details["sources"]),
    }
    if len(details["sources"]) == 1:
        shape["source"] = next(iter(details["sources"]))
    for name in ("cwd", "model", "agentName"):
        if details[name] is not None:
            shape[name] = details[name]
    return shape


def _details(environment: Environment, session_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What cannot be added up as spans arrive: distinct tools, traces and sources."""
    found: dict[str, dict[str, Any]] = {
        session_id: {
            "agent_runs": 0,
            "tool_calls": set(),
            "trace_ids": set(),
            "sources": set(),
            "cwd": None,
            "model": None,
            "agentName": None,
        }
        for session_id in session_ids
    }
    rows = (
        Span.objects.within(environment)
        .filter(session_id__in=session_ids)
        .order_by("timestamp_ms", "id")
        .values_list(
            "session_id", "span_id", "trace_id", "kind", "event_type", "tool_use_id", "source",
            "cwd", "model", "agent_name",
        )
    )  # fmt: skip
    for session_id, span_id, trace_id, kind, event, tool_use_id, source, cwd, model, agent in rows:
        one = found[session_id]
        one["agent_runs"] += kind == "agent_run"
        if kind == "tool_use":
            one["tool_calls"].add(tool_use_id or span_id)
        if trace_id is not None and event not in MARKERS:
            one["trace_ids"].add(trace_id)
        one["sources"].add(source)
        for name, value in (("cwd", cwd), ("model", model), ("agentName", agent)):
            one[name] = value if value is not None else one[name]
    models = (
        Trace.objects.within(environment)
        .filter(session_id__in=session_ids, derived=False)
        .order_by("timestamp_ms", "id")
        .values_list("session_id", "model_requested", "trace_id")
    )
    for session_id, model, trace_id in models:
        found[session_id]["model"] = model
        found[session_id]["trace_ids"].discard(trace_id)
    return found

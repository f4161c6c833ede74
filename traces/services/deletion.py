"""Deleting traces, and everything that counted them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from pulse.erasure.services import note_erasure
from pulse.tenancy.models import Environment
from traces import instants, shapes, statements
from traces.decoding.items import LLM_CALL
from traces.digest import rollups, sessions
from traces.models import Score, Span, Trace
from traces.queries import TraceFilter
from traces.selectors import traces as trace_selectors

BATCH = 500


def delete_trace(environment: Environment, *, trace_id: str) -> bool:
    """Delete one trace with its spans and scores; False if there is neither."""
    return _delete(environment, [trace_id]) > 0


def delete_matching(environment: Environment, *, wanted: TraceFilter, now: datetime) -> int:
    """Delete every trace that matches, in transactions of bounded size. Returns how many.

    To delete all of one user is to forget them, which a restored backup is told.
    """
    deleted = 0
    for found in trace_selectors.windows(environment, wanted):
        while ids := list(found.values_list("trace_id", flat=True)[:BATCH]):
            deleted += _delete(environment, ids)
    if wanted.user and wanted == TraceFilter(user=wanted.user):
        note_erasure(environment, _ledger_ref(wanted.user), now=now)
    return deleted


def forget(environment: Environment, wanted: Callable[[str], bool], now: datetime) -> int:
    """Delete the traces of every user whom ``wanted`` accepts; how many users that were."""
    found = [one for one in trace_selectors.users(environment) if wanted(_ledger_ref(one))]
    for user in found:
        delete_matching(environment, wanted=TraceFilter(user=user), now=now)
    return len(found)


def _ledger_ref(user: str) -> str:
    """How the ledger knows a user of this product: other products may have people of the same id."""
    return f"traces {user[:200]}"


def expire(environment: Environment, *, days: int, now: datetime) -> int:
    """Delete a bounded number of what was received more than ``days`` ago; returns how many rows."""
    before_ms = instants.to_ms(now - timedelta(days=days))
    traces, loose = trace_selectors.received_before(environment, before_ms, limit=BATCH)
    return (_delete(environment, traces) if traces else 0) + (
        _delete_loose_spans(environment, loose) if loose else 0
    )


def _delete(environment: Environment, trace_ids: Sequence[str]) -> int:
    """Delete these traces and take what they counted out of roll-ups and sessions; how many there
    were, those of which only spans are stored among them."""
    with transaction.atomic(), connection.cursor() as cursor:
        statements.lock_environment(cursor, environment.pk)
        found = trace_selectors.with_ids(environment, trace_ids)
        traces = list(found.values(*shapes.TRACE_VALUES, "model_key"))
        spans = Span.objects.within(environment).filter(trace_id__in=trace_ids)
        changes = rollups.Changes()
        touched = {row["session_id"] for row in traces if row["session_id"] is not None}
        for row in traces:
            failed = row["status"] == "error"
            if not row["derived"]:
                changes.count_request(
                    rollups.Request(
                        row["timestamp_ms"],
                        row["provider"],
                        row["model_key"],
                        "",
                        failed,
                        row["latency_ms"],
                        row["cost_micro_cents"],
                        row["cost_estimated"],
                        row["input_tokens"],
                        row["output_tokens"],
                    ),
                    -1,
                )
            changes.count_listed(
                row["timestamp_ms"], row["provider"], row["model_key"], failed=failed, sign=-1
            )
        lost = list(spans.values(*shapes.SPAN_VALUES))
        touched |= _uncount_spans(lost, changes)
        pks = [row["id"] for row in traces]
        Score.objects.within(environment).filter(trace_id__in=trace_ids).delete()
        spans.delete()
        Trace.objects.within(environment).filter(pk__in=pks).delete()
        rollups.apply(cursor, environment.pk, changes)
        sessions.recount(cursor, environment.pk, touched)
    return len({row["trace_id"] for row in (*traces, *lost)})


def _delete_loose_spans(environment: Environment, span_pks: Sequence[int]) -> int:
    """The same for spans of no trace."""
    with transaction.atomic(), connection.cursor() as cursor:
        statements.lock_environment(cursor, environment.pk)
        spans = Span.objects.within(environment).filter(pk__in=span_pks)
        changes = rollups.Changes()
        touched = _uncount_spans(list(spans.values(*shapes.SPAN_VALUES)), changes)
        spans.delete()
        rollups.apply(cursor, environment.pk, changes)
        sessions.recount(cursor, environment.pk, touched)
    return len(span_pks)


def _uncount_spans(rows: list[dict[str, object]], changes: rollups.Changes) -> set[str]:
    """Take spans out of ``changes``; returns the sessions they were of."""
    touched: set[str] = set()
    for row in rows:
        span = Span(**row)
        touched.add(span.session_id)
        failed = span.status == "error"
        changes.count_span(
            rollups.CountedSpan(
                span.timestamp_ms, span.source, span.kind, span.tool_name, failed, span.duration_ms
            ),
            -1,
        )
        if span.kind == LLM_CALL:
            changes.count_request(
                rollups.Request(
                    span.timestamp_ms,
                    span.provider,
                    span.model,
                    span.service,
                    failed,
                    span.duration_ms,
                    span.cost_micro_cents,
                    span.cost_estimated,
                    span.input_tokens,
                    span.output_tokens,
                ),
                -1,
            )
    return touched

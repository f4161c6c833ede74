"""Traces, spans and sessions: synchronous ingest and every read."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.audit import services as audit
from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.requests import ApiRequest, client_address
from pulse.keys import bearer
from traces import queries, schema
from traces.decoding.batches import read_batch
from traces.digest import derive
from traces.errors import SessionNotFound, SpanNotFound, TraceNotFound
from traces.models import Inbox
from traces.selectors import sessions as session_selectors
from traces.selectors import spans as span_selectors
from traces.selectors import traces as trace_selectors
from traces.services import deletion, storing
from traces.views.base import READ_SPANS, READ_TRACES, Beneath, TracesView


class TraceListView(TracesView):
    """GET and DELETE /v1/traces"""

    required_scope = READ_TRACES | {"DELETE": "write:traces"}

    @extend_schema(
        summary="List traces", parameters=schema.TRACE_PARAMETERS, responses=schema.TRACE_LIST
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = queries.trace_query(self.parameters, default_spelling=self.default_spelling)
        page = trace_selectors.list_traces(request.environment, query)
        body: dict[str, Any] = {
            "traces": self.trace_rows(page.rows, query.spelling),
            "total": page.total,
            "limit": query.limit,
            "offset": query.offset,
        }
        if page.bounded:
            body["bounded"] = True
        return answer(body)

    @extend_schema(
        summary="Delete the traces that match",
        parameters=schema.TRACE_FILTERS,
        responses={200: schema.DELETED},
    )
    def delete(self, request: ApiRequest) -> HttpResponse:
        wanted = queries.deletion_filter(self.parameters)
        audit.record(  # before: it goes on in many transactions
            request.environment,
            actor=self.actor,
            product=self.product,
            action="traces.deleted",
            fields=list(self.parameters),
            request_id=request.request_id,
            ip=client_address(request._request),
        )
        deleted = deletion.delete_matching(request.environment, wanted=wanted, now=request.now)
        return answer({"deleted": deleted})


class TraceBatchView(TracesView):
    """POST /v1/traces/batch"""

    required_scope = "write:traces"

    @extend_schema(
        summary="Store traces and wait for them",
        request=schema.TRACE_BATCH,
        responses={202: schema.STORED_TRACES},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        batch = read_batch(Inbox.Kind.TRACES, request._request.body)
        ids, fresh = storing.store_traces(request.environment, batch, now=request.now)
        rows = trace_selectors.traces_by_id(request.environment, ids if self.may_read else fresh)
        return answer(
            {"count": batch.count, "traces": self.trace_rows(rows, self.default_spelling)}, 202
        )


class TraceView(TracesView):
    """GET and DELETE /v1/traces/{id}"""

    required_scope = READ_TRACES | {"DELETE": "write:traces"}

    @extend_schema(
        summary="Get a trace with its spans", parameters=[schema.SPELLING], responses=schema.TRACE
    )
    def get(self, request: ApiRequest, trace_id: str) -> HttpResponse:
        row = trace_selectors.get_trace(request.environment, trace_id) or derive.derived_row(
            request.environment, trace_id
        )
        if row is None:
            raise TraceNotFound
        return answer(self.trace_rows([row], self.spelling())[0])

    @extend_schema(summary="Delete a trace", responses={204: None})
    @audited("trace.deleted")
    def delete(self, request: ApiRequest, trace_id: str) -> HttpResponse:
        if not deletion.delete_trace(request.environment, trace_id=trace_id):
            raise TraceNotFound
        return nothing()


class SpanListView(TracesView):
    """GET /v1/spans"""

    required_scope = READ_SPANS

    @extend_schema(
        summary="List spans", parameters=schema.SPAN_PARAMETERS, responses=schema.SPAN_LIST
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = queries.span_query(self.parameters, default_spelling=self.default_spelling)
        rows, total = span_selectors.list_spans(request.environment, query)
        return answer(
            {
                "spans": self.span_rows(rows, query.spelling),
                "total": total,
                "limit": query.limit,
                "offset": query.offset,
            }
        )


class SpanBatchView(TracesView):
    """POST /v1/spans/batch"""

    required_scope = "write:spans"

    @extend_schema(
        summary="Store spans and wait for them",
        request=schema.SPAN_BATCH,
        responses={202: schema.STORED_SPANS},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        batch = read_batch(Inbox.Kind.SPANS, request._request.body)
        fresh = storing.store_spans(request.environment, batch, now=request.now)
        rows = span_selectors.spans_by_id(request.environment, fresh)
        return answer(
            {"count": batch.count, "spans": self.span_rows(rows, self.default_spelling)}, 202
        )


class SpanView(TracesView):
    """GET /v1/spans/{id}"""

    required_scope = READ_SPANS

    @extend_schema(summary="Get a span", parameters=[schema.SPELLING], responses=schema.SPAN)
    def get(self, request: ApiRequest, span_id: str) -> HttpResponse:
        row = span_selectors.get_span(request.environment, span_id)
        if row is None:
            raise SpanNotFound
        return answer(self.span_rows([row], self.spelling())[0])


class SessionListView(TracesView):
    """GET /v1/sessions"""

    required_scope = READ_TRACES

    @extend_schema(
        summary="List sessions", parameters=schema.SESSION_PARAMETERS, responses=schema.SESSION_LIST
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = queries.session_query(self.parameters)
        sessions, total = session_selectors.list_sessions(request.environment, query)
        return answer(
            {"sessions": sessions, "total": total, "limit": query.limit, "offset": query.offset}
        )


class SessionView(TracesView):
    """GET /v1/sessions/{id}"""

    required_scope = READ_TRACES

    @extend_schema(
        summary="Get a session with its traces",
        parameters=[schema.SPELLING],
        responses=schema.SESSION,
    )
    def get(self, request: ApiRequest, session_id: str) -> HttpResponse:
        rows = trace_selectors.session_traces(request.environment, session_id)
        if not rows:
            raise SessionNotFound
        return answer({"sessionId": session_id, "traces": self.trace_rows(rows, self.spelling())})


class SessionSpansView(Beneath):
    """GET /v1/sessions/{id}/spans"""

    required_scope = READ_SPANS
    above = SessionView

    @extend_schema(
        summary="List the spans of a session",
        parameters=[schema.SPELLING],
        responses=schema.SESSION_SPANS,
    )
    def get(self, request: ApiRequest, session_id: str) -> HttpResponse:
        rows = span_selectors.session_spans(request.environment, session_id)
        if not rows:
            raise SessionNotFound
        return answer({"sessionId": session_id, "spans": self.span_rows(rows, self.spelling())})


class LoginView(TracesView):
    """POST /v1/auth/login"""

    public = True

    @extend_schema(summary="Check a key", request=None, responses=schema.LOGIN)
    def post(self, request: ApiRequest) -> HttpResponse:
        credential: bearer.Credential | None = getattr(request._request, "credential", None)
        known = credential is not None and credential.product == self.product
        return answer({"authenticated": known})

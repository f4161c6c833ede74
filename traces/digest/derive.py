"""Traces that nobody posted: all spans of one trace id, summed up as one row of the trace list."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from pulse.tenancy.models import Environment
from traces import statements, words
from traces.decoding.items import LLM_CALL, MARKERS, MAX_INTEGER, TOOL_USE
from traces.digest.rollups import Changes
from traces.digest.rows import KEY_LENGTH, TRACE_COLUMNS, user_of
from traces.pricing import MAX_MICRO_CENTS

EDITING_TOOLS = ("Edit", "Write", "MultiEdit", "apply_patch")
MAX_TOOL_CALLS = 100
LONGEST_MS = sys.float_info.max
"""Lengths add up to this at most: JSON knows no infinity."""
BODIES = ("pulse.request", "pulse.response")

_EDITS = ", ".join(f"'{name}'" for name in EDITING_TOOLS)
_SELECT = (
    "SELECT id, trace_id, session_id, span_id, timestamp_ms, source, kind, status, event_type,"
    " duration_ms, service, tool_use_id, tool_name, provider, model, model_used, input_tokens,"
    " output_tokens, cost_micro_cents, cost_estimated, finish_reason, provider_request_id, error,"
    f" output_text, CASE WHEN tool_name IN ({_EDITS}) THEN tool_input END"
    " FROM traces_span WHERE environment_id = %s AND trace_id IN ({values})"
)
_SELECT_METADATA = (
    "SELECT id, metadata FROM traces_span WHERE environment_id = %s AND id IN ({values})"
)
_SELECT_TRACES = (
    "SELECT trace_id, id, derived, timestamp_ms, provider, model_key, status FROM traces_trace"
    " WHERE {named}"
)
_UPDATED = tuple(name for name in TRACE_COLUMNS if name not in ("trace_id", "received_ms"))
_UPDATE = f"UPDATE traces_trace SET {', '.join(f'{name} = %s' for name in _UPDATED)} WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Part:
    """A span as far as its trace's summary needs it."""

    pk: int
    trace_id: str
    session_id: str
    span_id: str
    timestamp_ms: int
    source: str
    kind: str
    status: str
    event_type: str
    duration_ms: float | None
    service: str | None
    tool_use_id: str | None
    tool_name: str | None
    provider: str | None
    model: str | None
    model_used: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost: int | None
    cost_estimated: bool
    finish_reason: str | None
    provider_request_id: str | None
    error: str | None
    output_text: str | None
    edited_input: str | None


def derive_traces(
    cursor: Any, environment_id: int, trace_ids: Iterable[str], received_ms: int, changes: Changes
) -> list[str]:
    """Write the derived row of each of these traces anew; returns the ids written.

    A trace that was posted as such stays as it was posted. One whose spans are gone disappears.
    """
    wanted = sorted(set(trace_ids))
    before = {
        row[0]: row[1:]
        for row in statements.select_named(cursor, _SELECT_TRACES, "trace", environment_id, wanted)
    }
    wanted = [one for one in wanted if one not in before or before[one][1]]
    groups: dict[str, list[Part]] = {}
    for part in _parts(cursor, environment_id, wanted):
        if part.event_type not in MARKERS:
            groups.setdefault(part.trace_id, []).append(part)
    leads = {trace_id: lead_of(parts) for trace_id, parts in groups.items()}
    metadata = dict(
        statements.select_in(
            cursor, _SELECT_METADATA, [environment_id], [lead.pk for lead in leads.values()]
        )
    )
    fresh: list[tuple[Any, ...]] = []
    updated: list[tuple[int, tuple[Any, ...]]] = []
    for trace_id, parts in groups.items():
        lead = leads[trace_id]
        row = summarize(parts, lead, metadata.get(lead.pk), received_ms)
        if trace_id in before:
            updated.append((before[trace_id][0], row))
        else:
            fresh.append(row)
        changes.count_listed(row[1], row[5], row[7], failed=row[4] == "error")
    for trace_id in wanted:
        if trace_id in before:
            _, _, timestamp_ms, provider, model, status = before[trace_id]
            changes.count_listed(timestamp_ms, provider, model, failed=status == "error", sign=-1)
    _write(cursor, environment_id, fresh, updated)
    gone = [before[one][0] for one in wanted if one in before and one not in groups]
    cursor.executemany("DELETE FROM traces_trace WHERE id = %s", [(pk,) for pk in gone])
    return list(groups)


def _parts(cursor: Any, environment_id: int, trace_ids: Sequence[str]) -> list[Part]:
    """The spans of these traces in order of time."""
    rows = statements.select_in(cursor, _SELECT, [environment_id], trace_ids)
    return sorted((Part(*row) for row in rows), key=lambda part: (part.timestamp_ms, part.pk))


def derived_row(environment: Environment, trace_id: str) -> dict[str, Any] | None:
    """What the spans of one trace come to, markers of sessions included; None where it has none."""
    with connection.cursor() as cursor:
        parts = _parts(cursor, environment.pk, [trace_id])
        if not parts:
            return None
        lead = lead_of(parts)
        metadata = dict(statements.select_in(cursor, _SELECT_METADATA, [environment.pk], [lead.pk]))
    row = summarize(parts, lead, metadata.get(lead.pk), received_ms=0)
    return dict(zip(TRACE_COLUMNS, row, strict=True))


def _write(
    cursor: Any,
    environment_id: int,
    fresh: Sequence[tuple[Any, ...]],
    updated: Sequence[tuple[int, tuple[Any, ...]]],
) -> None:
    if fresh:
        statements.insert_rows(
            cursor,
            "traces_trace",
            ("environment_id", *TRACE_COLUMNS),
            [(environment_id, *row) for row in fresh],
        )
    if updated:
        positions = [TRACE_COLUMNS.index(name) for name in _UPDATED]
        cursor.executemany(
            _UPDATE,
            [(*(row[at] for at in positions), pk) for pk, row in updated],
        )


def lead_of(parts: Sequence[Part]) -> Part:
    """The earliest call of a model (one that names it, if any does), else the earliest span."""
    calls = [part for part in parts if part.kind == LLM_CALL]
    named = [part for part in calls if part.model or part.provider]
    return (named or calls or list(parts))[0]


def _total(values: Iterable[int | None], most: int) -> int | None:
    known = [value for value in values if value is not None]
    return min(sum(known), most) if known else None


def summarize(
    parts: Sequence[Part], lead: Part, lead_metadata: str | None, received_ms: int
) -> tuple[Any, ...]:
    """A derived trace in the order of TRACE_COLUMNS; ``parts`` are in order of time."""
    calls = [part for part in parts if part.kind == LLM_CALL]
    called = bool(calls)
    failing = [part for part in parts if part.status == "error"]
    members = _members(lead_metadata)
    request, response = (members.pop(name, None) for name in BODIES)
    request, response = _from_conventions(members, request, response)
    tools = _tool_calls(parts)
    if tools:
        members["toolCalls"] = tools[:MAX_TOOL_CALLS]
    metadata = orjson.dumps(members).decode() if members else None
    first_error = next((part.error for part in parts if part.error is not None), None)
    return (
        lead.trace_id,
        lead.timestamp_ms,
        received_ms,
        True,
        "error" if failing else "success",
        lead.provider if called else None,
        lead.model if called else None,
        ((lead.model if called else None) or "")[:KEY_LENGTH],
        lead.session_id,
        user_of(metadata),
        min(sum(part.duration_ms or 0 for part in parts), LONGEST_MS),
        _total((part.input_tokens for part in calls), MAX_INTEGER),
        _total((part.output_tokens for part in calls), MAX_INTEGER),
        _total((part.cost for part in calls), MAX_MICRO_CENTS),
        any(part.cost_estimated for part in calls),
        (lead.model_used or lead.model) if called else None,
        lead.provider_request_id,
        lead.finish_reason,
        first_error,
        metadata,
        _summary(parts, lead, tools, failing),
        lead.output_text or words.answer_of(None, response) or None,
        _dumped(request) if called else None,
        _dumped(response) if called else None,
    )


def _members(metadata: str | None) -> dict[str, Any]:
    if not metadata:
        return {}
    try:
        return dict(orjson.loads(metadata))
    except ValueError:
        return {}


def _dumped(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _from_conventions(members: dict[str, Any], request: Any, response: Any) -> tuple[Any, Any]:
    """Bodies from the GenAI conventions' messages, where the client sent no bodies of its own."""
    if request is None and "gen_ai.input.messages" in members:
        request = {"messages": members["gen_ai.input.messages"]}
        if "gen_ai.system_instructions" in members:
            request["system"] = members["gen_ai.system_instructions"]
    if response is None and "gen_ai.output.messages" in members:
        response = {"messages": members["gen_ai.output.messages"]}
    return request, response


def _tool_calls(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Each tool call once; what happened before and after one shares its id."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        if part.kind == TOOL_USE:
            key = part.tool_use_id or part.span_id
            call = found.setdefault(key, {"id": key, "name": part.tool_name, "status": part.status})
            if part.status == "error":
                call["status"] = "error"
    return list(found.values())


def _files_edited(parts: Sequence[Part]) -> int:
    files = set()
    for part in parts:
        if part.kind == TOOL_USE and part.edited_input:
            path = _members_of(part.edited_input).get("file_path")
            if isinstance(path, str):
                files.add(path)
    return len(files)


def _members_of(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _summary(
    parts: Sequence[Part], lead: Part, tools: Sequence[Any], failing: Sequence[Part]
) -> str:
    """What only a derived trace says, under the names of the wire."""
    services = list(dict.fromkeys(part.service for part in parts if part.service))
    edited = _files_edited(parts)
    if lead.kind == LLM_CALL:
        sentence = lead.model or "llm call"
    else:
        pieces = [f"{len(tools)} tool call{'' if len(tools) == 1 else 's'}"]
        if edited:
            pieces.append(f"{edited} file{'' if edited == 1 else 's'} edited")
        sentence = " · ".join(pieces)
    ends = [part.timestamp_ms + (part.duration_ms or 0) for part in parts]
    return orjson.dumps(
        {
            "source": lead.source,
            "services": services,
            "spanCount": len(parts),
            "summary": sentence,
            "toolCallCount": len(tools),
            "filesEdited": edited,
            "errorService": failing[0].service if failing else None,
            "durationMs": min(max(ends) - parts[0].timestamp_ms, LONGEST_MS),
        }
    ).decode()

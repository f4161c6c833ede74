"""OTLP exports, as JSON or protobuf, unpacked into one plain form.

Malformed inner nodes are skipped, as the original does; only the envelope is insisted on.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from traces import instants
from traces.decoding import issues
from traces.errors import MissingResourceSpans, NotJson, TooManySpans

JSON_SPANS = 1000
PROTOBUF_SPANS = 10_000
MAX_DEPTH = 50
NANOSECONDS = 1_000_000
"""In a millisecond."""
_NANOSECONDS = re.compile(r"\d{1,21}", re.ASCII)

KINDS = ("", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
CODES = ("UNSET", "OK", "ERROR")

Attributes = dict[str, Any]


@dataclass(slots=True)
class Event:
    name: str
    time_unix_nano: int | None
    attributes: Attributes


@dataclass(slots=True)
class PlainSpan:
    """A span of either encoding; ids are hexadecimal or whatever a JSON client sent."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_unix_nano: int | None
    end_unix_nano: int | None
    status_code: str
    status_message: str
    resource: Attributes
    attributes: Attributes
    scope: Attributes = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    links: list[Attributes] = field(default_factory=list)
    trace_state: str = ""


# --- JSON ----------------------------------------------------------------------------------------


def read_json(body: bytes) -> list[PlainSpan]:
    """Raises NotJson, MissingResourceSpans, TooManySpans."""
    try:
        parsed = issues.parse(body)
    except issues.NotJson:
        raise NotJson from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("resourceSpans"), list):
        raise MissingResourceSpans
    found = []
    for resource_spans in _objects(parsed["resourceSpans"]):
        resource = _attributes(_object(resource_spans.get("resource")).get("attributes"))
        for scope_spans in _objects(resource_spans.get("scopeSpans")):
            scope = _scope(_object(scope_spans.get("scope")))
            for span in _objects(scope_spans.get("spans")):
                found.append(_json_span(span, resource, scope))
    if len(found) > JSON_SPANS:
        raise TooManySpans(f"Too many spans in one export: at most {JSON_SPANS}")
    return found


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _nanoseconds(value: Any) -> int | None:
    """Unix nanoseconds, of a number or its digits, within the years that there are; else None.

    0 is none either: that is how OTLP leaves a time out.
    """
    if isinstance(value, str) and _NANOSECONDS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 < value <= instants.LATEST_MS * NANOSECONDS else None


def _named(value: Any, names: tuple[str, ...], prefix: str) -> str:
    """An enumeration's member: by number, or by its full name as some clients spell it."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    name = _string(value).removeprefix(prefix)
    return name if name in names else names[0]


def _scope(scope: dict[str, Any]) -> Attributes:
    named = {name: scope[name] for name in ("name", "version") if _string(scope.get(name))}
    return named | _attributes(scope.get("attributes"))


def _json_span(span: dict[str, Any], resource: Attributes, scope: Attributes) -> PlainSpan:
    status = _object(span.get("status"))
    return PlainSpan(
        trace_id=_string(span.get("traceId")),
        span_id=_string(span.get("spanId")),
        parent_span_id=_string(span.get("parentSpanId")),
        name=_string(span.get("name")),
        kind=_named(span.get("kind"), KINDS, "SPAN_KIND_"),
        start_unix_nano=_nanoseconds(span.get("startTimeUnixNano")),
        end_unix_nano=_nanoseconds(span.get("endTimeUnixNano")),
        status_code=_named(status.get("code"), CODES, "STATUS_CODE_"),
        status_message=_string(status.get("message")),
        resource=resource,
        attributes=_attributes(span.get("attributes")),
        scope=scope,
        events=[
            Event(
                _string(event.get("name")),
                _nanoseconds(event.get("timeUnixNano")),
                _attributes(event.get("attributes")),
            )
            for event in _objects(span.get("events"))
        ],
        links=[
            {"traceId": _string(link.get("traceId")), "spanId": _string(link.get("spanId"))}
            | _attributes(link.get("attributes"))
            for link in _objects(span.get("links"))
        ],
        trace_state=_string(span.get("traceState")),
    )


def _attributes(pairs: Any, depth: int = 0) -> Attributes:
    return {
        pair["key"]: _json_value(pair.get("value"), depth)
        for pair in _objects(pairs)
        if _string(pair.get("key"))
    }


def _json_value(value: Any, depth: int) -> Any:
    value = _object(value)
    if depth > MAX_DEPTH:
        return None
    if "intValue" in value:
        return issues.integer(value["intValue"])
    for name in ("stringValue", "doubleValue", "boolValue", "bytesValue"):
        if name in value:
            return value[name]
    if "arrayValue" in value:
        values = _object(value["arrayValue"]).get("values")
        return [_json_value(one, depth + 1) for one in _objects(values)]
    if "kvlistValue" in value:
        return _attributes(_object(value["kvlistValue"]).get("values"), depth + 1)
    return None


# --- protobuf ------------------------------------------------------------------------------------


def read_protobuf(body: bytes) -> list[PlainSpan]:
    """Raises MissingResourceSpans for what is no export request, TooManySpans."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError:
        raise MissingResourceSpans("Invalid protobuf body") from None
    found = []
    for resource_spans in request.resource_spans:
        resource = _decoded(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            scope = _decoded(scope_spans.scope.attributes)
            if scope_spans.scope.name:
                scope["name"] = scope_spans.scope.name
            if scope_spans.scope.version:
                scope["version"] = scope_spans.scope.version
            found += [_protobuf_span(span, resource, scope) for span in scope_spans.spans]
    if len(found) > PROTOBUF_SPANS:
        raise TooManySpans(f"Too many spans in one export: at most {PROTOBUF_SPANS}")
    return found


def _protobuf_span(span: Any, resource: Attributes, scope: Attributes) -> PlainSpan:
    return PlainSpan(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        name=issues.clean_text(span.name),
        kind=_named(span.kind, KINDS, ""),
        start_unix_nano=span.start_time_unix_nano or None,
        end_unix_nano=span.end_time_unix_nano or None,
        status_code=_named(span.status.code, CODES, ""),
        status_message=issues.clean_text(span.status.message),
        resource=resource,
        attributes=_decoded(span.attributes),
        scope=scope,
        events=[
            Event(
                issues.clean_text(event.name),
                event.time_unix_nano or None,
                _decoded(event.attributes),
            )
            for event in span.events
        ],
        links=[
            {"traceId": link.trace_id.hex(), "spanId": link.span_id.hex()}
            | _decoded(link.attributes)
            for link in span.links
        ],
        trace_state=issues.clean_text(span.trace_state),
    )


def _decoded(pairs: Any) -> Attributes:
    return {issues.clean_text(pair.key): _value(pair.value) for pair in pairs if pair.key}


def _value(value: Any) -> Any:
    which = value.WhichOneof("value")
    if which is None:
        return None
    if which == "array_value":
        return [_value(one) for one in value.array_value.values]
    if which == "kvlist_value":
        return _decoded(value.kvlist_value.values)
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    held = getattr(value, which)
    return issues.clean_text(held) if which == "string_value" else held


# --- answers -------------------------------------------------------------------------------------


def protobuf_answer(rejected: int, reason: str) -> bytes:
    """An ExportTraceServiceResponse."""
    response = ExportTraceServiceResponse()
    if rejected:
        partial = ExportTracePartialSuccess(rejected_spans=rejected, error_message=reason)
        response.partial_success.CopyFrom(partial)
    return bytes(response.SerializeToString())


def protobuf_status(code: int, message: str) -> bytes:
    """A google.rpc.Status, which OTLP asks refusals of protobuf requests to be."""
    text = message.encode()
    return b"\x08" + _varint(code) + b"\x12" + _varint(len(text)) + text


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)

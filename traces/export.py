"""Streamed export of everything that matches: NDJSON or CSV, a bounded number of rows in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any

from pulse import fastjson
from pulse.doors.plain import Request, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.exports.writing import safe_cell
from pulse.tenancy.models import Environment
from traces import queries, shapes
from traces.ingest import authenticate
from traces.parameters import Reader
from traces.selectors import traces as trace_selectors

CHUNK = 200
TYPES = {"ndjson": "application/x-ndjson; charset=utf-8", "csv": "text/csv; charset=utf-8"}
COLUMNS = (
    "traceId", "timestamp", "provider", "modelRequested", "modelUsed", "status", "latencyMs",
    "inputTokens", "outputTokens", "costCents", "sessionId", "finishReason", "outputText", "error",
    "metadata",
)  # fmt: skip


async def traces(request: Request) -> StreamingResponse:
    """GET and HEAD /v1/traces/export"""
    credential = await authenticate(request, "read:traces")
    parameters = dict(reversed(request.query()))
    reader = Reader(parameters)
    form = reader.choice("format", tuple(TYPES), "ndjson")
    chosen = reader.choice("spelling", shapes.SPELLINGS, "camel")
    wanted = queries.trace_filter(reader)
    rows = trace_selectors.stream_traces(credential.environment, wanted)
    shaped = _shaped(credential.environment, rows, "camel" if form == "csv" else chosen)
    return StreamingResponse(
        _chunks(shaped, form),
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="traces.{form}"'},
    )


def _shaped(
    environment: Environment, rows: Iterator[dict[str, Any]], spelling: str
) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield shapes.trace_row(row, project_id=environment.public_id, spelling=spelling)


async def _chunks(rows: Iterator[dict[str, Any]], form: str) -> AsyncIterator[bytes]:
    if form == "csv":
        yield (",".join(f'"{name}"' for name in COLUMNS) + "\r\n").encode()
    encode = _csv if form == "csv" else _ndjson
    while chunk := await in_thread(lambda: list(islice(rows, CHUNK))):
        yield encode(chunk)


def _ndjson(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(fastjson.dumps(row) + b"\n" for row in rows)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    lines = []
    for row in rows:
        cells = (safe_cell(_plain(row[name])).replace('"', '""') for name in COLUMNS)
        lines.append(",".join(f'"{cell}"' for cell in cells) + "\r\n")
    return "".join(lines).encode()


def _plain(value: Any) -> Any:
    """A raw JSON member as its text."""
    if value is None or isinstance(value, str | int | float):
        return value
    return fastjson.dumps(value).decode()

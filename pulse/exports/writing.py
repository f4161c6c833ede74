"""Rows as CSV that no spreadsheet executes, or as one JSON object a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pulse import fastjson, times

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
CHUNK_ROWS = 500


def safe_cell(value: Any) -> str:
    """A value as the text of a cell; text that a spreadsheet would run as a formula gets a quote
    mark before it. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return times.utc_seconds(value) or ""
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) else fastjson.dumps(value).decode()
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def encode(rows: Iterable[dict[str, Any]], format: str) -> Iterator[tuple[bytes, int]]:
    """Chunks of the file with how many rows each holds. The first row's members are CSV's columns."""
    encoder = _csv if format == "csv" else _ndjson
    return encoder(rows)


def _ndjson(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[bytes, int]]:
    lines: list[bytes] = []
    for row in rows:
        lines.append(fastjson.dumps(row))
        if len(lines) == CHUNK_ROWS:
            yield b"\n".join(lines) + b"\n", len(lines)
            lines = []
    if lines:
        yield b"\n".join(lines) + b"\n", len(lines)


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[bytes, int]]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    columns: list[str] | None = None
    count = 0
    for row in rows:
        if columns is None:
            columns = list(row)
            writer.writerow([safe_cell(name) for name in columns])
        writer.writerow([safe_cell(row.get(name)) for name in columns])
        count += 1
        if count == CHUNK_ROWS:
            yield buffer.getvalue().encode(), count
            buffer.seek(0)
            buffer.truncate()
            count = 0
    if count:
        yield buffer.getvalue().encode(), count

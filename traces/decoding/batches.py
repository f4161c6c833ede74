"""From a request's body to the batch that the inbox keeps, or the refusal that says why not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from traces.decoding import issues, items
from traces.errors import InvalidBatch, NotJson
from traces.models import Inbox

# What the typed decoder takes and storage or clients do not: NUL and half a surrogate pair.
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")

# An integer of so many digits is refused by the JSON readers of clients, with the page it is on.
_WIDE = 4300
_AS_ZERO = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Batch:
    """Accepted items as the bytes of a JSON array."""

    kind: str
    count: int
    body: bytes


def read_batch(kind: str, body: bytes) -> Batch:
    """Decide about a posted array of traces or spans. Raises NotJson, InvalidBatch."""
    if not _SUSPECT.search(body) and not _holds_wide_integer(body) and _utf_8(body):
        accept = items.accept_traces if kind == Inbox.Kind.TRACES else items.accept_spans
        count = accept(body)
        if count is not None:
            return Batch(kind, count, body)
    try:
        parsed = issues.parse(body)
    except issues.NotJson:
        raise NotJson from None
    fields = issues.TRACE_FIELDS if kind == Inbox.Kind.TRACES else issues.SPAN_FIELDS
    good, found = issues.examine(parsed, fields)
    if found:
        raise InvalidBatch(found)
    return Batch(kind, len(good), issues.encode(good))


def _holds_wide_integer(body: bytes) -> bool:
    # whatever is that wide holds four in a row of every thousandth byte: nearly no body needs a scan
    return b"0000" in body[::1000].translate(_AS_ZERO) and b"0" * _WIDE in body.translate(_AS_ZERO)


def _utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True

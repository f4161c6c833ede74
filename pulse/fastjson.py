"""JSON out: compact UTF-8 bytes, and never NaN."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson


def _fallback(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def dumps(value: Any) -> bytes:
    """Encode; NaN and infinities become null, which is orjson's rule and never invalid JSON."""
    try:
        return orjson.dumps(value, default=_fallback, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a number beyond 64 bits: PostgreSQL gives a stored 1e300 back as an integer
        return json.dumps(
            value, default=_fallback, ensure_ascii=False, separators=(",", ":")
        ).encode()

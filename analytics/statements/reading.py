"""Parts of reports that the two databases spell differently."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import BigIntegerField, BooleanField, TextField
from django.db.models.expressions import RawSQL

from analytics.validation import MAX_DIGITS

_INTEGER = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LONG = 2**63
_SPELLED = "json_extract(analytics_event.properties, held.fullkey, '$._')"
"""``[<the number as it is written>,…]``, for SQLite's own value of it ends after 64 bits; ``[null,…]`` in
a key with a quotation mark, which is no path."""


def property_equals(vendor: str, key: str, value: str) -> RawSQL:
    """Whether the top-level property ``key`` is the string ``value``, or the number or boolean it spells."""
    spelled = _scalar(value)
    if vendor == "postgresql":
        wanted = [{key: value}] if spelled is None else [{key: value}, {key: spelled}]
        sql = " OR ".join(["analytics_event.properties::jsonb @> %s::jsonb"] * len(wanted))
        return RawSQL(f"({sql})", [_json(one) for one in wanted], output_field=BooleanField())  # noqa: S611 - constants
    extra: list[str | float]
    if isinstance(spelled, bool):
        also, extra = "held.type = %s", ["true" if spelled else "false"]
    elif isinstance(spelled, int) and not -_LONG <= spelled < _LONG:
        also, extra = f"(held.type = 'integer' AND {_SPELLED} LIKE %s)", [f"[{spelled},%"]
    elif spelled is not None:
        also, extra = "(held.type IN ('integer', 'real') AND held.atom = %s)", [spelled]
    else:
        also, extra = "0", []
    return RawSQL(  # noqa: S611 - constants
        "EXISTS (SELECT 1 FROM json_each(analytics_event.properties) AS held WHERE held.key = %s"
        f" AND ((held.type = 'text' AND held.atom = %s) OR {also}))",
        [key, value, *extra],
        output_field=BooleanField(),
    )


def property_text(vendor: str, key: str) -> RawSQL:
    """The top-level property ``key`` as JSON text; NULL where it is missing or null."""
    if vendor == "postgresql":
        return RawSQL(
            "NULLIF((analytics_event.properties::jsonb -> %s)::text, 'null')",
            [key],
            output_field=TextField(),
        )
    return RawSQL(  # noqa: S611 - constants
        "(SELECT CASE held.type WHEN 'text' THEN json_quote(held.atom) WHEN 'null' THEN NULL"
        " WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE"
        " CASE WHEN typeof(held.atom) = 'real' AND CAST(CAST(held.atom AS TEXT) AS REAL) <> held.atom"
        f" THEN COALESCE(NULLIF(substr({_SPELLED}, 2, instr({_SPELLED}, ',') - 2), 'null'),"
        " CAST(held.value AS TEXT))"
        " ELSE CAST(held.value AS TEXT) END END"
        " FROM json_each(analytics_event.properties) AS held WHERE held.key = %s LIMIT 1)",
        [key],
        output_field=TextField(),
    )


_INSTANT = "analytics_event.timestamp_ms"


def bucket_number(starts: Sequence[int]) -> RawSQL:
    """Which of consecutive ranges an event's instant lies in, from 0.

    ``starts`` holds one more value than there are ranges: the end of the last. Ranges of one length
    are divided out, others found by halving.
    """
    lengths = {high - low for low, high in itertools.pairwise(starts)}
    if len(lengths) == 1:
        sql = f"({_INSTANT} - {starts[0]:d}) / {lengths.pop():d}"
    else:
        sql = _halved(starts, 0, len(starts) - 1)
    return RawSQL(sql, [], output_field=BigIntegerField())  # noqa: S611 - integers


def _halved(starts: Sequence[int], first: int, after: int) -> str:
    if after - first == 1:
        return str(first)
    middle = (first + after) // 2
    below, above = _halved(starts, first, middle), _halved(starts, middle, after)
    return f"CASE WHEN {_INSTANT} < {starts[middle]:d} THEN {below} ELSE {above} END"


def in_one_process(vendor: str) -> str:
    """The beginning of a FROM clause that keeps PostgreSQL from starting workers for the statement.

    A sum over the roll-up takes 2 ms. The planner, which guesses high over many parts, starts two
    workers for it, and that takes 20 to 40 (2026-11-21, a million events). No statement that calls a
    function marked unsafe for workers gets any; a setting would need a transaction around it.
    """
    if vendor == "postgresql":
        return "(SELECT set_config('pulse.workers', 'none', true)) AS alone CROSS JOIN "
    return ""


def along_index(sql: str, index: str) -> str:
    """``sql`` over events, made to read ``index``. SQLite only, whose planner never thinks of it."""
    return sql.replace('FROM "analytics_event"', f'FROM "analytics_event" INDEXED BY {index}', 1)


BLOCK = "analytics_event.id >> 17"
"""What SQLite's indexes by user and by session begin with (migration 0004): grouping by it and by the
user or session reads them in their order."""


def in_any_block() -> RawSQL:
    """True of every event. SQLite looks a user or a session up in each block that there is.

    The next block is found from the last, for ids may have gaps of any width.
    """
    return RawSQL(  # noqa: S611 - constants
        f"{BLOCK} IN (WITH RECURSIVE block(number) AS (SELECT min(id) >> 17 FROM analytics_event"
        " UNION ALL SELECT (SELECT min(id) >> 17 FROM analytics_event WHERE id >= (number + 1) << 17)"
        " FROM block WHERE number IS NOT NULL) SELECT number FROM block)",
        [],
        output_field=BooleanField(),
    )


def along_table(sql: str) -> str:
    """``sql`` over events, made to read them in the order they were stored. SQLite only."""
    return sql.replace('FROM "analytics_event"', 'FROM "analytics_event" NOT INDEXED', 1)


def _scalar(text: str) -> bool | int | float | None:
    """The boolean or number that ``text`` spells as JSON does; None for any other text."""
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return _finite(float(text)) if _NUMBER.fullmatch(text) else None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _json(rows: Any) -> str:
    return msgspec.json.encode(rows).decode()

"""The pump of the text index: words of what was stored, on their own time.

Splitting text costs more than storing it, so while the digest is busy the index takes a small part of
the time; it is at most a minute behind at 300 traces a second, and catches up when there is peace.
"""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.db import connection, transaction

from traces import statements, words
from traces.digest import pump
from traces.selectors import search

SLICE, CALM_SLICE = 300, 600
"""Traces in one transaction while the digest is busy, and while it is not."""
REST = 9
"""While the digest is busy the index rests so many times as long as it worked."""
MAX_REST_SECONDS = 1.0


class Pace:
    """Leaves the time to the digest while that has much to do."""

    def __init__(self) -> None:
        self._earliest = 0.0

    def run(self) -> int:
        time.sleep(max(0.0, self._earliest - time.monotonic()))
        busy, started = pump.pace.busy, time.monotonic()
        done = run(SLICE if busy else CALM_SLICE)
        ended = time.monotonic()
        if busy:
            self._earliest = ended + min(REST * (ended - started), MAX_REST_SECONDS)
        return done


run_paced = Pace().run


def run(size: int = CALM_SLICE) -> int:
    """Index at most ``size`` traces of the oldest job; returns how many."""
    job = search.oldest_job()
    if job is None:
        return 0
    taken, left = job.trace_ids[:size], job.trace_ids[size:]
    documents = [
        (row["id"], job.environment_id, words_of_trace(row))
        for row in search.texts_of(job.environment_id, taken)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        locked = search.lock_job(job.pk)
        if locked is None or locked.trace_ids != job.trace_ids:
            return 0  # another worker did this slice
        statements.index_words(cursor, documents)
        if left:
            locked.trace_ids = left
            locked.save(update_fields=["trace_ids"])
        else:
            locked.delete()
    return len(taken)


def words_of_trace(row: dict[str, Any]) -> set[str]:
    """What one trace is found by: prompt, answer, error, and the members of its metadata."""
    request, response = _loads(row["request_body"]), _loads(row["response_body"])
    found = words.words_of(words.prompt_of(request))
    found |= words.words_of(words.answer_of(row["output_text"], response))
    if row["error"]:
        found |= words.words_of(words.first_bytes(row["error"]))
    return found | words.member_words(_loads(row["metadata"]))


def _loads(text: str | None) -> Any:
    if not text:
        return None
    try:
        return orjson.loads(text)
    except ValueError:  # deeper than the parser goes: stored as it came, but not searched
        return None

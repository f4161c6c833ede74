"""The pump of the text index: words of what was stored, on their own time.

Splitting text costs more than storing it, so while accepted batches wait, the index takes only small
steps; it is at most a minute behind at 300 traces a second, and catches up when there is peace.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection, transaction

from traces import statements, words
from traces.selectors import search

SLICE, CALM_SLICE = 300, 600
"""Traces in one transaction while ingest has work, and while it has none."""


def run() -> int:
    """Index one slice of the oldest job; returns 0 while ingest has work, to leave it the processor."""
    job = search.oldest_job()
    if job is None:
        return 0
    busy = search.ingest_has_work()
    size = SLICE if busy else CALM_SLICE
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
    return 0 if busy else len(taken)


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

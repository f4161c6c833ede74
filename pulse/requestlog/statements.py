"""The one statement of the request log that the ORM cannot say: add to counts that exist."""

from __future__ import annotations

ADD_COUNT = """
INSERT INTO requestlog_requestcount
    (environment_id, span, product, key_id, status_class, requests, total_ms)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (environment_id, span, product, key_id, status_class) DO UPDATE
SET requests = requestlog_requestcount.requests + excluded.requests,
    total_ms = requestlog_requestcount.total_ms + excluded.total_ms
"""

"""What the request log writes: statements that are ready before the transaction begins."""

from __future__ import annotations

ADD_COUNT = """
INSERT INTO requestlog_requestcount
    (environment_id, span, product, key_id, status_class, requests, total_ms)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (environment_id, span, product, key_id, status_class) DO UPDATE
SET requests = requestlog_requestcount.requests + excluded.requests,
    total_ms = requestlog_requestcount.total_ms + excluded.total_ms
"""


def add_rows(columns: tuple[str, ...], count: int) -> str:
    """Log ``count`` requests with one statement; each takes as many parameters as there are columns."""
    row = f"({', '.join(['%s'] * len(columns))})"
    return (
        f"INSERT INTO requestlog_loggedrequest ({', '.join(columns)})"
        f" VALUES {', '.join([row] * count)}"
    )

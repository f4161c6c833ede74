"""What an export of events holds: the list's members, in its order, with its filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics import filters, public_ids, shapes
from analytics.selectors import events
from pulse.tenancy.models import Environment

PAGE = 2000


def rows(environment: Environment, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One flat dict for each event; ``parameters["filters"]`` are a list's query parameters.

    Read page by page from where the last one ended: no transaction is held while a file is written.
    """
    wanted = filters.parse(parameters.get("filters", {}))
    keys = public_ids.keys_of(environment.public_id)
    after: tuple[int, int] | None = None
    while True:
        page = list(events.page_after(environment, wanted, after)[:PAGE])
        for row in page:
            yield {
                "id": public_ids.encode(row["id"], keys),
                "name": row["name"],
                "properties": shapes.fragment(row["properties"]),
                "userId": row["user_id"],
                "sessionId": row["session_id"],
                "timestamp": shapes.instant(row["timestamp_ms"]),
            }
        if len(page) < PAGE:
            return
        after = (page[-1]["timestamp_ms"], page[-1]["id"])

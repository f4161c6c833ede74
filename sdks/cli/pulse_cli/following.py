"""Lists that grow: what is new on them since the last look, oldest first."""

from __future__ import annotations

from typing import Any

from pulse_cli.client import Client

PAGE = 100
REMEMBERED = 10_000


class Feed:
    """One list of the API, newest first, whose rows have an ``id``."""

    def __init__(self, client: Client, path: str, query: dict[str, Any]) -> None:
        self.client = client
        self.path = path
        self.query = query
        self._seen: dict[str, None] = {}

    def skip(self) -> None:
        """Pass over what is there already."""
        self._remember(self._page("")["data"])

    def fresh(self) -> list[dict[str, Any]]:
        """Rows that were not there at the last look.

        A page is looked through to its end: rows appear when their transaction commits, which may
        be below one that was made later.
        """
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self._page(cursor)
            new = [row for row in page["data"] if row["id"] not in self._seen]
            found += new
            cursor = page["next_cursor"] or ""
            if not cursor or len(new) < len(page["data"]):
                break
        self._remember(found)
        return found[::-1]

    def _remember(self, rows: list[dict[str, Any]]) -> None:
        self._seen |= dict.fromkeys(row["id"] for row in reversed(rows))
        for stale in list(self._seen)[:-REMEMBERED]:
            del self._seen[stale]

    def _page(self, cursor: str) -> Any:
        query = {**self.query, "limit": PAGE}
        return self.client.call(
            "GET", self.path, query={**query, "cursor": cursor} if cursor else query
        )

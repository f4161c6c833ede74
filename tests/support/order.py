"""Which tests come first, and which of them stay with one worker."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadFileScheduling

DEPLOYED = {"live_server", "server", "fuzzed", "backend", "backends"}
"""Fixtures that start a deployment."""


def slowest_first(items: list[pytest.Item]) -> None:
    """Put files that start servers and browsers first, so that none of them is left for the end."""
    slow: dict[object, int] = {}
    for item in items:
        slow[item.path] = max(slow.get(item.path, 0), _slowness(item))
    items.sort(key=lambda item: -slow[item.path])


def _slowness(item: pytest.Item) -> int:
    if item.get_closest_marker("soak"):
        return 4
    if item.get_closest_marker("browser"):
        return 3
    if DEPLOYED & set(getattr(item, "fixturenames", ())):
        return 2
    database = item.get_closest_marker("django_db")
    return int(bool(database and database.kwargs.get("transaction")))


class ByDeployment(LoadFileScheduling):
    """A file stays with one worker, and so does a folder whose files share a deployment, ``live``."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        folder = file.rpartition("/")[0]
        return folder if folder.endswith("/live") else file

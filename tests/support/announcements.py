"""What was announced, and that nothing was."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from pulse.webhooks.models import Event


@contextlib.contextmanager
def published(*types: str) -> Iterator[list[dict[str, Any]]]:
    """Fail unless exactly these event types are published inside, in this order; none: nothing is.

    The list given is filled at the end of the block with the bodies as receivers get them.
    """
    last = Event.unscoped.order_by("-pk").values_list("pk", flat=True).first() or 0
    bodies: list[dict[str, Any]] = []
    yield bodies
    rows = list(Event.unscoped.filter(pk__gt=last).order_by("pk"))
    assert [row.type for row in rows] == list(types)
    bodies += [json.loads(row.body) for row in rows]

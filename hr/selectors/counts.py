"""How many rows a list has in all, without counting a million of them for every page."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Max, QuerySet

from hr.models import Employee, LeaveEntry
from pulse.db import compiled, disjoint
from pulse.tenancy.models import Environment

KEPT_FROM = 10_000
KEPT_SECONDS = 5.0
MAX_KEPT = 1_000
MARKED = (Employee, LeaveEntry)
"""Tables with an index on the time of their last change, which every write moves."""

_kept: dict[tuple[int, str], tuple[datetime | None, float, int]] = {}


def kept_total(
    found: Callable[[], QuerySet[Any]], *, environment: Environment, purpose: str
) -> int | None:
    """The number of rows of ``found()``, where it is known and still true; see ``total_of``."""
    key = (environment.pk, purpose)
    known = _kept.get(key)
    if known is None:
        return None
    mark, until, count = known
    if time.monotonic() <= until and mark == _mark(found().model, environment):
        return count
    _kept.pop(key, None)
    return None


def total_of(
    found: Callable[[], QuerySet[Any]],
    *,
    parts: Callable[[], disjoint.Parts] = tuple,
    environment: Environment,
    purpose: str,
    counted: int | None = None,
) -> int:
    """The number of rows of ``found()``, which ``purpose`` describes with all its filters.

    ``counted`` is what a page has counted already. A number of 10,000 or more (40 ms a million) is
    kept for five seconds, and only while nothing in the table has changed: two writers can commit
    in the other order than they took the time.
    """
    key = (environment.pk, purpose)
    count_now = partial(compiled.count, key, partial(disjoint.whole, found, parts))
    count = count_now() if counted is None else counted
    if count >= KEPT_FROM and issubclass(model := found().model, MARKED):
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        mark = _mark(model, environment)  # before the count that is kept: it never misses a change
        _kept[key] = (mark, time.monotonic() + KEPT_SECONDS, count_now())
    return count


def _mark(model: type[Employee | LeaveEntry], environment: Environment) -> datetime | None:
    rows = model.objects.within(environment).order_by()
    latest: datetime | None = rows.aggregate(latest=Max("updated_at"))["latest"]
    return latest

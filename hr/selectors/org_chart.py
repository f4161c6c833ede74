"""The reporting tree, level by level."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hr.models import Employee
from hr.selectors import employees as people
from pulse.tenancy.models import Environment

MAX_NODES = 1000
COLUMNS = ("pk", "public_id", "full_name", "role", "department", "manager_id")


@dataclass(slots=True)
class Node:
    """A person with those who report to them, as far down as was asked for.

    ``reports_count`` counts all direct reports who have not left, shown or not.
    """

    pk: int
    public_id: str
    full_name: str
    role: str | None
    department: str | None
    manager_pk: int | None
    reports_count: int = 0
    reports: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OrgChart:
    """``orphans`` still report to somebody who left; ``truncated`` is true at 1,000 people."""

    roots: list[Node]
    orphans: list[Node]
    truncated: bool


def org_chart(
    environment: Environment, *, root: Employee | None, depth: int, today: date
) -> OrgChart:
    """The tree below ``root``, or below everybody without a manager; former people are left out."""
    gone = Q(offboarded_at__isnull=False) | Q(end_date__lt=today)
    here = people.employees(environment).exclude(gone)
    first = people.employees(environment).filter(pk=root.pk) if root else here.filter(manager=None)
    levels = [_nodes(first, MAX_NODES)]
    count = len(levels[0])
    for _ in range(depth - 1):
        if not levels[-1] or count >= MAX_NODES:
            break
        below = here.filter(manager__in=[node.pk for node in levels[-1]])
        levels.append(_nodes(below, MAX_NODES - count))
        count += len(levels[-1])
    _hang(levels)
    orphans = _orphans(environment, here, today) if root is None else []
    nodes = [node for level in levels for node in level] + orphans
    counts = _report_counts(here, [node.pk for node in nodes])
    for node in nodes:
        node.reports_count = counts[node.pk]
    return OrgChart(levels[0], orphans, truncated=count >= MAX_NODES)


def _orphans(environment: Environment, here: QuerySet[Employee], today: date) -> list[Node]:
    """People who still report to somebody who left, looked for from those who left: few have."""
    orphans: list[Node] = []
    for left in (Q(offboarded_at__isnull=False), Q(offboarded_at=None, end_date__lt=today)):
        managers = people.employees(environment).filter(left)
        orphans += _nodes(here.filter(manager__in=managers.values("pk")), MAX_NODES)
    return sorted(orphans, key=lambda node: (node.full_name, node.pk))[:MAX_NODES]


def _nodes(found: QuerySet[Employee], limit: int) -> list[Node]:
    rows: Any = found.order_by("full_name", "pk").values_list(*COLUMNS)[:limit]
    return [Node(*row) for row in rows]


def _hang(levels: list[list[Node]]) -> None:
    by_manager: defaultdict[int | None, list[Node]] = defaultdict(list)
    for level in levels[1:]:
        for node in level:
            by_manager[node.manager_pk].append(node)
    for level in levels:
        for node in level:
            node.reports = by_manager.get(node.pk, [])


def _report_counts(here: QuerySet[Employee], numbers: list[int]) -> Counter[int]:
    counted = (
        here.filter(manager__in=numbers)
        .order_by()
        .values_list("manager")
        .annotate(people=Count("pk"))
    )
    return Counter(dict(counted))

"""The text index: which traces hold all of these words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from pulse.tenancy.models import Environment
from traces import statements
from traces.models import SearchJob, Trace

BIGGEST_KEY = 2**63 - 1


def find(
    environment: Environment,
    sought: Sequence[tuple[str, bool]],
    members: Sequence[str],
    *,
    before: int | None,
    limit: int,
) -> list[int]:
    """Primary keys of at most ``limit`` traces, the last received first, all below ``before``.

    ``sought`` are words, each with whether its beginning is enough; ``members`` are exact.
    """
    with connection.cursor() as cursor:
        return statements.search(
            cursor,
            environment.pk,
            [*sought, *((word, False) for word in members)],
            BIGGEST_KEY if before is None else before,
            limit,
        )


def oldest_job() -> SearchJob | None:
    return SearchJob.unscoped.order_by("pk").first()


def lock_job(pk: int) -> SearchJob | None:
    """A job held until the end of the transaction; None where another worker holds or did it."""
    return SearchJob.unscoped.select_for_update(skip_locked=True).filter(pk=pk).first()


def texts_of(environment_id: int, trace_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The texts of these traces."""
    return list(
        Trace.objects.within(environment_id)
        .filter(statements.with_ids("trace", environment_id, trace_ids))
        .values("id", "request_body", "response_body", "output_text", "metadata", "error")
    )

"""The text index: which traces hold all of these words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from pulse.tenancy.models import Environment
from traces import statements


def find(
    environment: Environment,
    sought: Sequence[tuple[str, bool]],
    members: Sequence[str],
    *,
    limit: int,
) -> list[int]:
    """Primary keys of at most ``limit`` traces, the last received first.

    ``sought`` are words, each with whether its beginning is enough; ``members`` are exact.
    """
    with connection.cursor() as cursor:
        return statements.search(
            cursor, environment.pk, [*sought, *((word, False) for word in members)], limit
        )

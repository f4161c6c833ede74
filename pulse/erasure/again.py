"""Erasures that a restored backup knows nothing of, done again."""

from __future__ import annotations

from datetime import datetime

from django.utils.module_loading import import_string

from pulse import products
from pulse.erasure import selectors
from pulse.erasure.services import digest_of
from pulse.tenancy.models import Environment

Ledger = dict[str, dict[str, datetime]]
"""Public id of an environment → digest of whom it has forgotten → when last."""


def forget_again(known: Ledger, *, now: datetime) -> int:
    """Erase everybody of ``known`` whom this database still has; how many that were.

    The ledger holds keyed hashes, so each product's people are hashed until one fits.
    """
    restored = selectors.ledger()
    count = 0
    for environment in selectors.environments_called(list(known)):
        had = restored.get(environment.public_id, {})
        erased = known[environment.public_id]
        lost = {digest for digest, at in erased.items() if digest not in had or had[digest] < at}
        if lost:
            count += _forget(environment, lost, now)
    return count


def _forget(environment: Environment, digests: set[str], now: datetime) -> int:
    def wanted(subject_id: str) -> bool:
        return digest_of(environment, subject_id) in digests

    return sum(
        import_string(config.forget)(environment, wanted, now)
        for config in products.installed()
        if config.forget
    )

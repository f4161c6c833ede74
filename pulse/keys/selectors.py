"""Reads of keys for the people who manage them."""

from __future__ import annotations

from django.db.models import QuerySet

from pulse.errors import NotFound
from pulse.keys.models import ApiKey
from pulse.tenancy.models import Environment


def keys_of(environment: Environment, products: list[str]) -> QuerySet[ApiKey]:
    """Keys of these products, those in use first, then the newest."""
    return (
        ApiKey.objects.within(environment)
        .filter(product__in=products)
        .order_by("revoked_at", "-created_at", "-pk")
    )


def get_key(environment: Environment, products: list[str], public_id: str) -> ApiKey:
    """Raises NotFound."""
    found = keys_of(environment, products).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found

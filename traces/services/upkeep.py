"""Prices, dead letters and settings of an environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from pulse.keys.services import refresh_credentials
from pulse.queue import kick
from pulse.tenancy.models import Environment
from traces.digest.pump import PUMP
from traces.errors import DeadLetterNotFound, PriceNotFound
from traces.models import CustomPrice, Inbox
from traces.selectors import upkeep


@transaction.atomic
def set_price(environment: Environment, **values: Any) -> CustomPrice:
    """Set an own price; one for the same provider, model and moment is replaced."""
    keys = {name: values.pop(name) for name in ("provider", "model", "valid_from_ms")}
    price, _ = upkeep.prices(environment).update_or_create(
        **keys, defaults=values, create_defaults=values | keys | {"environment": environment}
    )
    return price


@transaction.atomic
def delete_price(environment: Environment, *, price_id: int) -> None:
    """Raises PriceNotFound."""
    price = upkeep.price(environment, price_id)
    if price is None:
        raise PriceNotFound
    price.delete()


@transaction.atomic
def replay_dead_letters(environment: Environment, *, pks: Sequence[int] | None) -> int:
    """Put dead letters (None: all, up to a thousand) back into the inbox. Returns how many.

    Raises DeadLetterNotFound when one was named and is not there.
    """
    letters = upkeep.lock_dead_letters(environment, pks)
    if pks is not None and not letters:
        raise DeadLetterNotFound
    for letter in letters:
        Inbox.objects.create(
            environment=environment,
            kind=letter.kind,
            received_ms=letter.received_ms,
            count=1,
            body=b"[" + bytes(letter.item) + b"]",
        )
        letter.delete()
    kick(PUMP)
    return len(letters)


@transaction.atomic
def discard_dead_letter(environment: Environment, *, pk: int) -> None:
    """Raises DeadLetterNotFound."""
    letter = upkeep.dead_letter(environment, pk)
    if letter is None:
        raise DeadLetterNotFound
    letter.delete()


@transaction.atomic
def change_settings(environment: Environment, **values: Any) -> None:
    """Change this product's settings of the environment; its row is locked meanwhile.

    What ``environment`` holds may be as old as the cache of keys, and other products keep theirs there.
    """
    locked = upkeep.lock_environment(environment)
    locked.settings = locked.settings | {"traces": locked.settings.get("traces", {}) | values}
    locked.save(update_fields=["settings"])
    environment.settings = locked.settings
    refresh_credentials()

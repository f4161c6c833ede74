"""Reads of the audit log."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from pulse.audit.models import Entry, Seal, SealingTurn
from pulse.tenancy.models import Environment


def list_entries(
    environment: Environment,
    *,
    products: tuple[str, ...] = (),
    actor: str = "",
    action: str = "",
    object_ref: str = "",
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> QuerySet[Entry]:
    """Entries with their seals; an ``action`` that ends in ``.*`` matches the family.

    A product shows its own entries and those of no product: ``products=("hr", "")``.
    """
    rows = Entry.objects.within(environment).select_related("seal")
    if products:
        rows = rows.filter(product__in=products)
    if actor:
        rows = rows.filter(actor=actor)
    if action.endswith(".*"):
        rows = rows.filter(action__startswith=action[:-1])
    elif action:
        rows = rows.filter(action=action)
    if object_ref:
        rows = rows.filter(object_ref=object_ref)
    if created_from is not None:
        rows = rows.filter(created_at__gte=created_from)
    if created_to is not None:
        rows = rows.filter(created_at__lt=created_to)
    return rows


def any_unsealed() -> bool:
    """Whether there is anything to link, asked without a transaction."""
    turn = SealingTurn.objects.filter(pk=1).first()
    mark = turn.sealed_up_to if turn else 0
    return Entry.unscoped.filter(pk__gt=mark, seal=None).exists()


def lock_turn() -> SealingTurn | None:
    """The turn to seal, or None while another process has it."""
    SealingTurn.objects.get_or_create(pk=1)
    return SealingTurn.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def unsealed(turn: SealingTurn, limit: int) -> list[Entry]:
    rows = Entry.unscoped.filter(pk__gt=turn.sealed_up_to, seal=None)
    return list(rows.order_by("pk")[:limit])


def last_hash(environment_pk: int) -> str:
    rows = Seal.objects.within(environment_pk).order_by("-pk")
    return rows.values_list("hash", flat=True).first() or ""


def chain(environment: Environment) -> QuerySet[Seal]:
    """Every link of an environment's chain with its entry, in order."""
    return Seal.objects.within(environment).select_related("entry").order_by("pk")


def newest_before(moment: datetime) -> int:
    """The highest primary key written before a moment, 0 when there is none."""
    rows = Entry.unscoped.filter(created_at__lt=moment).order_by("-created_at", "-pk")
    return rows.values_list("pk", flat=True).first() or 0

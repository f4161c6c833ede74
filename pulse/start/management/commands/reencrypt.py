"""Bring every stored secret under the newest of PULSE_FERNET_KEYS, so that an old key can be removed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from pulse import vault

BATCH = 500


class Command(BaseCommand):
    help = "Re-encrypt stored secrets with the newest key; safe to repeat and to run while serving."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            fields: tuple[str, ...] = getattr(model, "sealed_fields", ())
            if fields:
                count = _reencrypt(model, fields)
                self.stdout.write(f"{model._meta.label}: {count}")


def _reencrypt(model: type[models.Model], fields: tuple[str, ...]) -> int:
    """A batch is locked while it is rewritten, so that a rotation meanwhile is not undone."""
    done, last = 0, 0
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().filter(pk__gt=last).order_by("pk")
            batch = list(rows[:BATCH])
            for row in batch:
                for name in fields:
                    setattr(row, name, _renewed(getattr(row, name)))
                row.save(update_fields=fields)
        if not batch:
            return done
        done, last = done + len(batch), batch[-1].pk


def _renewed(sealed: Any) -> Any:
    if not sealed:
        return sealed
    if isinstance(sealed, str):
        return vault.reencrypt(sealed.encode()).decode()
    return vault.reencrypt(bytes(sealed))

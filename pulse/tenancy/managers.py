"""The scoping manager: tenant data is read from an environment, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.db import models

if TYPE_CHECKING:
    from pulse.tenancy.models import Environment

Row = TypeVar("Row", bound=models.Model)


class UnscopedQuery(RuntimeError):
    """Tenant data was queried without saying whose."""


class TenantManager(models.Manager[Row]):
    """Refuses every query until ``within(environment)`` has said whose rows are meant."""

    def get_queryset(self) -> NoReturn:
        raise UnscopedQuery(
            f"{self.model.__name__}.objects needs .within(environment); "
            "admin, pumps and commands use .unscoped"
        )

    def within(self, environment: Environment | int) -> models.QuerySet[Row]:
        pk = environment if isinstance(environment, int) else environment.pk
        return models.QuerySet(self.model, using=self._db).filter(environment_id=pk)

    def create(self, **values: Any) -> Row:
        if "environment" not in values and "environment_id" not in values:
            raise UnscopedQuery(f"{self.model.__name__}.objects.create() needs an environment")
        return models.QuerySet(self.model, using=self._db).create(**values)

    def bulk_create(self, objs: Iterable[Row], *args: Any, **options: Any) -> list[Row]:
        rows: models.QuerySet[Row] = models.QuerySet(self.model, using=self._db)
        return rows.bulk_create(objs, *args, **options)

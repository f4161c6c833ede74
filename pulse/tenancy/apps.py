from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "pulse.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from pulse.db import guards, rls  # models must be loaded first

        post_migrate.connect(guards.reinstall, sender=self, dispatch_uid="tenancy.guards")
        post_migrate.connect(rls.reinstall, sender=self, dispatch_uid="tenancy.rls")

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "pulse.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from pulse.db import guards  # models must be loaded first

        post_migrate.connect(guards.reinstall, dispatch_uid="tenancy.guards")

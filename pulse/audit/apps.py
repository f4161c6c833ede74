from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "pulse.audit"
    label = "audit"
    verbose_name = "Audit log"

    def ready(self) -> None:
        from pulse.audit import guards

        post_migrate.connect(guards.install, sender=self, dispatch_uid="audit.guards")

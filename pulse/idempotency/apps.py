from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "pulse.idempotency"
    label = "idempotency"

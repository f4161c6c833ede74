from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "pulse.metrics"
    label = "metrics"

    def ready(self) -> None:
        from pulse.doors import exchange
        from pulse.metrics import requests

        exchange.observe(requests.observe)

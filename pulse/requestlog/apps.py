from django.apps import AppConfig

from pulse.doors import exchange


class RequestLogConfig(AppConfig):
    name = "pulse.requestlog"
    label = "requestlog"
    verbose_name = "Request log"

    def ready(self) -> None:
        from pulse.requestlog import recorder  # models must be loaded first

        exchange.observe(recorder.observe)

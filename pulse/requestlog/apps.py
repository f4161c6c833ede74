from django.apps import AppConfig


class RequestLogConfig(AppConfig):
    name = "pulse.requestlog"
    label = "requestlog"

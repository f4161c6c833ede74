from django.apps import AppConfig


class RatelimitsConfig(AppConfig):
    name = "pulse.ratelimits"
    label = "ratelimits"

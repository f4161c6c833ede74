from django.apps import AppConfig


class StartConfig(AppConfig):
    name = "pulse.start"
    label = "start"

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "pulse.exports"
    label = "exports"

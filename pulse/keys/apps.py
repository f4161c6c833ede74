from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "pulse.keys"
    label = "keys"

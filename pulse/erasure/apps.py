from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "pulse.erasure"
    label = "erasure"

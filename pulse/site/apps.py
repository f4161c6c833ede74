from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "pulse.site"
    label = "site"

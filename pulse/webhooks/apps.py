from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "pulse.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"

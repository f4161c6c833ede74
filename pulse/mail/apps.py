from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "pulse.mail"
    label = "mail"

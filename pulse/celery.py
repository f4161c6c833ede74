"""The Celery application; its settings are the CELERY_* names of pulse.settings."""

from __future__ import annotations

from celery import Celery

app = Celery("pulse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["pulse"], related_name="tasks")

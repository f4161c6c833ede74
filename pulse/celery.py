"""The Celery application; its settings are the CELERY_* names of pulse.settings.

Workers use the thread pool: a kick must wake the pump of its own process, and what a pump does is
waiting for receivers and the database. More CPU means more worker processes.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")

app = Celery("pulse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["pulse"], related_name="tasks")


@setup_logging.connect
def configure_logs(**_: Any) -> None:
    from pulse import logs  # needs the settings

    logs.configure()

"""The ASGI application: one process, five doors."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")
django.setup()

from pulse.doors.root import application  # noqa: E402 - the app registry must be loaded first

__all__ = ["application"]

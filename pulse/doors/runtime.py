"""What a web process does once it serves."""

from __future__ import annotations

from django.conf import settings

from pulse import pump


def started() -> None:
    """On the embedded default the one process pumps, too; at scale the workers do."""
    if settings.PULSE_EMBEDDED:
        pump.start()

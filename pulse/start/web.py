"""``python -m pulse.start.web``: one web process of a deployment at scale."""

from __future__ import annotations

import os
import sys

DRAIN_SECONDS = 20


def main() -> int:
    from pulse.start import variables

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")
    if not variables.in_order():
        return 2
    if not os.environ.get("PULSE_DATABASE_URL"):
        print(
            "A web node needs PULSE_DATABASE_URL and PULSE_REDIS_URL; "
            "the embedded default is started by `make run`.",
            file=sys.stderr,
        )
        return 2

    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 2

    from django.conf import settings

    from pulse import logs
    from pulse.start import ports, server

    logs.configure()
    server.run(
        [ports.open_socket(settings.PULSE_HOST, settings.PULSE_PORT)], drain_seconds=DRAIN_SECONDS
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m pulse.start.web``: one web process of a deployment at scale."""

from __future__ import annotations

import os
import sys

DRAIN_SECONDS = 20


def main() -> int:
    from pulse import environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")
    for warning in environment.unknown_names(dict(os.environ)):
        print(f"warning: {warning}", file=sys.stderr)

    import django

    django.setup()

    from django.conf import settings

    from pulse import logs
    from pulse.start import ports, server

    if settings.PULSE_EMBEDDED:
        print(
            "A web node needs PULSE_DATABASE_URL and PULSE_REDIS_URL; "
            "the embedded default is started by `make run`.",
            file=sys.stderr,
        )
        return 2
    logs.configure()
    server.run(
        [ports.open_socket(settings.PULSE_HOST, settings.PULSE_PORT)], drain_seconds=DRAIN_SECONDS
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

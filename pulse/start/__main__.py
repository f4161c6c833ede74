"""``python -m pulse.start``: the embedded default, from an empty folder to a running server."""

from __future__ import annotations

import os
import sys
import warnings


def main() -> int:
    from pulse import environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")
    for warning in environment.unknown_names(dict(os.environ)):
        print(f"warning: {warning}", file=sys.stderr)
    _take_port()

    import django

    warnings.simplefilter("ignore", DeprecationWarning)
    django.setup()

    from django.conf import settings

    if not settings.PULSE_EMBEDDED:
        print(
            "PULSE_DATABASE_URL or PULSE_REDIS_URL is set: this command is for the embedded default. "
            "At scale run migrate, bootstrap, uvicorn and celery; docs/operations.md shows how.",
            file=sys.stderr,
        )
        return 2

    from pulse.start import embedded

    return embedded.serve()


def _take_port() -> None:
    """Settle the port before the settings are read, for links are made from it."""
    from pulse.start import ports

    host = os.environ.get("PULSE_HOST", "127.0.0.1")
    wanted = int(os.environ.get("PULSE_PORT", "3000"))
    port = ports.free_from(host, wanted)
    if port != wanted:
        print(f"Port {wanted} is taken; using {port}.", file=sys.stderr)
    os.environ["PULSE_PORT"] = str(port)


if __name__ == "__main__":
    sys.exit(main())

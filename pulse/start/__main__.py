"""``python -m pulse.start``: the embedded default, from an empty folder to a running server."""

from __future__ import annotations

import os
import sys
import warnings


def main() -> int:
    from pulse.start import variables

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulse.settings")
    if not variables.in_order():
        return 2
    if os.environ.get("PULSE_DATABASE_URL") or os.environ.get("PULSE_REDIS_URL"):
        print(
            "PULSE_DATABASE_URL or PULSE_REDIS_URL is set: this command is for the embedded default. "
            "At scale run migrate, bootstrap, uvicorn and celery; docs/operations.md shows how.",
            file=sys.stderr,
        )
        return 2
    try:
        _take_port()
    except OSError as error:
        print(f"PULSE_HOST and PULSE_PORT: {error}", file=sys.stderr)
        return 2

    import django

    warnings.simplefilter("ignore", DeprecationWarning)
    django.setup()

    from pulse.start import embedded

    return embedded.serve()


def _take_port() -> None:
    """Settle the port before the settings are read, for links are made from it."""
    from pulse.start import ports

    host = os.environ.get("PULSE_HOST", "127.0.0.1")
    wanted = int(os.environ.get("PULSE_PORT") or "3000")
    port = ports.free_from(host, wanted)
    if port != wanted:
        print(f"Port {wanted} is taken; using {port}.", file=sys.stderr)
    os.environ["PULSE_PORT"] = str(port)


if __name__ == "__main__":
    sys.exit(main())

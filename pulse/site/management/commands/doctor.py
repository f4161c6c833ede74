"""Look at the deployment and say what is wrong, with the line that mends it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from pulse.site import checkup


class Command(BaseCommand):
    help = "Check settings, database, migrations, audit log, clock, Redis, disk and mail."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def handle(self, *args: Any, **options: Any) -> None:
        ill = 0
        for finding in checkup.findings():
            mark = self.style.SUCCESS("ok  ") if finding.healthy else self.style.ERROR("wrong")
            self.stdout.write(f"{mark:6} {finding.subject:12} {finding.text}")
            if not finding.healthy:
                ill += 1
                self.stdout.write(f"{'':6} {'':12} → {finding.mend}")
        if ill:
            sys.exit(1)

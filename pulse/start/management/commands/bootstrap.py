"""The first organization of a deployment at scale, which makes nothing by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pulse.site import login_links
from pulse.start import bootstrap
from pulse.tenancy.models import User


class Command(BaseCommand):
    help = "Create the first organization, its environments, an operator and one key per product."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--email", default="operator@pulse.localhost", help="the operator's address"
        )

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        if not bootstrap.first_start(email=email):
            self.stdout.write("Already bootstrapped; nothing was changed.")
            return
        operator = User.objects.get(email=email.lower())
        self.stdout.write(f"Keys: {bootstrap.keys_file()}")
        self.stdout.write(f"Sign in once, within 15 minutes: {login_links.create(operator)}")

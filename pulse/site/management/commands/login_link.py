"""A new sign-in link, for whoever can run commands on the server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse.site import login_links
from pulse.tenancy import selectors


class Command(BaseCommand):
    help = "Print a link that signs an operator (or --email) in once, within 15 minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="", help="whom to sign in; the operator by default")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = selectors.user_by_email(email) if email else selectors.first_operator()
        if user is None or not user.is_active:
            raise CommandError(f"Nobody has the address {email}." if email else "No operator yet.")
        self.stdout.write(login_links.create(user))

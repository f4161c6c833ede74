"""manage.py screening_plan <plan> [--organization org_…]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse.errors import InvalidInput
from pulse.tenancy.models import Organization
from screening.account import PLANS
from screening.services import accounts


class Command(BaseCommand):
    help = "Put an organization on a screening plan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", choices=sorted(PLANS))
        parser.add_argument(
            "--organization", help="public id, org_…; may be left out if there is one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Organization.objects.all()
        if options["organization"]:
            rows = rows.filter(public_id=options["organization"])
        if len(rows) != 1:
            raise CommandError("Name one organization by its id.")
        found = rows[0]
        try:
            accounts.change_plan(found, plan=options["plan"])
        except InvalidInput as error:
            raise CommandError(error.message) from error
        per_minute, burst = PLANS[options["plan"]]
        self.stdout.write(f"{found.name}: {per_minute} requests a minute, burst {burst}.")

"""manage.py screening_plan <organization> <plan>"""

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
        parser.add_argument("organization", help="public id, org_…")
        parser.add_argument("plan", choices=sorted(PLANS))

    def handle(self, *args: Any, **options: Any) -> None:
        found = Organization.objects.filter(public_id=options["organization"]).first()
        if found is None:
            raise CommandError("There is no such organization.")
        try:
            accounts.change_plan(found, plan=options["plan"])
        except InvalidInput as error:
            raise CommandError(error.message) from error
        per_minute, burst = PLANS[options["plan"]]
        self.stdout.write(f"{found.name}: {per_minute} requests a minute, burst {burst}.")

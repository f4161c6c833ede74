"""Make the sample data of the test environment as new."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from pulse import products
from pulse.start import bootstrap
from pulse.tenancy import selectors, services


class Command(BaseCommand):
    help = "demo reset: empty the first test environment and seed it again; keys stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["reset"])

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        organization = selectors.first_organization()
        rows = selectors.lock_environments(organization) if organization else []
        environment = next((row for row in rows if not row.live), None)
        if environment is None:
            raise CommandError("There is no test environment; start the server once.")
        services.empty_environment(
            environment, apps={config.label for config in products.installed()}
        )
        bootstrap.seed(environment)
        self.stdout.write(f"{environment} has fresh sample data.")

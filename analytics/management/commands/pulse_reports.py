"""``manage.py pulse_reports top``."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from analytics import filters
from analytics.management import arguments
from analytics.selectors import totals
from pulse.errors import ApiError


class Command(BaseCommand):
    help = "Events by how often they happened."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        top = actions.add_parser("top", help="the most frequent events")
        top.add_argument("--from", default="", help="ISO 8601; included")
        top.add_argument("--to", default="", help="ISO 8601; excluded")
        top.add_argument("--limit", default="10")
        arguments.add_common(top)

    def handle(self, *args: Any, **options: Any) -> None:
        environment = arguments.environment_of(options["environment"])
        try:
            wanted = filters.parse({end: [options[end]] for end in ("from", "to") if options[end]})
            limit = filters.limit({"limit": [options["limit"]]}, 10)
        except ApiError as error:
            arguments.refused(error)
        found = totals.top_events(environment, wanted, limit=limit)
        if options["json"]:
            self.stdout.write(arguments.spelled(found))
            return
        for row in found:
            self.stdout.write(f"{row['count']:>10}  {row['name']}")

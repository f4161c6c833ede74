"""``manage.py pulse_events track <name>`` and ``manage.py pulse_events list``."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from analytics import accept, filters, public_ids, shapes, validation
from analytics.errors import event_refused
from analytics.management import arguments
from analytics.selectors import events
from pulse.errors import ApiError
from pulse.tenancy.models import Environment


class Command(BaseCommand):
    help = "Track an event, or list events, the newest first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        track = actions.add_parser("track", help="store one event")
        track.add_argument("name")
        track.add_argument("--properties", default="{}", help="a JSON object")
        track.add_argument("--user", default="")
        track.add_argument("--session", default="")
        listing = actions.add_parser("list", help="the newest events")
        listing.add_argument("--name", action="append", default=[], help="exact, or page.*")
        listing.add_argument("--user", default="")
        listing.add_argument("--limit", default="20")
        for action in (track, listing):
            arguments.add_common(action)

    def handle(self, *args: Any, **options: Any) -> None:
        environment = arguments.environment_of(options["environment"])
        try:
            if options["action"] == "track":
                self._track(environment, options)
            else:
                self._list(environment, options)
        except ApiError as error:
            arguments.refused(error)

    def _track(self, environment: Environment, options: dict[str, Any]) -> None:
        try:
            properties = json.loads(options["properties"])
        except ValueError as error:
            raise CommandError("--properties is not JSON.", returncode=2) from error
        event = {
            "name": options["name"],
            "properties": properties,
            "userId": options["user"],
            "sessionId": options["session"],
        }
        now_ms = time.time_ns() // 1_000_000
        try:
            accepted = validation.accept(event, now_ms=now_ms)
        except validation.Rejected as rejected:
            raise event_refused(rejected.fault) from rejected
        submission = accept.Submission(environment, [accepted], now_ms, single=True)
        with transaction.atomic(), connection.cursor() as cursor:
            outcome = accept.write(cursor, [submission])[0]
        if options["json"]:
            self.stdout.write(outcome.body.decode())
        elif not options["quiet"]:
            self.stdout.write(json.loads(outcome.body)["data"]["id"])

    def _list(self, environment: Environment, options: dict[str, Any]) -> None:
        parameters = {"name": options["name"], "userId": [options["user"]]}
        limit = filters.limit({"limit": [options["limit"]]}, 20)
        rows = events.list_events(environment, filters.parse(parameters))[:limit]
        keys = public_ids.keys_of(environment.public_id)
        found = [(public_ids.encode(row["id"], keys), row) for row in rows]
        if options["json"]:
            data = [
                {**shapes.event(number, row), "properties": json.loads(row["properties"])}
                for number, row in found
            ]
            self.stdout.write(arguments.spelled(data))
            return
        for number, row in found:
            instant, user = shapes.instant(row["timestamp_ms"]), row["user_id"] or "-"
            self.stdout.write(f"{number}  {instant}  {row['name']}  {user}")

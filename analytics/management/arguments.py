"""What both commands share: the environment, how answers are printed, and exit codes."""

from __future__ import annotations

import argparse
import json
from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from analytics.selectors import environments
from pulse.errors import ApiError
from pulse.tenancy.models import Environment

USER_ERROR, NOT_STARTED, NOT_FOUND, NO_CONNECTION = 2, 3, 4, 5


def add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--environment", default="", help="env_…; the first test environment")
    parser.add_argument("--json", action="store_true", help="print JSON as the API answers it")
    parser.add_argument("--quiet", action="store_true", help="print nothing that is not asked for")


def environment_of(public_id: str) -> Environment:
    """Ends the command with exit code 4 where there is none, 3 before the first start, 5 without a database."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CommandError("The database does not answer.", returncode=NO_CONNECTION) from error
    try:
        found = environments.find_environment(public_id)
    except DatabaseError:  # there are no tables
        found, public_id = None, ""
    if found is None and not public_id:
        raise CommandError("Nothing is here yet: start Pulse once.", returncode=NOT_STARTED)
    if found is None:
        raise CommandError("No such environment.", returncode=NOT_FOUND)
    return found


def refused(error: ApiError) -> NoReturn:
    """Ends the command with exit code 2."""
    raise CommandError(error.message, returncode=USER_ERROR) from error


def spelled(data: Any) -> str:
    return json.dumps({"success": True, "data": data}, ensure_ascii=False)

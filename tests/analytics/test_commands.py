from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tests.analytics.support import stored

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    call_command(*arguments)
    return capsys.readouterr().out


def test_an_event_is_tracked_listed_and_counted(environment, capsys):
    tracked = run(
        capsys, "pulse_events", "track", "page.viewed", "--properties", '{"page": "/"}',
        "--user", "u", "--json",
    )  # fmt: skip
    listed = run(capsys, "pulse_events", "list", "--json")
    top = run(capsys, "pulse_reports", "top", "--json")

    event = json.loads(tracked)["data"]
    assert event["properties"] == {"page": "/"}
    assert json.loads(listed)["data"] == [event]
    assert json.loads(top)["data"] == [{"name": "page.viewed", "count": 1}]
    assert event["id"] in run(capsys, "pulse_events", "list", "--name", "page.*")
    assert run(capsys, "pulse_reports", "top") == "         1  page.viewed\n"
    assert run(capsys, "pulse_events", "track", "b", "--quiet") == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("pulse_events", "track", " "), 2),
        (("pulse_events", "track", "a", "--properties", "{"), 2),
        (("pulse_events", "track", "a", "--properties", "[]"), 2),
        (("pulse_events", "list", "--limit", "0"), 2),
        (("pulse_reports", "top", "--from", "x"), 2),
        (("pulse_reports", "top", "--environment", "env_none"), 4),
    ],
)
def test_a_mistake_has_its_exit_code(environment, arguments, code):
    with pytest.raises(CommandError) as refusal:
        call_command(*arguments)

    assert refusal.value.returncode == code
    assert stored(environment) == []


def test_before_the_first_start_a_command_says_so(db):
    with pytest.raises(CommandError) as refusal:
        call_command("pulse_events", "list")

    assert refusal.value.returncode == 3

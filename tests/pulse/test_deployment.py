"""Files that only a deployment reads: settings, migrations, image and compose file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pulse import environment
from tests.support import surroundings
from tests.support.variables import SECRETS

ROOT = surroundings.ROOT
PRODUCTION = {
    "PULSE_DATABASE_URL": "postgresql://pulse:secret@db.internal/pulse",
    "PULSE_REDIS_URL": "redis://:secret@redis.internal/0",
    "PULSE_SECRET_KEY": "Zq3-" + "kD8vW1xY7bN5mR2tC9hJ4fL6pS0gQ_" * 2,
    "PULSE_FERNET_KEYS": SECRETS["PULSE_FERNET_KEYS"],
    "PULSE_PUBLIC_URL": "https://pulse.example.com",
    "PULSE_METRICS_TOKEN": "token",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *arguments, **variables)


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PULSE_")}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=ROOT,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.once
def test_a_production_deployment_passes_djangos_own_checks(tmp_path):
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING", PULSE_DATA_DIR=str(tmp_path), **PRODUCTION
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.once
@pytest.mark.parametrize("missing", ["PULSE_SECRET_KEY", "PULSE_FERNET_KEYS"])
def test_scale_mode_refuses_to_start_without_its_secrets(tmp_path, missing):
    without = {name: value for name, value in PRODUCTION.items() if name != missing}

    done = manage("check", PULSE_DATA_DIR=str(tmp_path), **without)

    assert done.returncode != 0
    assert "PULSE_SECRET_KEY and PULSE_FERNET_KEYS" in done.stderr


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PULSE_PORT", "70000"),
        ("PULSE_HR_RATE_LIMIT", "-1"),
        ("PULSE_EVENT_RETENTION_DAYS", "a month"),
        ("PULSE_SOCKET_AUTH_SECONDS", "nan"),
        ("PULSE_FERNET_KEYS", "too-short"),
        ("PULSE_TRUSTED_PROXIES", "10.0.0.0/8, balancer"),
        ("PULSE_PUBLIC_URL", "pulse.example.com"),
        ("PULSE_EMAIL_URL", "mail.example.com"),
        ("PULSE_DATABASE_URL", "mysql://db.internal/pulse"),
        ("PULSE_LOG_LEVEL", "loud"),
        ("PULSE_SIGNUP", "yes"),
        ("PULSE_DEMO", "maybe"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_a_sentence_that_does_not_repeat_it(name, wrong):
    (sentence,) = environment.wrong_values(PRODUCTION | {name: wrong})

    assert sentence.startswith(f"{name} must be ")
    assert wrong not in sentence


def test_values_that_can_be_are_taken():
    assert environment.wrong_values(PRODUCTION) == []
    assert (
        environment.wrong_values({"PULSE_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "PULSE_RLS": ""})
        == []
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("module", "variables", "said"),
    [
        ("pulse.start", {"PULSE_PORT": "http"}, "PULSE_PORT must be a port"),
        ("pulse.start", PRODUCTION, "this command is for the embedded default"),
        (
            "pulse.start.web",
            {"PULSE_REDIS_URL": PRODUCTION["PULSE_REDIS_URL"]},
            "needs PULSE_DATABASE_URL and PULSE_REDIS_URL",
        ),
        (
            "pulse.start.web",
            PRODUCTION | {"PULSE_SECRET_KEY": ""},
            "Scale mode needs PULSE_SECRET_KEY",
        ),
    ],
)
def test_what_cannot_start_says_why_in_one_line(tmp_path, module, variables, said):
    done = run("-m", module, PULSE_DATA_DIR=str(tmp_path), **variables)

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.django_db
def test_no_model_differs_from_its_migrations_and_all_of_them_are_applied():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert executor.loader.detect_conflicts() == {}


# --- the image --------------------------------------------------------------------------------------


def _instructions(name: str) -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [
        line.removeprefix(name).strip() for line in text.splitlines() if line.startswith(f"{name} ")
    ]


def _moved(command: list[str], folder: Path) -> list[str]:
    """The command with the image's folders put into a temporary one, and its Python for theirs."""
    return [
        part.replace("/app/.venv/bin/python", sys.executable).replace("/app/", f"{folder}/")
        for part in command
    ]


@pytest.mark.once
def test_every_run_line_of_the_image_is_a_command_that_works_without_a_shell(tmp_path):
    lines = [json.loads(line) for line in _instructions("RUN")]
    (tmp_path / "requirements.txt").write_text((ROOT / "requirements.txt").read_text())
    for package in ("pulse", "hr", "collab", "screening", "analytics", "traces"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    for command in lines:
        if "pip" in command:
            assert "--require-hashes" in command
            command = [*command[: command.index("install") + 1], "--help"]
        if command[0] == "python":
            command = [sys.executable, *command[1:]]
        done = subprocess.run(
            _moved(command, tmp_path),
            cwd=tmp_path,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_the_image_copies_every_package_the_settings_name():
    copied = {line.split()[0] for line in _instructions("COPY") if not line.startswith("--from")}

    assert {"pulse", "hr", "collab", "screening", "analytics", "traces", "manage.py"} <= copied
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {f"!{name}" for name in copied} <= set(ignored)


def test_the_image_runs_as_nobody_in_particular():
    assert _instructions("USER") == ["10001:10001"]


def test_the_health_check_of_the_image_tells_a_living_server_from_a_dead_one(live_server):
    (line,) = _instructions("HEALTHCHECK")
    command = json.loads(line.partition("CMD ")[2])
    command = [sys.executable, *command[1:]]
    alive = live_server.environment
    dead = alive | {"PULSE_PORT": "9"}

    codes = [
        subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True).returncode
        for env in (alive, dead)
    ]
    assert codes == [0, 1]


# --- compose ----------------------------------------------------------------------------------------

TEXTS = {"type": "array", "items": {"type": "string"}}
CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"]
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image"],
    "properties": {
        "image": {"type": "string"},
        "build": {"type": "string"},
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "read_only": {"type": "boolean"},
        "tmpfs": TEXTS,
        "cap_drop": TEXTS,
        "security_opt": TEXTS,
        "command": TEXTS,
        "ports": TEXTS,
        "volumes": TEXTS,
        "stop_grace_period": {"type": "string", "pattern": r"^\d+[sm]$"},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["condition"],
                "properties": {"condition": {"enum": CONDITIONS}},
            },
        },
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "test": TEXTS,
                "interval": {"type": "string"},
                "timeout": {"type": "string"},
                "retries": {"type": "integer"},
                "disable": {"const": True},
            },
        },
        "logging": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "driver": {"type": "string"},
                "options": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
    },
}
COMPOSE = {
    "type": "object",
    "additionalProperties": False,
    "patternProperties": {"^x-": {"type": "object"}},
    "properties": {
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object"},
    },
}
"""What compose.yaml uses of the Compose specification, and nothing beside it."""


def _compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_compose_file_holds_to_the_specification():
    jsonschema.validate(_compose(), COMPOSE)
    services = set(_compose()["services"])
    for service in _compose()["services"].values():
        assert set(service.get("depends_on", {})) <= services
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in _compose()["volumes"]


def test_every_variable_is_documented_and_every_documented_one_is_read():
    page = (ROOT / "docs" / "site" / "self-hosting.md").read_text()

    assert sorted(set(re.findall(r"`(PULSE_[A-Z_]+)`", page))) == sorted(environment.KNOWN)


def test_no_secret_of_the_compose_file_has_a_default():
    text = (ROOT / "compose.yaml").read_text()
    secrets = re.findall(r"\$\{(PULSE_\w*(?:PASSWORD|SECRET|KEYS|TOKEN)\w*)([^}]*)\}", text)

    assert {name for name, _ in secrets} == {
        "PULSE_POSTGRES_PASSWORD",
        "PULSE_REDIS_PASSWORD",
        "PULSE_SECRET_KEY",
        "PULSE_FERNET_KEYS",
        "PULSE_METRICS_TOKEN",
    }
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []


def test_every_variable_the_compose_file_sets_is_one_that_pulse_reads():
    unknown = [
        name
        for service in _compose()["services"].values()
        for name in service.get("environment", {})
        if name.startswith("PULSE_") and name not in environment.KNOWN
    ]
    assert unknown == []

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.soak.load import call
from tests.support import live

AT_SCALE = bool(os.environ.get("PULSE_DATABASE_URL"))


@pytest.fixture(scope="module")
def server():
    with live.running() as running:
        yield running


def hire(server: live.LiveServer, name: str) -> str:
    body = {"email": f"{name}@example.test", "full_name": name}
    return call("POST", f"{server.base_url}/v1/employees", server.keys["PULSE_HR_KEY"], body)["id"]


def restored_into(server: live.LiveServer, folder: Path) -> dict[str, str]:
    """The settings of an empty deployment that a backup can be put into."""
    if not AT_SCALE:
        return server.environment | {"PULSE_DATA_DIR": str(folder)}
    url = server.environment["PULSE_DATABASE_URL"]
    name = f"restored_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    restored = urlsplit(url)._replace(path=f"/{name}").geturl()
    return server.environment | {"PULSE_DATA_DIR": str(folder), "PULSE_DATABASE_URL": restored}


def names_in(environment: dict[str, str]) -> set[str]:
    query = "SELECT public_id FROM hr_employee"
    if not AT_SCALE:
        file = Path(environment["PULSE_DATA_DIR"]) / "pulse.sqlite3"
        with sqlite3.connect(file) as connection:
            return {row[0] for row in connection.execute(query)}
    with psycopg.connect(environment["PULSE_DATABASE_URL"]) as connection:
        return {row[0] for row in connection.execute(query)}


def test_a_backup_of_a_running_server_can_be_put_back(server, tmp_path):
    before = hire(server, "before-the-backup")
    target = tmp_path / "pulse.tar"

    written = server.manage("backup", str(target))
    after = hire(server, "after-the-backup")
    elsewhere = restored_into(server, tmp_path / "restored")
    (tmp_path / "restored").mkdir(mode=0o700)
    put_back = server.manage("restore", str(target), **elsewhere)

    assert written.returncode == 0, written.stderr
    assert target.stat().st_mode & 0o077 == 0
    assert put_back.returncode == 0, put_back.stderr
    if not AT_SCALE:
        assert (tmp_path / "restored" / "pulse.sqlite3").stat().st_mode & 0o077 == 0
    found = names_in(elsewhere)
    assert before in found
    assert after not in found


def test_a_backup_is_never_written_over_another(server, tmp_path):
    target = tmp_path / "pulse.tar"
    target.write_text("an older backup")

    refused = server.manage("backup", str(target))

    assert refused.returncode == 1
    assert "a backup is never written over another" in refused.stderr
    assert target.read_text() == "an older backup"


@pytest.mark.once
def test_what_is_no_backup_is_not_put_back(server, tmp_path):
    wrong = tmp_path / "letter.txt"
    wrong.write_text("dear all")

    refused = server.manage(
        "restore", str(wrong), PULSE_DATA_DIR=str(restored_into_nothing(tmp_path))
    )

    assert refused.returncode == 1
    assert "is not a backup of Pulse" in refused.stderr


def restored_into_nothing(folder: Path) -> Path:
    (folder / "empty").mkdir(mode=0o700)
    return folder / "empty"


def test_the_doctor_finds_a_healthy_deployment_healthy(server):
    said = server.manage("doctor")

    assert [line for line in said.stdout.splitlines() if line.startswith("wrong")] == []
    assert said.returncode == 0, said.stdout


@pytest.mark.once
def test_the_doctor_names_a_mistyped_variable_and_the_nearest_one(server):
    said = server.manage("doctor", PULSE_PUBLIC_ULR="https://x.test")

    assert said.returncode == 1
    assert "did you mean PULSE_PUBLIC_URL?" in said.stdout


def test_a_reset_demo_has_its_samples_again_and_keeps_its_keys(server):
    hired = hire(server, "of-the-demo")

    said = server.manage("demo", "reset")

    key = server.keys["PULSE_HR_KEY"]
    people = call("GET", f"{server.base_url}/v1/employees?limit=200", key)["data"]
    assert said.returncode == 0, said.stderr
    assert hired not in {one["id"] for one in people}
    assert "emp_01HR3000000000000000000001" in {one["id"] for one in people}


def test_a_login_link_is_printed_for_the_operator(server):
    said = server.manage("login_link")

    assert said.stdout.startswith(f"{server.base_url}/login/")

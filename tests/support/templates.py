"""What every database and deployment of a run of the suite is copied from, made once a run.

Migrated and empty for the tests' own databases; and twice with its first start behind it, for
deployments with the sample data and without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.support import variables

ROOT = Path(__file__).resolve().parent.parent.parent
MIGRATED = "template_migrated"
STARTED = {"1": "template_samples", "0": "template_bare"}
"""By PULSE_DEMO. Names of data folders, and at scale of databases too."""
MIGRATE = "import django; django.setup(); from pulse.start import embedded; embedded.migrate()"


def embedded(folder: Path) -> dict[str, str]:
    """Make the templates of the embedded default; gives the variables that name them."""
    migrated = folder / MIGRATED
    migrated.mkdir(mode=0o700)
    _finish(_begin(["-c", MIGRATE], {"PULSE_DATA_DIR": str(migrated)}))
    for name in STARTED.values():
        shutil.copytree(migrated, folder / name)
    _start_each(folder, {})
    return {"PULSE_TEST_TEMPLATE": str(migrated), "PULSE_TEST_STARTED": str(folder)}


def at_scale(folder: Path, server: str) -> dict[str, str]:
    """The same in databases of a PostgreSQL server, whose URL names no database."""
    for name in (MIGRATED, *STARTED.values()):
        (folder / name).mkdir(mode=0o700)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {MIGRATED}")
        settings = variables.AT_SCALE | {"PULSE_DATABASE_URL": f"{server}/{MIGRATED}"}
        settings["PULSE_DATA_DIR"] = str(folder / MIGRATED)
        _finish(_begin(["manage.py", "migrate", "--verbosity", "0"], settings))
        for name in STARTED.values():
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")
    _start_each(folder, variables.AT_SCALE, server)
    return {"PULSE_TEST_TEMPLATE": MIGRATED, "PULSE_TEST_STARTED": str(folder)}


def _start_each(folder: Path, settings: dict[str, str], server: str = "") -> None:
    starting = []
    for demo, name in STARTED.items():
        own = {"PULSE_DATA_DIR": str(folder / name), "PULSE_DEMO": demo}
        if server:
            own["PULSE_DATABASE_URL"] = f"{server}/{name}"
        starting.append(_begin(["manage.py", "bootstrap"], settings | own))
    for process in starting:
        _finish(process)


def _begin(command: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PULSE_")}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "pulse.settings"} | settings,
        stdout=subprocess.DEVNULL,
    )


def _finish(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, process.args)

"""The real thing in processes of its own: what a stranger starts, on a free port and empty data.

On SQLite that is ``python -m pulse.start``. On PostgreSQL and Redis it is what operations.md tells:
migrate, bootstrap, a web server and a Celery worker, on a database and a Redis of their own.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.support import servers, surroundings, templates
from tests.support.variables import AT_SCALE

START_SECONDS = 90
EMBEDDED = ("-m", "pulse.start")
WEB = ("-m", "pulse.start.web")
WORKER = (
    "-m", "celery", "-A", "pulse.celery", "worker", "--queues", "webhooks,ingest,default",
    "--concurrency", "2", "--loglevel", "warning", "--without-gossip", "--without-mingle",
)  # fmt: skip


@dataclass
class LiveServer:
    """A running deployment. ``processes`` may be killed and started again by name."""

    folder: Path
    port: int
    environment: dict[str, str]
    commands: dict[str, tuple[str, ...]]
    keys: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    cookies: list[Any] = field(default_factory=list)
    """Of the operator's session in a browser, once somebody has signed in."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *self.commands[name]],
                cwd=surroundings.ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Signal a process and its children, and wait until it is gone."""
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        process.wait(30)

    def ready(self, timeout_seconds: float = START_SECONDS) -> None:
        """Wait until the web process answers; fails with its log when it does not."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            process = self.processes["web"]
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.base_url}/health/live", timeout=2):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log('web')[-3000:]}")

    def manage(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a management command of this deployment, as its operator would."""
        path = f"{servers.postgres_binaries()}:{os.environ['PATH']}"  # pg_dump and pg_restore
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=surroundings.ROOT,
            env=self.environment | {"PATH": path} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for name, process in self.processes.items():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill(name)


@contextlib.contextmanager
def running(
    *, database: str = "", redis_url: str = "", fresh: bool = False, **variables: str
) -> Iterator[LiveServer]:
    """A deployment of the kind this run of the suite is about; ``variables`` are added to its own.

    ``database`` and ``redis_url`` bring servers that the caller means to stop. What a first start
    makes is copied from this run of the suite, unless it is ``fresh`` or the server is the caller's.
    """
    started = "" if fresh or database else os.environ.get("PULSE_TEST_STARTED", "")
    template = templates.STARTED[variables.get("PULSE_DEMO", "1")] if started else ""
    folder = Path(tempfile.mkdtemp(prefix="pulse-live-"))
    port = servers.free_port()
    environment = _clean_environment() | {
        "PULSE_DATA_DIR": str(folder / "data"),
        "PULSE_PORT": str(port),
        **variables,
    }
    try:
        with contextlib.ExitStack() as stack:
            if started:
                _copy_start(Path(started) / template, folder / "data", port)
            database = database or os.environ.get("PULSE_DATABASE_URL", "")
            if database:
                redis_url = redis_url or stack.enter_context(servers.redis())
                environment |= _at_scale(stack, database, redis_url, port, template) | variables
                live = LiveServer(folder, port, environment, {"web": WEB, "worker": WORKER})
                if not started:
                    _prepare(live)
            else:
                live = LiveServer(folder, port, environment, {"web": EMBEDDED})
            stack.callback(live.stop)
            for name in live.commands:
                live.start(name)
            live.ready()
            live.keys = _read_keys(folder / "data" / "keys.env")
            yield live
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clean_environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PULSE_", "PYTEST_", "DJANGO_"))
    }
    return kept | {
        "PYTHONPATH": str(surroundings.ROOT),
        "PYTHONUNBUFFERED": "1",
        # `migrate` and `bootstrap` make Django's checks; each start of a worker would again, for a second.
        "CELERY_SKIP_CHECKS": "1",
    }


def _at_scale(
    stack: contextlib.ExitStack, database: str, redis_url: str, port: int, template: str
) -> dict[str, str]:
    name = f"live_{os.getpid()}_{port}"
    with psycopg.connect(database, autocommit=True) as connection:
        like = f'TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}" {like}')
    stack.callback(_drop, database, name)
    return AT_SCALE | {
        "PULSE_DATABASE_URL": urlsplit(database)._replace(path=f"/{name}").geturl(),
        "PULSE_REDIS_URL": redis_url,
        "PULSE_DEMO": "1",
    }


def _drop(database: str, name: str) -> None:
    with (
        contextlib.suppress(psycopg.OperationalError),  # its server has been stopped for good
        psycopg.connect(database, autocommit=True) as connection,
    ):
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _copy_start(template: Path, data: Path, port: int) -> None:
    shutil.copytree(template, data)
    keys = data / "keys.env"  # at scale nothing but a first start writes its address
    address = f"PULSE_BASE_URL=http://127.0.0.1:{port}"
    keys.write_text(re.sub("^PULSE_BASE_URL=.*", address, keys.read_text()))


def _prepare(live: LiveServer) -> None:
    for command in ("migrate", "bootstrap"):
        done = subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0"],
            cwd=surroundings.ROOT,
            env=live.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {command} failed: {done.stderr[-2000:]}"


def _read_keys(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)

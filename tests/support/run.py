"""Run the suite on SQLite and again on PostgreSQL with Redis; ``make test`` calls this.

python -m tests.support.run [--sqlite | --postgres] [--soak] [pytest's own arguments]
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support import servers, variables

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Leg:
    name: str
    code: int
    closing: str
    seconds: float


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped too
    only_sqlite, only_postgres = "--sqlite" in arguments, "--postgres" in arguments
    soak = "--soak" in arguments
    arguments = [one for one in arguments if one not in ("--sqlite", "--postgres", "--soak")]
    narrowed = any(one.split("::")[0].rstrip("/") and _is_path(one) for one in arguments)
    workers = 0 if narrowed or soak else min(MOST_WORKERS, 2 * (os.cpu_count() or 1))
    if any(one.startswith("-n") for one in arguments):
        workers = MOST_WORKERS
    elif workers > 1:
        # A file stays with one worker, which starts its servers once; conftest.py orders the files.
        arguments = [
            *("-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"),
            *arguments,
        ]
    if soak:
        os.environ["PULSE_TEST_SOAK"] = "1"
        arguments = ["-m", "soak", *arguments]
    elif not narrowed:
        arguments = _but_for("long", arguments)
    if not narrowed:
        arguments += ["--ignore=tests/lint"]  # `make check` has run those

    legs = []
    if not only_postgres:
        with _data_folder() as environment:
            environment["PULSE_TEST_TEMPLATE"] = _sqlite_template(environment)
            legs.append(_pytest("SQLite", arguments, environment))
    if not only_sqlite:
        chosen = arguments if narrowed or only_postgres else _but_for("once", arguments)
        legs.append(_on_postgres(chosen, max(1, workers)))
    for leg in legs:
        print(f"{leg.name}: {leg.closing} ({leg.seconds:.0f} s in all)")
    return max(leg.code for leg in legs)


def _but_for(mark: str, arguments: list[str]) -> list[str]:
    """Narrow the caller's choice of marks, or all tests, to those without ``mark``."""
    if "-m" not in arguments:
        return ["-m", f"not {mark}", *arguments]
    at = arguments.index("-m") + 1
    return [*arguments[:at], f"({arguments[at]}) and not {mark}", *arguments[at + 1 :]]


def _is_path(argument: str) -> bool:
    return (ROOT / argument.split("::")[0]).exists() and not argument.startswith("-")


@contextlib.contextmanager
def _data_folder() -> Iterator[dict[str, str]]:
    folder = tempfile.mkdtemp(prefix="pulse-suite-")
    try:
        yield {"PULSE_TEST_DATA_DIR": folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sqlite_template(environment: dict[str, str]) -> str:
    """A data folder of migrations only: every database of the leg starts as its copy."""
    folder = f"{environment['PULSE_TEST_DATA_DIR']}/template"
    code = "import django; django.setup(); from pulse.start import embedded; embedded.migrate()"
    _migrated([sys.executable, "-c", code], {"PULSE_DATA_DIR": folder})
    return folder


def _postgres_template(environment: dict[str, str], database: str) -> str:
    name = "pulse_template"
    with psycopg.connect(f"{database}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    _migrated(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        {
            "PULSE_DATA_DIR": f"{environment['PULSE_TEST_DATA_DIR']}/template",
            "PULSE_DATABASE_URL": f"{database}/{name}",
        }
        | variables.AT_SCALE,
    )
    return name


def _migrated(command: list[str], environment: dict[str, str]) -> None:
    Path(environment["PULSE_DATA_DIR"]).mkdir(parents=True, mode=0o700)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PULSE_")}
    settings = {"DJANGO_SETTINGS_MODULE": "pulse.settings"}
    subprocess.run(command, cwd=ROOT, env=kept | settings | environment, check=True)


def _on_postgres(arguments: list[str], workers: int) -> Leg:
    """Each worker has a database of its own, and a Redis: publications know no database number."""
    name = "PostgreSQL and Redis"
    try:
        with contextlib.ExitStack() as stack:
            environment = stack.enter_context(_data_folder())
            database = stack.enter_context(servers.postgres())
            redis_urls = [stack.enter_context(servers.redis()) for _ in range(workers)]
            environment |= {
                "PULSE_DATABASE_URL": f"{database}/postgres",
                "PULSE_TEST_REDIS_URLS": " ".join(redis_urls),
                "PULSE_TEST_TEMPLATE": _postgres_template(environment, database),
                "PULSE_RLS": "1",
            }
            return _pytest(name, arguments, environment)
    except servers.ServerMissing as missing:
        return Leg(name, 1, str(missing), 0.0)


def _pytest(name: str, arguments: list[str], environment: dict[str, str]) -> Leg:
    print(f"== the suite on {name} ==", flush=True)
    kept = {key: value for key, value in os.environ.items() if not _of_deployment(key)}
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", *arguments]
    running = subprocess.Popen(
        command, cwd=ROOT, env=kept | environment, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    closing = "no closing line"
    try:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            closing = line.strip("= \n") or closing
        code = running.wait()
    finally:
        if running.poll() is None:
            running.terminate()
            running.wait()
    if code == 5 and "--soak" not in sys.argv:  # pytest's word for "no tests"
        closing = "no tests ran"
    return Leg(name, code, closing, time.monotonic() - started)


def _of_deployment(name: str) -> bool:
    """Variables of a deployment on this machine must not leak into the tests."""
    return name.startswith("PULSE_") and name not in ("PULSE_TEST_SOAK", "PULSE_TEST_SEED")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

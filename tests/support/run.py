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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support import servers, templates
from tests.support.templates import ROOT

MOST_WORKERS = 4
SETTINGS_OF_THE_SUITE = ("PULSE_TEST_SOAK", "PULSE_TEST_SEED", "PULSE_TEST_PICTURES")
AT_SCALE = "PostgreSQL and Redis"


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

    legs = _legs(arguments, narrowed, max(1, workers), only_sqlite, only_postgres)
    for leg in legs:
        print(f"{leg.name}: {leg.closing} ({leg.seconds:.0f} s in all)")
    return max(leg.code for leg in legs)


def _legs(
    arguments: list[str], narrowed: bool, workers: int, only_sqlite: bool, only_postgres: bool
) -> list[Leg]:
    legs = []
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1) as beside:
        if not only_sqlite:  # made while the first leg is; its servers are idle until then
            at_scale = beside.submit(_at_scale, stack, workers)
        if not only_postgres:
            legs.append(_pytest("SQLite", _but_for("at_scale", arguments), _embedded(stack)))
        if not only_sqlite:
            chosen = arguments if narrowed or only_postgres else _but_for("once", arguments)
            try:
                legs.append(_pytest(AT_SCALE, chosen, at_scale.result()))
            except servers.ServerMissing as missing:
                legs.append(Leg(AT_SCALE, 1, str(missing), 0.0))
    return legs


def _but_for(mark: str, arguments: list[str]) -> list[str]:
    """Narrow the caller's choice of marks, or all tests, to those without ``mark``."""
    if "-m" not in arguments:
        return ["-m", f"not {mark}", *arguments]
    at = arguments.index("-m") + 1
    return [*arguments[:at], f"({arguments[at]}) and not {mark}", *arguments[at + 1 :]]


def _is_path(argument: str) -> bool:
    return (ROOT / argument.split("::")[0]).exists() and not argument.startswith("-")


def _data_folder(stack: contextlib.ExitStack) -> Path:
    folder = tempfile.mkdtemp(prefix="pulse-suite-")
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _embedded(stack: contextlib.ExitStack) -> dict[str, str]:
    folder = _data_folder(stack)
    return {"PULSE_TEST_DATA_DIR": str(folder)} | templates.embedded(folder)


def _at_scale(stack: contextlib.ExitStack, workers: int) -> dict[str, str]:
    """Each worker has a database of its own, and a Redis: publications know no database number."""
    folder = _data_folder(stack)
    server = stack.enter_context(servers.postgres())
    redis_urls = [stack.enter_context(servers.redis()) for _ in range(workers)]
    return {
        "PULSE_TEST_DATA_DIR": str(folder),
        "PULSE_DATABASE_URL": f"{server}/postgres",
        "PULSE_TEST_REDIS_URLS": " ".join(redis_urls),
        "PULSE_RLS": "1",
    } | templates.at_scale(folder, server)


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
    return name.startswith("PULSE_") and name not in SETTINGS_OF_THE_SUITE


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

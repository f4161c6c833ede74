"""What every test process needs before the settings are read: a data folder of its own, closed network.

Loaded by ``-p`` in pyproject.toml, because pytest-django reads the settings before any conftest.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support import variables

ROOT = Path(__file__).resolve().parent.parent.parent


def _schema_digest() -> str:
    """Changes with any migration or guard, so that a kept test database is never a stale one."""
    digest = hashlib.sha256(str(ROOT).encode())
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("pulse/*/migrations/*.py")]
    for path in sorted([*sources, *ROOT.glob("pulse/db/*.py")]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _data_folder() -> Path:
    home = Path(tempfile.gettempdir()) / f"pulse-tests-{os.getuid()}"
    tree = home / hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    folder = tree / _schema_digest()
    for stale in tree.glob("*") if tree.exists() else ():
        if stale != folder:
            shutil.rmtree(stale, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _prepare() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    base = os.environ.setdefault("PULSE_TEST_DATA_DIR", "") or str(_data_folder())
    folder = Path(base) / (worker or "alone")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["PULSE_DATA_DIR"] = str(folder)
    os.environ["PULSE_TEST_SQLITE"] = str(folder / "test.sqlite3")
    os.environ.setdefault("PULSE_WEBHOOK_ALLOW_CIDRS", variables.LOOPBACK_CIDRS)
    os.environ.setdefault("PULSE_LOG_LEVEL", "warning")
    if os.environ.get("PULSE_DATABASE_URL"):
        for name, value in variables.AT_SCALE.items():
            os.environ.setdefault(name, value)
    elif os.environ.get("PULSE_TEST_TEMPLATE"):
        template = Path(os.environ["PULSE_TEST_TEMPLATE"]) / "pulse.sqlite3"
        suffix = f"_{worker}" if worker else ""  # pytest-django's, for each worker of xdist
        shutil.copyfile(template, os.environ["PULSE_TEST_SQLITE"] + suffix)
    redis_urls = os.environ.get("PULSE_TEST_REDIS_URLS", "").split()
    if redis_urls:
        number = int(worker.removeprefix("gw") or 0)
        os.environ["PULSE_REDIS_URL"] = redis_urls[number % len(redis_urls)]


# --- network closed, except to this machine -----------------------------------------------------------


class NetworkClosed(AssertionError):
    """A test tried to leave this machine."""


def _local(host: Any) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    if not _local(arguments[1][0]):
        raise NetworkClosed(f"a test connected to {arguments[1][0]}")


_resolve = socket.getaddrinfo


def _resolve_here(host: Any, *arguments: Any, **options: Any) -> Any:
    """Names outside do not resolve; numeric addresses stay what they are."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host or "127.0.0.1")
    except ValueError:
        if not _local(host):
            raise socket.gaierror(socket.EAI_NONAME, "the network is closed in tests") from None
    return _resolve(host, *arguments, **options)


_prepare()
sys.addaudithook(_guard)
socket.getaddrinfo = _resolve_here

"""The embedded default at rest: how soon it answers the second time, and what it costs when idle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.table import Row

IDLE_SECONDS = 15
SETTLE_SECONDS = 5


def run(*, large: bool) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        first, server = _start(folder)
        _stop(server)
        second, server = _start(folder)
        try:
            cpu, resident = _idle(server.pid)
        finally:
            _stop(server)
    return [
        Row(
            what="second start to the first 200",
            ours=f"{second:.2f} s",
            reference=f"{first:.2f} s, the first start with migrations and samples",
            ratio=second / first,
            target="≤ 3 s",
            met=second <= 3,
            database="SQLite",
        ),
        Row(
            what="idle CPU of a core",
            ours=f"{cpu * 100:.2f} %",
            reference="100 %, the original's",
            ratio=cpu,
            target="≤ 1 %",
            met=cpu <= 0.01,
            database="SQLite",
        ),
        Row(
            what="idle resident memory",
            ours=f"{resident:.0f} MB",
            reference="–",
            ratio=None,
            target="≤ 220 MB",
            met=resident <= 220,
            database="SQLite",
        ),
    ]


def _start(folder: str) -> tuple[float, subprocess.Popen[bytes]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PULSE_DATA_DIR": folder, "PULSE_PORT": str(port)}
    started = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "pulse.start"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.monotonic() - started < 120:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return time.monotonic() - started, server
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not answer within two minutes")


def _idle(pid: int) -> tuple[float, float]:
    """CPU as a share of one core, and resident megabytes."""
    time.sleep(SETTLE_SECONDS)
    before = _cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    share = (_cpu_seconds(pid) - before) / IDLE_SECONDS
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return share, int(resident.split()[1]) / 1024


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    server.wait(30)

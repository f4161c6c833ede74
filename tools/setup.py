"""Make the virtual environment and install what is pinned; the standard library is all this needs.

    python3 tools/setup.py          what the product runs on
    python3 tools/setup.py --dev    and the tools of `make test`

A stamp in the environment names the pins it holds, so a second call starts no installer at all.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", ROOT / ".venv"))
OLDEST = (3, 11)
MOST_INSTALLERS = 4
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14", "python3", "python")
NOISE = (
    "is ignored: it is",
    "running scripts as root",
    "Running pip as the 'root' user",
    "[notice]",
)
PROBE = "import sys, venv, ensurepip; print(*sys.version_info[:2])"


class Step:
    """One line per step: a running clock on a terminal, two plain lines elsewhere."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self.over = threading.Event()
        self.clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Step:
        if sys.stdout.isatty():
            self.clock.start()
        else:
            say(f"setup: {self.title} ...")
        return self

    def _tick(self) -> None:
        while not self.over.wait(0.2):
            seconds = time.monotonic() - self.started
            sys.stdout.write(f"\r  {self.title} {seconds:5.1f} s ")
            sys.stdout.flush()

    def __exit__(self, failed: object, *_: object) -> None:
        self.over.set()
        seconds = time.monotonic() - self.started
        if not sys.stdout.isatty():
            say(f"setup: {self.title} {'failed' if failed else 'done'} after {seconds:.1f} s")
            return
        self.clock.join()
        say(f"\r{'x' if failed else '✓'} {self.title} {seconds:5.1f} s ")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def stop(line: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(line + "\n")
    raise SystemExit(1)


def usable(python: str) -> bool | None:
    """True: new enough and able to make environments; False: only new enough; None: neither."""
    try:
        probe = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=False)
        if probe.returncode == 0:
            return tuple(map(int, probe.stdout.split())) >= OLDEST or None
        version = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        return None if tuple(map(int, version.stdout.split())) < OLDEST else False
    except (OSError, ValueError):
        return None


def find_python() -> str:
    without_venv = ""
    wanted = os.environ.get("PYTHON", "")
    for python in (wanted,) if wanted else PYTHONS:
        answer = usable(python)
        if answer:
            return python
        if answer is False:
            without_venv = without_venv or python
    if without_venv:
        package = f"{Path(without_venv).name}-venv"
        stop(
            f"{without_venv} cannot make virtual environments. Mend it with: apt install {package}"
        )
    stop("Pulse needs Python 3.11 or later. Mend it with: apt install python3 python3-venv")
    return ""


def make_environment() -> None:
    if (VENV / "bin" / "python").exists():
        return
    python = find_python()
    with Step("Making the virtual environment"):
        made = subprocess.run(
            [python, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
        )
    if made.returncode:
        stop(f"{made.stdout}{made.stderr}\n{python} -m venv {VENV} failed.")


def stamp_of(name: str) -> tuple[Path, str]:
    """Where the stamp of a requirements file is, and what it says when the pins are installed."""
    digest = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
    return VENV / f"installed-{name}", digest


def installed(name: str) -> bool:
    path, digest = stamp_of(name)
    return path.exists() and path.read_text() == digest


def shares(name: str) -> list[str]:
    """The requirements of a file dealt out to as many installers as there are cores."""
    pins: list[str] = []
    for line in (ROOT / name).read_text().splitlines(keepends=True):
        if line.startswith(" "):  # a hash of the pin above
            pins[-1] += line
        elif not line.startswith(("#", "\n")):
            pins.append(line)
    number = min(MOST_INSTALLERS, os.cpu_count() or 1)
    return ["".join(pins[first::number]) for first in range(number)]


def install(name: str, title: str) -> None:
    """Every pin is in the file, with what it needs itself: installers need not look beyond theirs."""
    command = [
        str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps",
        "--no-compile", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore",
    ]  # fmt: skip
    with Step(title), tempfile.TemporaryDirectory() as folder:
        running = []
        for number, share in enumerate(shares(name)):
            path = Path(folder) / f"{number}.txt"
            path.write_text(share)
            running.append(
                subprocess.Popen(
                    [*command, "-r", str(path)],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )
        said = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        complaint = "\n".join(
            line
            for line in "\n".join(said).splitlines()
            if not any(noise in line for noise in NOISE)
        )
        stop(
            f"{complaint}\n\nInstalling {name} failed; see above."
            " Without a network, point PIP_INDEX_URL at a mirror."
        )
    path, digest = stamp_of(name)
    path.write_text(digest)


def main() -> None:
    development = "--dev" in sys.argv
    make_environment()
    if development and not installed("requirements-dev.txt"):
        install("requirements-dev.txt", "Installing the test tools")
        path, digest = stamp_of("requirements.txt")  # they include the product's own pins
        path.write_text(digest)
    elif not installed("requirements.txt"):
        install("requirements.txt", "Installing packages")


if __name__ == "__main__":
    main()

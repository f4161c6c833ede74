"""Rows of the result table, and the file that keeps them."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
HEAD = (
    "| what | database | ours | reference | ratio | target | met |\n|---|---|---|---|---|---|---|\n"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. ``ratio`` is ours to the reference, as the target states it."""

    what: str
    ours: str
    reference: str
    ratio: float | None
    target: str
    met: bool
    database: str = "–"

    def line(self) -> str:
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        met = "yes" if self.met else "**no**"
        cells = (self.what, self.database, self.ours, self.reference, ratio, self.target, met)
        return f"| {' | '.join(cells)} |"


def keep(rows: list[Row], *, command: str, seconds: float) -> None:
    """Put this run in front of the earlier ones."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    machine = f"{_cores()} cores, {platform.machine()}, Python {platform.python_version()}"
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    title = f"## {when}, {commit}, {machine}\n\n`{command}`, {seconds:.0f} s\n\n"
    body = HEAD + "\n".join(row.line() for row in rows) + "\n"
    earlier = RESULTS.read_text() if RESULTS.exists() else PREFACE
    preface, _, runs = earlier.partition("\n## ")
    RESULTS.write_text(f"{preface.rstrip()}\n\n{title}{body}" + (f"\n## {runs}" if runs else ""))


PREFACE = """# Results

Load generator, server and databases share the machine, so read ratios, not absolute numbers.
"""


def _cores() -> int:
    return len(os.sched_getaffinity(0))

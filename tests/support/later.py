"""``python -m tests.support.later SECONDS MODULE [argument …]``: a program whose clock is ahead."""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta

import time_machine


def main(seconds: str, module: str, *arguments: str) -> None:
    sys.argv = [module, *arguments]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(seconds)), tick=True):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def command(seconds: float, command: tuple[str, ...]) -> tuple[str, ...]:
    """``("-m", "pulse.start")`` with its clock moved."""
    return ("-m", "tests.support.later", str(seconds), *command[1:])


if __name__ == "__main__":
    main(*sys.argv[1:])

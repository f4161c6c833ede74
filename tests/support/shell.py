"""Python inside a deployment, for what no API does; one process serves any number of pieces of code."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.support import surroundings

_LOOP = """
import contextlib, io, json, os, sys, traceback, django
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever logs to standard output must not come between the answers
django.setup()
from django.db import connections
for line in sys.stdin:
    printed, problem = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), {})
    except BaseException:
        problem = traceback.format_exc()
    connections.close_all()
    print(json.dumps([printed.getvalue(), problem]), file=answers, flush=True)
"""


class Shell:
    """Starts with the first piece of code, because most tests need none."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**environment, "DJANGO_SETTINGS_MODULE": "pulse.settings"}
        self._process: subprocess.Popen[str] | None = None

    def run(self, code: str) -> str:
        """What ``code`` prints; fails with its traceback."""
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(code) + "\n")
        process.stdin.flush()
        printed, problem = json.loads(process.stdout.readline())
        assert not problem, problem
        return str(printed)

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate(timeout=15)

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            cwd=surroundings.ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

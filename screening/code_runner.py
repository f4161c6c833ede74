"""Running code answers by a service that the operator names; nothing of it is executed here.

A runner is ``run(job: dict) -> list[str]``: the job has ``language``, ``source`` and ``inputs``, the
list has what the program wrote for each input. It is meant to call a sandbox on another machine. What
was expected stays here, and so does the comparison.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from screening.questions import Question

TIMEOUT_SECONDS = 60.0


def wanted(question: Question) -> bool:
    """Whether answers to ``question`` go to a runner."""
    return bool(
        settings.PULSE_SCREENING_CODE_RUNNER
        and question["type"] == "code"
        and question.get("cases")
        and question["points"]
    )


def passed_cases(question: Question, value: Any) -> int:
    """How many cases came out as expected, but for white space at the ends of lines.

    Raises whatever the runner raises, TimeoutError, and ValueError for an answer of another form.
    """
    cases = question["cases"]
    job = {
        "language": value["language"],
        "source": value["source"],
        "inputs": [one.get("stdin", "") for one in cases],
    }
    run = import_string(settings.PULSE_SCREENING_CODE_RUNNER)
    outputs = _pool().submit(run, job).result(TIMEOUT_SECONDS)
    if not isinstance(outputs, list) or len(outputs) != len(cases):
        raise ValueError("the runner must answer one output for each input")
    return sum(
        isinstance(output, str) and _lines(output) == _lines(case["expected"])
        for output, case in zip(outputs, cases, strict=True)
    )


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="code-runner")

"""Schemathesis against each product's document, over HTTP, on the real deployment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse import products
from tests.support import contract, live

PRODUCTS = [
    config.product for config in products.installed() if contract.operations(config.product)
]
KEYS = {
    "hr": "PULSE_HR_KEY",
    "collab": "PULSE_COLLAB_SECRET_KEY",
    "screening": "PULSE_SCREENING_KEY",
    "analytics": "PULSE_ANALYTICS_QUERY_KEY",
    "traces": "PULSE_TRACES_KEY",
}
# Rules that no schema spells (text that is more than blanks, dates in order, ids that exist) refuse
# what the schema allows; every product's contract says 400 or 422 for them.
CHECKS_LEFT_OUT = {
    "*": ["positive_data_acceptance"],
    # Every operation of the published service answers 404 to a wrong method, as to an unknown path.
    "traces": ["unsupported_method"],
}
OPERATIONS_LEFT_OUT: dict[str, dict[str, str]] = {
    "analytics": {"GET /api/v1/pulse/live": "an event stream: its data are JSON inside a text"},
}
"""product → operation → the clause of the contract that a check cannot know."""
# Each database has examples of its own: what depends on none of them is found in either run.
SEED = os.environ.get("PULSE_TEST_SEED", "8" if os.environ.get("PULSE_DATABASE_URL") else "7")
LONG = bool(os.environ.get("PULSE_TEST_SOAK"))
EXAMPLES = 50 if LONG else 3
MOST_SECONDS = 3600 if LONG else 180
PHASES = ["examples", "fuzzing", "stateful"]
if LONG:
    PHASES.insert(1, "coverage")  # every edge of every parameter, 10,000 requests


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[live.LiveServer]:
    """A deployment of its own: nobody else's rows are in the way, and nobody misses these."""
    with live.running(
        PULSE_HR_RATE_LIMIT="0", PULSE_FAILED_KEYS_PER_MINUTE="0", PULSE_LOG_LEVEL="error"
    ) as server:
        yield server


@pytest.mark.soak
@pytest.mark.parametrize("product", PRODUCTS)
def test_no_request_that_the_document_allows_or_forbids_finds_a_bug(fuzzed, product):
    left_out = CHECKS_LEFT_OUT["*"] + CHECKS_LEFT_OUT.get(product, [])
    command = [
        str(Path(sys.executable).parent / "st"), "run", f"{fuzzed.base_url}/openapi/{product}.json",
        "--checks", "all", "--exclude-checks", ",".join(left_out),
        "--phases", ",".join(PHASES), "--max-examples", str(EXAMPLES), "--seed", SEED,
        "--header", f"Authorization: Bearer {fuzzed.keys[KEYS[product]]}",
        # As from a foreign page: what is open without a key on this machine is closed to it.
        "--header", "Origin: https://elsewhere.example",
        "--request-timeout", "10", "--warnings", "off", "--no-color",
        "--generation-database", ":memory:",
    ]  # fmt: skip
    for operation in OPERATIONS_LEFT_OUT.get(product, {}):
        command += ["--exclude-name", operation]

    done = subprocess.run(
        command,
        cwd=fuzzed.folder,
        env=fuzzed.environment,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )

    report = done.stdout[done.stdout.find("= FAILURES") :] if done.returncode else ""
    assert done.returncode == 0, f"{report[-6000:]}\n{done.stderr[-2000:]}"

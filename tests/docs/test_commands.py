from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

import pytest

from tests.docs.blocks import Block, blocks, name, pasted
from tests.support import live


@pytest.fixture(scope="session")
def documented_server() -> Iterator[live.LiveServer]:
    """What `make run` starts, whichever database this run of the suite is about."""
    at_scale = {}
    if os.environ.get("PULSE_DATABASE_URL"):  # whose templates are no SQLite files
        names = ("PULSE_DATABASE_URL", "PULSE_REDIS_URL", "PULSE_TEST_STARTED")
        at_scale = {key: os.environ.pop(key) for key in names if key in os.environ}
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(live.running())
        finally:
            os.environ |= at_scale  # at once: other tests of this process need them
        yield server


@pytest.mark.once
@pytest.mark.parametrize("block", blocks(language="sh"), ids=name)
def test_a_command_of_the_documentation_works_when_pasted(
    block: Block, documented_server: live.LiveServer
):
    statuses, printed = pasted(block, documented_server)

    assert statuses != []
    assert [one for one in statuses if not one.startswith(block.status)] == [], printed[:500]


def test_every_request_in_the_documentation_is_a_command_that_is_run():
    shown = [block for block in blocks() if re.search(r"^\s*curl ", block.code, re.MULTILINE)]

    assert [name(block) for block in shown if block.language != "sh"] == []

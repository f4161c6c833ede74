from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse.site import library
from tests.docs.blocks import Block, blocks, name
from tests.support import live

CURL = """#!/bin/bash
exec {curl} -sS -w '%{{stderr}}STATUS:%{{http_code}}\\n' "$@"
"""


@pytest.fixture(scope="session")
def documented_server() -> Iterator[live.LiveServer]:
    """What `make run` starts, whichever database this run of the suite is about."""
    at_scale = {
        key: os.environ.pop(key)
        for key in ("PULSE_DATABASE_URL", "PULSE_REDIS_URL")
        if key in os.environ
    }
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(live.running())
        finally:
            os.environ |= at_scale  # at once: other tests of this process need them
        yield server


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a curl that tells every status."""
    folder = tmp_path_factory.mktemp("tools")
    curl = shutil.which("curl")
    assert curl, "install curl: the documentation is written with it"
    (folder / "curl").write_text(CURL.format(curl=curl))
    (folder / "curl").chmod(0o755)
    return folder


@pytest.mark.parametrize("block", blocks(language="sh"), ids=name)
def test_a_command_of_the_documentation_works_when_pasted(
    block: Block, documented_server: live.LiveServer, tools: Path
):
    keys = documented_server.folder / "data" / "keys.env"
    code = block.code.replace(library.DOCUMENTED_BASE, documented_server.base_url)
    code = code.replace(library.DOCUMENTED_KEYS, str(keys))

    done = subprocess.run(
        ["bash", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": f"{tools}:{os.environ['PATH']}"},
        check=False,
    )

    statuses = re.findall(r"STATUS:(\d+)", done.stderr)
    assert statuses != []
    assert [one for one in statuses if not one.startswith(block.status)] == [], done.stdout[:500]


def test_every_request_in_the_documentation_is_a_command_that_is_run():
    shown = [block for block in blocks() if re.search(r"^\s*curl ", block.code, re.MULTILINE)]

    assert [name(block) for block in shown if block.language != "sh"] == []

"""Experiment T9: what was answered 202 is stored once, whichever process is killed when."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.soak import tracing
from tests.support import live

pytestmark = pytest.mark.soak

KILLS = 20 if os.environ.get("PULSE_TEST_SOAK") else 3


def test_what_was_accepted_is_stored_once_whichever_process_is_killed():
    chance = random.Random(9)
    with live.running(PULSE_DEMO="0") as server:
        with tracing.Load(server) as load:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.5, 2.0))
                name = chance.choice(sorted(server.commands))
                server.kill(name)
                server.start(name)
                server.ready()
            time.sleep(1)

        assert len(load.accepted) > 50
        tracing.check(server, load.accepted)

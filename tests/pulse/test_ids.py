"""Public identifiers."""

from __future__ import annotations

import subprocess
import sys

from pulse import ids

FORKING = """
import os
from pulse import ids
ids.new_id("evt")
reading, writing = os.pipe()
child = os.fork()
mine = ids.new_id("evt")[-12:]
if child == 0:
    os.write(writing, mine.encode())
    os._exit(0)
os.waitpid(child, 0)
print(mine, os.read(reading, 12).decode())
"""


def test_ids_of_one_process_ascend():
    made = [ids.new_id("emp") for _ in range(2000)]

    assert made == sorted(set(made))
    assert {len(one) for one in made} == {len("emp_") + 26}


def test_a_forked_process_draws_random_bytes_of_its_own():
    ran = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=True
    )

    mine, the_childs = ran.stdout.split()
    assert mine != the_childs


def test_an_id_made_in_the_same_millisecond_is_the_next_in_order(monkeypatch):
    monkeypatch.setattr(ids, "_stock", "0" * ids.STOCK_LENGTH)
    monkeypatch.setattr(ids, "_last", "")
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_763_700_000_123_456_789)

    made = [ids.new_id("evt").removeprefix("evt_") for _ in range(33)]

    assert made[:2] == ["01KAJBCHBV0000000000000000", "01KAJBCHBV0000000000000001"]
    assert made[31:] == ["01KAJBCHBV000000000000000Z", "01KAJBCHBV0000000000000010"]

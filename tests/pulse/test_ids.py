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

"""The variables of a process that is about to start."""

from __future__ import annotations

import os
import sys

from pulse import environment


def in_order() -> bool:
    """Say what is odd about them; False if nothing can start with them.

    A wrong value is told in its sentence here, before the settings refuse it with a traceback.
    """
    for warning in environment.unknown_names(dict(os.environ)):
        print(f"warning: {warning}", file=sys.stderr)
    wrong = environment.wrong_values(dict(os.environ))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return not wrong

"""Races that are made, not hoped for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from django.db import connections
from django.utils.module_loading import import_string


@contextlib.contextmanager
def meeting_after(
    function: str, *, parties: int = 2, patience_seconds: float = 1.0
) -> Iterator[None]:
    """Hold every caller of ``function`` (dotted path) right after it returned until all are there.

    With a lock in the function the second caller never arrives, and the first goes on alone when the
    patience ends. Without one they all go on with the same stale read, every time.
    """
    barrier = threading.Barrier(parties)
    real = import_string(function)

    def met(*arguments: Any, **options: Any) -> Any:
        answer = real(*arguments, **options)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(patience_seconds)
        return answer

    with mock.patch(function, met):
        yield


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment, each in its thread; what they return or raise, in order."""
    outcomes: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(position: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            outcomes[position] = call()
        except BaseException as raised:
            outcomes[position] = raised
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(position, call), daemon=True)
        for position, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a call hangs"
    return outcomes

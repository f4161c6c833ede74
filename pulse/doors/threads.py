"""The threads in which Django and every database look-up of the doors run.

Few and long-lived: each keeps its own database connection, which is worth three times the requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from pulse.doors.turns import Turns, while_away

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@cache
def pool() -> Turns:
    return Turns(settings.PULSE_WEB_THREADS, "pulse-web")


async def in_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` in one of the web threads, with a database connection that is known to live."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool(), partial(_with_connection, work, args, kwargs))


def _with_connection(work: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    close_old_connections()
    try:
        if connection.vendor == "sqlite":  # the file is in this process: nobody is waited for
            return work(*args, **kwargs)
        with connection.execute_wrapper(while_away):
            return work(*args, **kwargs)
    finally:
        close_old_connections()

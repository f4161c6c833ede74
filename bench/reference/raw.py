"""The least that stores an event durably: a bare ASGI handler with group commit, nothing checked.

``uvicorn bench.reference.raw:application``; RAW_DATABASE is a SQLite file or a PostgreSQL address.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections import deque
from typing import Any

import psycopg

DATABASE = os.environ["RAW_DATABASE"]
SCHEMA = "CREATE TABLE IF NOT EXISTS raw_event (id {id} PRIMARY KEY, body text NOT NULL)"

waiting: deque[tuple[bytes, asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()
wake = threading.Event()


def _connect() -> tuple[Any, str]:
    if "://" in DATABASE:
        connection: Any = psycopg.connect(DATABASE)
        connection.execute(SCHEMA.format(id="bigint GENERATED ALWAYS AS IDENTITY"))
        connection.commit()
        return connection, (
            "INSERT INTO raw_event (body)"
            " SELECT body FROM json_to_recordset(%s::json) AS item(body text)"
        )
    connection = sqlite3.connect(DATABASE, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(SCHEMA.format(id="integer"))
    return connection, "INSERT INTO raw_event (body) VALUES (?)"


def _write() -> None:
    import json

    connection, statement = _connect()
    while True:
        wake.wait()
        wake.clear()
        while waiting:
            group = [waiting.popleft() for _ in range(min(len(waiting), 500))]
            bodies = [one[0].decode() for one in group]
            if "://" in DATABASE:
                connection.execute(statement, (json.dumps([{"body": body} for body in bodies]),))
                connection.commit()
            else:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(statement, [(body,) for body in bodies])
                connection.execute("COMMIT")
            group[0][1].call_soon_threadsafe(_release, [one[2] for one in group])


def _release(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                threading.Thread(target=_write, daemon=True).start()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = (await receive())["body"]
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()
    waiting.append((body, loop, future))
    wake.set()
    await future
    answer = b'{"success":true}'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"16")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

"""``websockets.broadcast`` in one process: whatever one socket says goes to all the others."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

connections: set[ServerConnection] = set()


async def handle(connection: ServerConnection) -> None:
    connections.add(connection)
    await connection.send('{"type":"auth:ok"}')
    with contextlib.suppress(ConnectionClosed):  # readers just leave
        async for message in connection:
            if "auth" not in message[:20]:
                broadcast(connections - {connection}, message)
    connections.discard(connection)


async def main(port: int) -> None:
    async with serve(handle, "127.0.0.1", port, compression=None):
        await asyncio.Future()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))

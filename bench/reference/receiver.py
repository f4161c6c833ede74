"""A receiver of webhooks that answers 200 and counts: ``python -m bench.reference.receiver PORT``.

``GET /count`` says how many POSTs came.
"""

from __future__ import annotations

import asyncio
import sys


async def serve(port: int) -> None:
    count = 0

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lowered = head.lower()
                at = lowered.find(b"content-length:")
                if at >= 0:
                    await reader.readexactly(int(lowered[at + 15 : lowered.index(b"\r\n", at)]))
                body = b""
                if head.startswith(b"POST"):
                    count += 1
                else:
                    body = str(count).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))

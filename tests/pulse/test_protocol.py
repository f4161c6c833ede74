"""Answers on the wire, through uvicorn with our protocol."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn

from pulse.start.protocol import Protocol

LENGTH = [(b"content-length", b"4")]


async def body_later(scope, receive, send):
    """Sends the head at once and the body when the request's body has come."""
    await send({"type": "http.response.start", "status": 200, "headers": LENGTH})
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    await send({"type": "http.response.body", "body": b"body"})


@contextlib.asynccontextmanager
async def connected(application, protocol=Protocol):
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http=protocol, lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await serving


async def head_of(reader):
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    return head.split(b"\r\n")[0]


def test_a_head_does_not_wait_for_a_body_that_comes_later():
    async def talk():
        async with connected(body_later) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n")
            assert await head_of(reader) == b"HTTP/1.1 200 OK"
            writer.write(b"x")
            assert await asyncio.wait_for(reader.readexactly(4), 5) == b"body"

    asyncio.run(talk())


def test_requests_sent_at_once_are_answered_in_order():
    async def talk():
        async with connected(body_later) as (reader, writer):
            get, head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
            writer.write(get + head + get)
            for body in (b"body", b"", b"body"):
                assert await head_of(reader) == b"HTTP/1.1 200 OK"
                assert await asyncio.wait_for(reader.readexactly(len(body)), 5) == body

    asyncio.run(talk())


def test_head_and_body_that_come_together_leave_in_one_write():
    writes = []

    class Watched(Protocol):
        def connection_made(self, transport):
            plain = transport.write
            transport.write = lambda data: (writes.append(bytes(data)), plain(data))
            super().connection_made(transport)

    async def at_once(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": LENGTH})
        await send({"type": "http.response.body", "body": b"body"})

    async def talk():
        async with connected(at_once, Watched) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await head_of(reader)
            assert await reader.readexactly(4) == b"body"

    asyncio.run(talk())

    assert len(writes) == 1

"""One message to many sockets: encoded once, whoever receives it."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from pulse import fastjson

_counter = itertools.count()


def websocket_text(payload: bytes) -> bytes:
    """The payload as one unmasked WebSocket text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


@dataclass(frozen=True)
class Frame:
    """A message on its way out.

    ``durable`` messages are never dropped: a reader too slow for them is disconnected and takes a new
    snapshot. Others may be dropped, and of those with the same ``key`` only the latest is kept for a
    reader who is behind. ``sequence`` orders the durable messages of a group; ``reference`` names
    what an unnumbered message is about, so that a snapshot can tell it already contains it.
    ``skip`` is the connection that must not get it, ``only`` the single one that may.
    """

    payload: bytes
    durable: bool = True
    key: str = ""
    sequence: int = 0
    reference: str = ""
    skip: str = ""
    only: str = ""

    @cached_property
    def wire(self) -> bytes:
        return websocket_text(self.payload)

    @cached_property
    def text(self) -> str:
        return self.payload.decode()

    @cached_property
    def slot(self) -> str:
        """Where it waits in a queue: equal slots replace each other."""
        return self.key or f"#{next(_counter)}"

    def packed(self, group: str, origin: str) -> bytes:
        """For the other processes: one line of routing, then the message as it will be sent."""
        head = [
            group,
            origin,
            int(self.durable),
            self.key,
            self.sequence,
            self.reference,
            self.skip,
            self.only,
        ]
        return orjson.dumps(head) + b"\n" + self.payload


def frame(message: dict[str, Any], **options: Any) -> Frame:
    return Frame(fastjson.dumps(message), **options)


def unpacked(data: bytes) -> tuple[str, str, Frame]:
    """(group, origin, frame) of what another process packed."""
    head, _, payload = data.partition(b"\n")
    group, origin, durable, key, sequence, reference, skip, only = orjson.loads(head)
    return (
        group,
        origin,
        Frame(
            payload,
            durable=bool(durable),
            key=key,
            sequence=sequence,
            reference=reference,
            skip=skip,
            only=only,
        ),
    )

"""Webhooks on a laptop: deliveries to the server's built-in sink are fetched and passed on.

The sink signs as it would for any receiver, so what reaches the laptop is byte for byte, header for
header, what a public address would have got.
"""

from __future__ import annotations

import contextlib
import platform
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from pulse_cli.client import Client, CommandFailed
from pulse_cli.following import Feed

TIMEOUT_SECONDS = 10.0
NOT_PASSED_ON = {"accept-encoding", "content-length", "host"}


def listen(client: Client, forward_to: str, events: list[str], *, pause_seconds: float) -> None:
    """Pass every delivery on until interrupted."""
    with endpoint(client, events) as made:
        print(f"Ready. {', '.join(events)} → {forward_to}", flush=True)
        print(f"Signing secret: {made['secret']}", flush=True)
        query = {"endpoint_id": made["id"], "status": "delivered"}
        feed = Feed(client, "/developers/api/deliveries", query)
        while True:
            for row in feed.fresh():
                detail = client.call("GET", f"/developers/api/deliveries/{row['id']}")
                print(_line(row, forward(detail, forward_to)), flush=True)
            time.sleep(pause_seconds)


@contextlib.contextmanager
def endpoint(client: Client, events: list[str]) -> Iterator[dict[str, Any]]:
    """An endpoint at the sink, for the time of the block."""
    made = client.call(
        "POST",
        "/developers/api/endpoints",
        {"events": events, "description": f"pulse listen on {platform.node()}"[:500]},
    )
    try:
        yield made
    finally:
        with contextlib.suppress(CommandFailed):  # the server may be the reason for leaving
            client.call("DELETE", f"/developers/api/endpoints/{made['id']}")


def forward(delivery: dict[str, Any], url: str) -> str:
    """Send the body that was signed with the headers that were sent; what came of it, in words."""
    if delivery["request_body"] is None or not delivery["tries"]:
        return "erased before it was sent on"
    kept = {
        name: value
        for name, value in delivery["tries"][-1]["request_headers"].items()
        if name.lower() not in NOT_PASSED_ON
    }
    request = urllib.request.Request(
        url, data=delivery["request_body"].encode(), method="POST", headers=kept
    )
    started = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            outcome = str(response.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            outcome = str(refusal.code)
    except OSError as error:
        return f"not reached: {getattr(error, 'reason', error)}"
    return f"{outcome} in {(time.monotonic() - started) * 1000:.0f} ms"


def _line(row: dict[str, Any], outcome: str) -> str:
    return f"{time.strftime('%H:%M:%S')}  {row['event_type']:<28} {row['id']}  → {outcome}"

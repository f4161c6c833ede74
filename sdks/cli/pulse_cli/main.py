"""``pulse``: api, listen, trigger, logs."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from pulse_cli import client as clients
from pulse_cli import listening
from pulse_cli.client import Client, CommandFailed
from pulse_cli.following import Feed

PAUSE_SECONDS = 1.0


def run() -> NoReturn:
    """The entry point of the script. A SIGTERM leaves as tidily as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    options = parser().parse_args()
    try:
        sys.exit(options.command(clients.from_environment(), options))
    except CommandFailed as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="pulse",
        description="Talk to a Pulse server. PULSE_API_BASE says where it is, PULSE_API_KEY is your key.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("api", help="send one request and print the answer")
    one.add_argument("method", type=str.upper)
    one.add_argument("path", help="such as /v1/employees?limit=2")
    one.add_argument(
        "-d", "--data", help="the JSON body, @FILE for a file's, - for what is piped in"
    )
    one.add_argument("-H", "--header", action="append", default=[], metavar="NAME: VALUE")
    one.set_defaults(command=api)

    two = commands.add_parser("listen", help="get webhooks delivered to this machine")
    two.add_argument("--forward-to", required=True, metavar="URL")
    two.add_argument(
        "--events", default="*", help="such as leave.*,employee.created; all by default"
    )
    two.set_defaults(command=listen)

    three = commands.add_parser("trigger", help="send a test event to your endpoints")
    three.add_argument("event", help="such as employee.created")
    three.add_argument("--endpoint", default="", metavar="ID", help="to this one only")
    three.set_defaults(command=trigger)

    logs = commands.add_parser("logs", help="what happens, while it happens")
    kinds = logs.add_subparsers(required=True, metavar="COMMAND")
    tail = kinds.add_parser("tail", help="print every new request")
    tail.add_argument("--method", default="")
    tail.add_argument("--status", default="", help="404, 4xx, or failing")
    tail.add_argument("--path", default="", help="a part of it")
    tail.add_argument("--json", action="store_true", help="one JSON object a line")
    tail.set_defaults(command=tail_requests)
    events = kinds.add_parser("events", help="print every new event")
    events.add_argument("--type", default="", help="a type or a family: leave.*")
    events.add_argument("--json", action="store_true", help="one JSON object a line")
    events.set_defaults(command=tail_events)
    return top


def api(client: Client, options: argparse.Namespace) -> int:
    headers = dict(_header(text) for text in options.header)
    path = options.path if options.path.startswith("/") else f"/{options.path}"
    answer = client.send(options.method, path, body=_body(options.data), headers=headers)
    try:
        print(_pretty(answer.json()))
    except ValueError:
        sys.stdout.write(answer.body.decode("utf-8", "replace"))
    if answer.good:
        return 0
    print(f"{options.method} {path}: {answer.status}", file=sys.stderr)
    return 1


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise CommandFailed(f"A header looks like NAME: VALUE, not {text!r}.")
    return name.strip(), value.strip()


def _body(data: str | None) -> bytes | None:
    if data is None:
        return None
    if data == "-":
        return sys.stdin.buffer.read()
    if data.startswith("@"):
        try:
            with open(data[1:], "rb") as file:
                return file.read()
        except OSError as error:
            raise CommandFailed(f"{data[1:]}: {error.strerror}") from error
    return data.encode()


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def listen(client: Client, options: argparse.Namespace) -> int:
    names = [name.strip() for name in options.events.split(",") if name.strip()]
    listening.listen(client, options.forward_to, names, pause_seconds=PAUSE_SECONDS)
    return 0


def trigger(client: Client, options: argparse.Namespace) -> int:
    rows = client.call("GET", "/developers/api/endpoints", query={"limit": 100})["data"]
    chosen = [
        row for row in rows if row["status"] == "active" and options.endpoint in ("", row["id"])
    ]
    if not chosen:
        raise CommandFailed("No active endpoint. Start one: pulse listen --forward-to URL")
    for row in chosen:
        path = f"/developers/api/endpoints/{row['id']}/test"
        made = client.call("POST", path, {"type": options.event})
        print(f"{made['event_type']}  {made['id']}  → {row['url']}")
    return 0


def tail_requests(client: Client, options: argparse.Namespace) -> int:
    filters = {name: getattr(options, name) for name in ("method", "status", "path")}
    chosen = {name: value for name, value in filters.items() if value}
    return _tail(client, "requests", chosen, options.json, _request_line)


def tail_events(client: Client, options: argparse.Namespace) -> int:
    chosen = {"type": options.type} if options.type else {}
    return _tail(client, "events", chosen, options.json, _event_line)


def _tail(
    client: Client,
    what: str,
    filters: dict[str, str],
    as_json: bool,
    line: Callable[[dict[str, Any]], str],
) -> int:
    """Print what is new in one of the console's lists until interrupted."""
    feed = Feed(client, f"/developers/api/{what}", filters)
    feed.skip()
    print(f"Waiting for {what}.", file=sys.stderr, flush=True)
    while True:
        for row in feed.fresh():
            print(json.dumps(row, ensure_ascii=False) if as_json else line(row), flush=True)
        time.sleep(PAUSE_SECONDS)


def _request_line(row: dict[str, Any]) -> str:
    took = f"{row['duration_ms']} ms"
    start = f"{row['at']}  {row['status']}  {row['method']:<6} {took:>8}"
    return f"{start}  {row['path']}  {row['request_id']}  {row['key_id'] or '-'}"


def _event_line(row: dict[str, Any]) -> str:
    subject = (row["data"] or {}).get("id", "")
    return f"{row['created_at']}  {row['type']:<28} {row['id']}  {subject}"

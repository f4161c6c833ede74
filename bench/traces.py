"""LLM traces: durable ingest sustained until all of it can be queried, and reads over what is stored."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bench.load import Outcome, drive, request_bytes
from bench.servers import DATABASES, deployment
from bench.table import Row

STORED, STORED_LARGE = 30_000, 1_000_000
SINGLES = 3_000
READS = 100
BATCH = 100
WORDS = [
    "parcel",
    "invoice",
    "harbour",
    "lantern",
    "meadow",
    "violin",
    "glacier",
    "orchard",
    "compass",
    "thunder",
    "velvet",
    "walnut",
    "مرحبا",
    "رسالة",
    "عميل",
    "شحنة",
    "包裹到了",
    "发票在哪里",
    "欢迎光临",
]
ORIGINAL_SINGLE, ORIGINAL_BATCHED, ORIGINAL_ANALYTICS_MS = 890, 1430, 1870


def run(*, large: bool) -> Iterator[Row]:
    for database in DATABASES:
        with deployment(database) as server:
            client = _Client(server.base_url, server.keys["PULSE_TRACES_KEY"])
            yield from _measure(client, database, STORED_LARGE if large else STORED)


class _Client:
    def __init__(self, base_url: str, key: str) -> None:
        self.url = base_url
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def get(self, path: str, **query: Any) -> Any:
        return json.loads(self.raw(path, **query))

    def raw(self, path: str, **query: Any) -> bytes:
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        request = urllib.request.Request(address, headers=self.headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()

    def post(self, make: Callable[[int], bytes], *, connections: int, requests: int) -> Outcome:
        url = f"{self.url}/v1/traces/async"
        return drive(
            url,
            lambda number: request_bytes("POST", url, self.headers, make(number)),
            connections=connections,
            requests=requests,
        )

    def backlog(self) -> dict[str, int]:
        return self.get("/v1/analytics/settings")["backlog"]

    def settle(self, name: str = "inbox") -> None:
        while self.backlog()[name]:
            time.sleep(0.1)


def _measure(client: _Client, database: str, stored: int) -> list[Row]:
    single = client.post(_batches(1), connections=64, requests=SINGLES)
    client.settle()
    rates, lags = [], []
    parts = 6
    make = _batches(BATCH)
    for _ in range(parts):
        started = time.monotonic()
        client.post(make, connections=8, requests=stored // BATCH // parts)
        accepted = time.monotonic()
        client.settle()
        lags.append(time.monotonic() - accepted)
        rates.append(stored / parts / (time.monotonic() - started))
    idle = max(_idle_lag(client) for _ in range(5))
    return [
        Row(
            f"one trace (2.3 kB) a POST, durable; p99 {single.percentile(0.99) * 1e3:.0f} ms",
            f"{single.per_second:.0f}/s",
            f"{ORIGINAL_SINGLE}/s, the original, without fsync",
            single.per_second / ORIGINAL_SINGLE,
            "≥ 4 × the original",
            single.per_second >= 4 * ORIGINAL_SINGLE,
            database,
        ),
        Row(
            f"{BATCH} traces a POST until {stored:,} are queryable",
            f"{min(rates):.0f}–{max(rates):.0f}/s, last sixth {rates[-1]:.0f}/s",
            f"first sixth {rates[0]:.0f}/s; the original {ORIGINAL_BATCHED}/s and falling",
            rates[-1] / rates[0],
            "≥ 5,000/s; last ≥ 0.9 of the first",
            min(rates) >= 5000 and rates[-1] >= 0.9 * rates[0],
            database,
        ),
        Row(
            "from 202 to queryable: idle, and after a burst of a sixth",
            f"{idle:.2f} s, {max(lags):.2f} s",
            "original 0–0.25 s, by stalling its clients",
            None,
            "≤ 0.5 s, ≤ 2 s",
            idle <= 0.5 and max(lags) <= 2,
            database,
        ),
        *_reads(client, database, stored),
    ]


def _idle_lag(client: _Client) -> float:
    item = _item()
    body = json.dumps([item]).encode()
    request = urllib.request.Request(
        f"{client.url}/v1/traces/async", data=body, headers=client.headers
    )
    urllib.request.urlopen(request, timeout=30).read()
    started = time.monotonic()
    while True:
        try:
            client.raw(f"/v1/traces/{item['trace_id']}")
        except urllib.error.HTTPError:
            time.sleep(0.01)
        else:
            return time.monotonic() - started


def _reads(client: _Client, database: str, stored: int) -> list[Row]:
    now = datetime.now(UTC)
    month = {"date_from": f"{now - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"}
    month["date_to"] = f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    analytics = _median_ms(lambda: client.raw("/v1/analytics", **month))
    listed = _median_ms(lambda: client.raw("/v1/traces", limit=20))
    client.settle("searchJobs")
    slowest = max(
        _median_ms(lambda word=word: client.raw("/v1/traces", q=word, limit=20))
        for word in ("lantern walnut", "مرحبا", "发票")
    )
    return [
        Row(
            f"GET /v1/analytics, 30 days, {stored:,} traces",
            f"{analytics:.1f} ms",
            f"{ORIGINAL_ANALYTICS_MS} ms, the original at 100,000",
            ORIGINAL_ANALYTICS_MS / analytics,
            "≤ 20 ms",
            analytics <= 20,
            database,
        ),
        Row(
            f"GET /v1/traces?limit=20, both spellings, total of {stored:,}",
            f"{listed:.1f} ms",
            "–",
            None,
            "–",
            True,
            database,
        ),
        Row(
            f"text search, Latin, Arabic, Chinese, {stored:,} traces",
            f"{slowest:.1f} ms",
            "–",
            None,
            "≤ 300 ms",
            slowest <= 300,
            database,
        ),
    ]


def _median_ms(work: Callable[[], Any]) -> float:
    work()
    taken = []
    for _ in range(READS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[READS // 2] * 1e3


def _item(number: int = 0) -> dict[str, Any]:
    prompt = " ".join(WORDS[(number * 7 + step * step) % len(WORDS)] for step in range(110))
    return {
        "trace_id": str(uuid.uuid4()),
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "provider": ("openai", "anthropic")[number % 2],
        "model_requested": ("gpt-4o", "claude-sonnet-4-5", "gpt-4o-mini")[number % 3],
        "request_body": {"messages": [{"role": "user", "content": prompt}]},
        "response_body": {"content": prompt[:500]},
        "output_text": prompt[:300],
        "input_tokens": 200 + number,
        "output_tokens": 100,
        "finish_reason": "stop",
        "status": "error" if number % 20 == 0 else "success",
        "cost_cents": 0.18,
        "latency_ms": 300 + number * 13 % 4000,
        "session_id": f"session-{number}",
        "metadata": {"userId": f"user-{number}", "feature": "bench"},
    }


def _batches(size: int) -> Callable[[int], bytes]:
    """Bodies whose ids are new each time; the rest is made once, for the generator shares the cores."""
    text = json.dumps([_item(number) for number in range(size)])
    parts = re.split(r'(?<="trace_id": ")[0-9a-f-]{36}', text)

    def make(_: int) -> bytes:
        pieces = [parts[0]]
        for part in parts[1:]:
            pieces += (str(uuid.uuid4()), part)
        return "".join(pieces).encode()

    return make

"""Sample data: the documented requests work verbatim, and every chart has something to show."""

from __future__ import annotations

import math
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from pulse.tenancy.models import Environment
from traces import instants, statements
from traces.digest import store
from traces.digest.portion import make_portion
from traces.models import Inbox

KNOWN_ID = "550e8400-e29b-41d4-a716-446655440000"
FAILED_ID = "9b2f6a54-3c1d-4e7a-8f60-1d2c3b4a5968"
DAYS = 30

_MODELS = (
    ("openai", "gpt-4o", "gpt-4o-2024-11-20", 900),
    ("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", 450),
    ("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", 1600),
    ("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", 600),
    ("openrouter", "google/gemini-2.5-flash", "google/gemini-2.5-flash", 700),
)
_TALKS = (
    ("Where is my order 1042?", "It left the warehouse this morning and arrives tomorrow.", "support"),
    ("Summarise this contract in three points.", "Term, price and notice period are …", "legal"),
    ("اكتب رسالة ترحيب قصيرة للعملاء الجدد", "مرحبا بكم! يسعدنا انضمامكم إلينا.", "marketing"),
    ("把这段话翻译成英文：欢迎光临", "Welcome!", "translation"),
    ("Écris un résumé du compte rendu d'hier.", "Hier, l'équipe a décidé de …", "meetings"),
    ("Write a SQL query for monthly revenue.", "SELECT date_trunc('month', paid_at) …", "analytics"),
)  # fmt: skip
_TOOLS = ("Read", "Edit", "Bash", "Grep", "Write")


def seed(environment: Environment, now: datetime | None = None) -> None:
    """Make a month of calls and a few agent runs, ending now."""
    now = now or datetime.now(UTC)
    chance = random.Random(5)  # noqa: S311  the same samples on every first start
    received_ms = instants.to_ms(now)
    traces = [_known(now), _failed(now), *_calls(now, chance)]
    spans = [_known_span(now), *_runs(now, chance)]
    portion = make_portion(
        [
            (Inbox.Kind.TRACES, received_ms, orjson.dumps(traces)),
            (Inbox.Kind.SPANS, received_ms, orjson.dumps(spans)),
        ],
        [],
    )
    with transaction.atomic(), connection.cursor() as cursor:
        statements.lock_environment(cursor, environment.pk)
        store.store(cursor, environment.pk, portion, now=now)


def _moment(now: datetime, **ago: float) -> str:
    return instants.iso(instants.to_ms(now - timedelta(**ago)))


def _known(now: datetime) -> dict[str, Any]:
    return {
        "trace_id": KNOWN_ID,
        "timestamp": _moment(now, hours=2),
        "provider": "openai",
        "model_requested": "gpt-4o",
        "model_used": "gpt-4o-2024-11-20",
        "provider_request_id": "req_sample_1",
        "request_body": {
            "model": "gpt-4o",
            "messages": [
                {"role": "system", "content": "You help the customers of a book shop."},
                {"role": "user", "content": "Hello! Do you have anything by Italo Calvino?"},
            ],
        },
        "response_body": {"content": "Hello! How can I help: we have six of his books."},
        "input_tokens": 50,
        "output_tokens": 100,
        "output_text": "Hello! How can I help: we have six of his books.",
        "finish_reason": "stop",
        "status": "success",
        "cost_cents": 0.18,
        "latency_ms": 1234,
        "session_id": KNOWN_ID,
        "metadata": {"userId": "user-123", "feature": "shop", "tags": ["sample"]},
    }


def _failed(now: datetime) -> dict[str, Any]:
    return {
        "trace_id": FAILED_ID,
        "timestamp": _moment(now, hours=5),
        "provider": "openai",
        "model_requested": "gpt-4o",
        "request_body": {"messages": [{"role": "user", "content": "Describe this picture."}]},
        "status": "error",
        "error": {"name": "RateLimitError", "message": "429: too many requests, try again in 20 s"},
        "latency_ms": 210,
        "metadata": {"userId": "user-7", "feature": "shop"},
    }


def _known_span(now: datetime) -> dict[str, Any]:
    return {
        "span_id": KNOWN_ID,
        "session_id": KNOWN_ID,
        "trace_id": "run-book-shop",
        "timestamp": _moment(now, hours=1),
        "source": "claude_code",
        "kind": "tool_use",
        "event_type": "post_tool_use",
        "status": "success",
        "duration_ms": 84,
        "tool_use_id": "toolu_sample_1",
        "tool_name": "Read",
        "tool_input": {"file_path": "/srv/shop/stock.py"},
        "tool_response": "def in_stock(title): …",
        "cwd": "/srv/shop",
    }


def _calls(now: datetime, chance: random.Random) -> list[dict[str, Any]]:
    calls = []
    for day in range(DAYS):
        for _ in range(14 + round(6 * math.sin(day / 3)) + chance.randrange(5)):
            calls.append(_call(now, day, chance))
    return calls


def _call(now: datetime, day: int, chance: random.Random) -> dict[str, Any]:
    provider, requested, used, typical_ms = chance.choice(_MODELS)
    prompt, answer, feature = chance.choice(_TALKS)
    failed = provider == "anthropic" and chance.random() < 0.09
    call: dict[str, Any] = {
        "trace_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "timestamp": _moment(now, days=day, minutes=chance.randrange(5, 1200)),
        "provider": provider,
        "model_requested": requested,
        "request_body": {"model": requested, "messages": [{"role": "user", "content": prompt}]},
        "status": "error" if failed else "success",
        "latency_ms": round(typical_ms * chance.lognormvariate(0, 0.5), 1),
        "session_id": f"conversation-{day}-{chance.randrange(6)}",
        "metadata": {
            "userId": f"user-{chance.randrange(1, 30)}",
            "feature": feature,
            "tags": ["production" if chance.random() < 0.8 else "experiment"],
        },
    }
    if failed:
        call["error"] = {"name": "OverloadedError", "message": "529: the model is overloaded"}
        return call
    return call | {
        "model_used": used,
        "response_body": {"content": answer},
        "input_tokens": chance.randrange(40, 3000),
        "output_tokens": chance.randrange(20, 900),
        "output_text": answer,
        "finish_reason": "stop",
    }


def _runs(now: datetime, chance: random.Random) -> list[dict[str, Any]]:
    """Agent runs: a prompt, tools, and the session's two ends."""
    spans: list[dict[str, Any]] = []
    for run in range(8):
        session_id, start = f"agent-run-{run}", run * 3.5 * 24 + 3
        common: dict[str, Any] = {
            "session_id": session_id,
            "source": "claude_code" if run % 2 else "codex",
            "cwd": "/srv/shop",
            "agent_name": "coder",
        }
        spans.append(
            common
            | {
                "span_id": f"{session_id}-start",
                "timestamp": _moment(now, hours=start),
                "kind": "session",
                "event_type": "session_start",
                "status": "success",
            }
        )
        for step in range(chance.randrange(4, 12)):
            failed = chance.random() < 0.08
            spans.append(
                common
                | {
                    "span_id": f"{session_id}-{step}",
                    "trace_id": session_id,
                    "timestamp": _moment(now, hours=start, seconds=-12 * (step + 1)),
                    "kind": "tool_use",
                    "event_type": "post_tool_use_failure" if failed else "post_tool_use",
                    "status": "error" if failed else "success",
                    "duration_ms": chance.randrange(20, 4000),
                    "tool_use_id": f"{session_id}-tool-{step}",
                    "tool_name": chance.choice(_TOOLS),
                    "tool_input": {"file_path": f"/srv/shop/part_{chance.randrange(4)}.py"},
                }
            )
    return spans

"""What a call costs when its client did not say: a versioned table, and an environment's own prices.

Prices are US dollars per million tokens, as the providers list them: input, cached input, output.
Money is integer micro-cents: a dollar per million tokens is 100 micro-cents a token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

VERSION = "2026-11"
MICRO_CENTS_PER_DOLLAR = 100_000_000
MILLION = 1_000_000
MAX_MICRO_CENTS = 9 * 10**18
"""More than any client may say a call costs, and as much as 64 bits hold."""
CACHE_WRITE_SURCHARGE = 1.25  # Anthropic lists writing to its cache at 1.25 × input

PRICES: dict[str, tuple[float, float | None, float]] = {
    # OpenAI
    "gpt-5": (1.25, 0.125, 10.0),
    "gpt-5-mini": (0.25, 0.025, 2.0),
    "gpt-5-nano": (0.05, 0.005, 0.4),
    "gpt-4.1": (2.0, 0.5, 8.0),
    "gpt-4.1-mini": (0.4, 0.1, 1.6),
    "gpt-4.1-nano": (0.1, 0.025, 0.4),
    "gpt-4o": (2.5, 1.25, 10.0),
    "gpt-4o-mini": (0.15, 0.075, 0.6),
    "chatgpt-4o-latest": (5.0, None, 15.0),
    "gpt-4-turbo": (10.0, None, 30.0),
    "gpt-4": (30.0, None, 60.0),
    "gpt-3.5-turbo": (0.5, None, 1.5),
    "o1": (15.0, 7.5, 60.0),
    "o1-mini": (1.1, 0.55, 4.4),
    "o3": (2.0, 0.5, 8.0),
    "o3-mini": (1.1, 0.55, 4.4),
    "o4-mini": (1.1, 0.275, 4.4),
    "text-embedding-3-small": (0.02, None, 0.0),
    "text-embedding-3-large": (0.13, None, 0.0),
    # Anthropic
    "claude-opus-4-1": (15.0, 1.5, 75.0),
    "claude-opus-4": (15.0, 1.5, 75.0),
    "claude-opus-4-5": (5.0, 0.5, 25.0),
    "claude-sonnet-4-5": (3.0, 0.3, 15.0),
    "claude-sonnet-4": (3.0, 0.3, 15.0),
    "claude-haiku-4-5": (1.0, 0.1, 5.0),
    "claude-3-7-sonnet": (3.0, 0.3, 15.0),
    "claude-3-5-sonnet": (3.0, 0.3, 15.0),
    "claude-3-5-haiku": (0.8, 0.08, 4.0),
    "claude-3-opus": (15.0, 1.5, 75.0),
    "claude-3-haiku": (0.25, 0.03, 1.25),
    # Google, as OpenRouter and OTLP clients name them
    "gemini-2.5-pro": (1.25, 0.31, 10.0),
    "gemini-2.5-flash": (0.3, 0.075, 2.5),
    "gemini-2.5-flash-lite": (0.1, 0.025, 0.4),
    "gemini-2.0-flash": (0.1, 0.025, 0.4),
}
_DATE = re.compile(r"-(?:20\d\d-?\d\d-?\d\d|latest|\d{4})$")


@dataclass(frozen=True, slots=True)
class Rate:
    """Micro-cents per million tokens."""

    input: int
    cached_input: int | None
    output: int


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A rate an environment set itself, from a moment on; ``provider`` empty is every provider."""

    provider: str
    model: str
    valid_from_ms: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. ``input`` counts all input tokens, cached and cache-writing ones included."""

    input: int
    output: int
    cached_input: int = 0
    cache_writes: int = 0


def estimate(
    usage: Usage, *, provider: str, model: str, timestamp_ms: int, own: Sequence[OwnPrice] = ()
) -> int | None:
    """Micro-cents of one call, or None where no price is known or no column holds the amount."""
    rate = own_rate(own, provider, model, timestamp_ms) or listed_rate(model)
    if rate is None:
        return None
    cached = min(usage.cached_input, usage.input)
    writes = min(usage.cache_writes, usage.input - cached)
    plain = usage.input - cached - writes
    cached_rate = rate.input if rate.cached_input is None else rate.cached_input
    total = (
        plain * rate.input
        + cached * cached_rate
        + int(writes * rate.input * CACHE_WRITE_SURCHARGE)
        + usage.output * rate.output
    )
    cost = round(total / MILLION)
    return cost if cost <= MAX_MICRO_CENTS else None


def listed_rate(model: str) -> Rate | None:
    """The table's rate: by exact name, without a date or ``vendor/`` prefix, dots or dashes alike."""
    name = model.lower().rpartition("/")[2].partition(":")[0]
    for candidate in (name, _DATE.sub("", name), _DATE.sub("", name).replace(".", "-")):
        if candidate in PRICES:
            return from_dollars(*PRICES[candidate])
    return None


def from_dollars(input_price: float, cached: float | None, output_price: float) -> Rate:
    return Rate(
        round(input_price * MICRO_CENTS_PER_DOLLAR),
        None if cached is None else round(cached * MICRO_CENTS_PER_DOLLAR),
        round(output_price * MICRO_CENTS_PER_DOLLAR),
    )


def own_rate(own: Sequence[OwnPrice], provider: str, model: str, timestamp_ms: int) -> Rate | None:
    fitting = [
        price
        for price in own
        if price.model == model
        and price.provider in ("", provider)
        and price.valid_from_ms <= timestamp_ms
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda price: (bool(price.provider), price.valid_from_ms)).rate


def usage_of(input_tokens: int | None, output_tokens: int | None, response: Any) -> Usage | None:
    """Tokens as the client counted them, with what the provider's own ``usage`` says about caches.

    OpenAI counts cached tokens within the prompt's; Anthropic counts reads and writes beside them.
    """
    if input_tokens is None and output_tokens is None:
        return None
    usage = response.get("usage") if isinstance(response, dict) else None
    if not isinstance(usage, dict):
        return Usage(input_tokens or 0, output_tokens or 0)
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    if isinstance(details, dict):
        return Usage(
            input_tokens or 0, output_tokens or 0, cached_input=_whole(details.get("cached_tokens"))
        )
    reads = _whole(usage.get("cache_read_input_tokens"))
    writes = _whole(usage.get("cache_creation_input_tokens"))
    return Usage((input_tokens or 0) + reads + writes, output_tokens or 0, reads, writes)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

"""Structured logs: lines for people on a terminal, JSON elsewhere; no key ever in either."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from django.conf import settings

_SECRET = re.compile(
    r"\b((?:pk_live|pk_test|pk|sk|pulse_sk|pp_live|pp_test|pa_write|pa_query|whsec)_)[0-9A-Za-z+/=-]{8,}"
)
_SENSITIVE = frozenset(
    {"authorization", "cookie", "set-cookie", "body", "token", "password", "secret", "key"}
)


def redact(text: str) -> str:
    return _SECRET.sub(r"\1…", text)


def _redacting(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    for name, value in event.items():
        if name.lower() in _SENSITIVE:
            event[name] = "…"
        elif isinstance(value, str):
            event[name] = redact(value)
    return event


def _is_news(record: logging.LogRecord) -> bool:
    """Not what uvicorn says of every upgrade that is refused with an answer, thousands under load."""
    return "without completing handshake" not in str(record.msg)


def configure() -> None:
    """Set up logging for this process; called once by whatever starts it."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacting,
    ]
    written: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.PULSE_LOG_LEVEL)
    logging.getLogger("django.request").setLevel("ERROR")  # a 404 is an answer, not news
    logging.getLogger("uvicorn.error").addFilter(_is_news)

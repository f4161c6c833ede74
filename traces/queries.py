"""Query parameters as filters, one class for each list or report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from traces.decoding.items import KINDS, SOURCES, STATUSES
from traces.parameters import Parameters, Reader
from traces.shapes import SPELLINGS

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
MAX_OFFSET = 2**53 - 1
TRACE_SORTS = ("timestamp", "latency", "cost", "tokens")
SESSION_SORTS = ("recent", "oldest", "duration", "errors", "volume")
TRACE_GROUPS = ("day", "hour", "model", "provider", "service")
SPAN_GROUPS = ("day", "hour")
MEASURES = ("requests", "cost", "latency", "tokens")
SPLITS = ("none", "model", "provider", "source", "service")


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which traces. "" and None are no filter; moments are inclusive Unix milliseconds."""

    session_id: str = ""
    provider: str = ""
    model: str = ""
    status: str = ""
    source: str = ""
    service: str = ""
    user: str = ""
    tag: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    text: str = ""
    from_ms: int | None = None
    to_ms: int | None = None
    min_latency_ms: float | None = None
    max_latency_ms: float | None = None
    min_cost_cents: float | None = None
    max_cost_cents: float | None = None
    min_tokens: float | None = None
    max_tokens: float | None = None
    score: str = ""
    min_score: float | None = None
    max_score: float | None = None

    @property
    def scored(self) -> bool:
        """Whether a score is asked for: by its name, or any one within the bounds."""
        return bool(self.score) or self.min_score is not None or self.max_score is not None

    @property
    def searches(self) -> bool:
        """Whether words or metadata are searched for."""
        return bool(self.text or self.tag or self.metadata)

    @property
    def only_searches(self) -> bool:
        return self.searches and self == TraceFilter(
            text=self.text, tag=self.tag, metadata=self.metadata
        )

    @property
    def counted(self) -> bool:
        """Whether the roll-ups know how many there are."""
        known = TraceFilter(
            provider=self.provider,
            model=self.model,
            status=self.status,
            from_ms=self.from_ms,
            to_ms=self.to_ms,
        )
        return self == known

    @property
    def empty(self) -> bool:
        return self == TraceFilter()


@dataclass(frozen=True, slots=True)
class TraceQuery:
    filter: TraceFilter
    limit: int
    offset: int
    sort: str
    descending: bool
    spelling: str


@dataclass(frozen=True, slots=True)
class SpanQuery:
    session_id: str
    trace_id: str
    source: str
    service: str
    kind: str
    tool_name: str
    status: str
    from_ms: int | None
    to_ms: int | None
    limit: int
    offset: int
    spelling: str


@dataclass(frozen=True, slots=True)
class SessionQuery:
    source: str
    sort: str
    from_ms: int | None
    to_ms: int | None
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class AnalyticsQuery:
    from_ms: int
    to_ms: int
    group_by: str


def spelling(parameters: Parameters, default: str) -> str:
    reader = Reader(parameters)
    found = reader.choice("spelling", SPELLINGS, default)
    reader.finish()
    return found


def _paging(reader: Reader) -> tuple[int, int]:
    return (
        reader.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
        reader.integer("offset", 0, 0, MAX_OFFSET),
    )


def trace_filter(reader: Reader) -> TraceFilter:
    from_text, to_text = reader.parameters.get("date_from"), reader.parameters.get("date_to")
    found = TraceFilter(
        session_id=reader.text("session_id"),
        provider=reader.text("provider"),
        model=reader.text("model"),
        status=reader.choice("status", STATUSES),
        source=reader.choice("source", SOURCES),
        service=reader.text("service"),
        user=reader.text("user"),
        tag=reader.text("tag"),
        metadata=_members(reader),
        text=reader.text("q").strip(),
        min_latency_ms=reader.number("min_latency_ms"),
        max_latency_ms=reader.number("max_latency_ms"),
        min_cost_cents=reader.number("min_cost_cents"),
        max_cost_cents=reader.number("max_cost_cents"),
        min_tokens=reader.number("min_tokens"),
        max_tokens=reader.number("max_tokens"),
        score=reader.text("score"),
        min_score=reader.number("min_score"),
        max_score=reader.number("max_score"),
        from_ms=None,
        to_ms=None,
    )
    reader.finish()
    if from_text is None and to_text is None:
        return found
    values = {name: getattr(found, name) for name in TraceFilter.__dataclass_fields__}
    values["from_ms"] = reader.date("date_from", end_of_day=False)
    values["to_ms"] = reader.date("date_to", end_of_day=True)
    return TraceFilter(**values)


def _members(reader: Reader) -> tuple[tuple[str, str], ...]:
    """``metadata.feature=chat`` asks for that member with that value."""
    return tuple(
        (name.removeprefix("metadata."), reader.text(name))
        for name in reader.parameters
        if name.startswith("metadata.") and len(name) > len("metadata.")
    )


def trace_query(parameters: Parameters, *, default_spelling: str = "both") -> TraceQuery:
    """Raises InvalidQuery, InvalidDate."""
    reader = Reader(parameters)
    limit, offset = _paging(reader)
    names = (*TRACE_SORTS, *(f"-{name}" for name in TRACE_SORTS))
    sort = reader.choice("sort", names, "-timestamp")
    chosen = reader.choice("spelling", SPELLINGS, default_spelling)
    return TraceQuery(
        trace_filter(reader), limit, offset, sort.lstrip("-"), sort.startswith("-"), chosen
    )


def span_query(parameters: Parameters, *, default_spelling: str = "both") -> SpanQuery:
    """Raises InvalidQuery, InvalidDate."""
    reader = Reader(parameters)
    limit, offset = _paging(reader)
    values: dict[str, Any] = {
        name: reader.text(name) for name in ("session_id", "trace_id", "service", "tool_name")
    }
    values["source"] = reader.choice("source", SOURCES)
    values["kind"] = reader.choice("kind", KINDS)
    values["status"] = reader.choice("status", STATUSES)
    values["spelling"] = reader.choice("spelling", SPELLINGS, default_spelling)
    reader.finish()
    return SpanQuery(
        **values,
        limit=limit,
        offset=offset,
        from_ms=reader.date("date_from", end_of_day=False),
        to_ms=reader.date("date_to", end_of_day=True),
    )


def session_query(parameters: Parameters) -> SessionQuery:
    """Raises InvalidQuery, InvalidDate."""
    reader = Reader(parameters)
    limit, offset = _paging(reader)
    source = reader.choice("source", SOURCES)
    sort = reader.choice("sort", SESSION_SORTS, "recent")
    reader.finish()
    return SessionQuery(
        source,
        sort,
        reader.date("date_from", end_of_day=False),
        reader.date("date_to", end_of_day=True),
        limit,
        offset,
    )


def analytics_query(parameters: Parameters, groups: tuple[str, ...]) -> AnalyticsQuery:
    """Raises InvalidQuery."""
    reader = Reader(parameters)
    found = AnalyticsQuery(
        reader.instant("date_from"),
        reader.instant("date_to"),
        reader.choice("group_by", groups, "day"),
    )
    reader.finish()
    return found


def deletion_filter(parameters: Parameters) -> TraceFilter:
    """The filter of a deletion, which must name something.

    What it does not know is refused: a misspelt filter, or a limit, would delete more than was meant.
    Raises InvalidQuery, InvalidDate.
    """
    reader = Reader(parameters)
    found = trace_filter(reader)
    reader.refuse_others()
    reader.finish()
    if found.empty:
        reader.wrong("", "custom", "At least one filter is required to delete traces")
        reader.finish()
    return found


@dataclass(frozen=True, slots=True)
class OverviewQuery:
    from_ms: int
    to_ms: int
    group_by: str
    measure: str
    split_by: str


def overview_query(parameters: Parameters) -> OverviewQuery:
    """Raises InvalidQuery."""
    reader = Reader(parameters)
    found = OverviewQuery(
        reader.instant("date_from"),
        reader.instant("date_to"),
        reader.choice("group_by", SPAN_GROUPS, "day"),
        reader.choice("measure", MEASURES, "requests"),
        reader.choice("split_by", SPLITS, "none"),
    )
    reader.finish()
    return found

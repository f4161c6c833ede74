"""The page of an analyst: what happened, who came, and who came back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from analytics import access, filters, reports
from analytics import live as streams
from analytics.filters import Filters, Parameters
from analytics.selectors import events, totals, upkeep
from analytics.validation import DAY_MS
from pulse.errors import ApiError, NotFound
from pulse.exports import selectors as export_selectors
from pulse.exports import services as export_services
from pulse.site.access import PageRequest, require
from pulse.tenancy.models import Environment

RANGES = (
    ("24h", "24 hours", 1),
    ("7d", "7 days", 7),
    ("30d", "30 days", 30),
    ("90d", "90 days", 90),
    ("12m", "12 months", 365),
)
ZONES = (
    "UTC", "Europe/London", "Europe/Vienna", "Europe/Helsinki", "Africa/Nairobi", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "America/New_York",
    "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo",
)  # fmt: skip
STEPS = 4
LATEST = 8
OFFERED, MOST_NAMES = 200, 10_000
"""How many names of events a choice offers, and up to how many are counted."""
SECOND_COLOUR = "#0b7285"  # the palette's second is this page's accent
PERIODS = ("day", "week", "month")
KEPT = ("range", "tz", "name", "userId", "property", "step", "retention")


@dataclass(frozen=True, slots=True)
class Question:
    """What the page was asked: a range, a time zone, an event, a property, steps of a funnel."""

    range: str
    days: int
    zone: str
    name: str
    user_id: str
    key: str
    steps: tuple[str, ...]
    retention: str

    def parameters(self, now_ms: int) -> Parameters:
        """As the reports take them; without an end, for clocks ahead of ours count too."""
        given = {"from": [str(now_ms - self.days * DAY_MS)], "tz": [self.zone]}
        if self.name:
            given["name"] = [self.name]
        if self.user_id:
            given["userId"] = [self.user_id]
        return given

    @property
    def interval(self) -> str:
        return "hour" if self.days <= 2 else "day" if self.days <= 100 else "week"


@require_safe
@require("analytics")
def dashboard(request: HttpRequest) -> HttpResponse:
    """GET /analytics"""
    environment = cast(PageRequest, request).environment
    now_ms = time.time_ns() // 1_000_000
    problem = ""
    try:
        question = _question(dict(request.GET.lists()), environment)
        context = _report(environment, question, now_ms)
    except ApiError as error:
        problem = error.message
        question = _question({}, environment)
        context = _report(environment, question, now_ms)
    context |= {
        "question": question,
        "problem": problem,
        "ranges": RANGES,
        "zones": ZONES,
        "open": access.is_open_to(environment),
        "live": _live(environment, now_ms),
        "periods": PERIODS,
        "rejections": upkeep.rejections(environment, _days_ago(7)),
        "exports": export_selectors.list_exports(environment, "analytics").order_by("-created_at")[
            :5
        ],
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "analytics/dashboard.html", context)


@require_safe
@require("analytics")
def live(request: HttpRequest) -> HttpResponse:
    """GET /analytics/live: the part of the page that renews itself."""
    environment = cast(PageRequest, request).environment
    found = _live(environment, time.time_ns() // 1_000_000)
    return render(request, "analytics/live.html", {"live": found})


@require_http_methods(["GET", "HEAD", "POST"])
@require("analytics")
def exports(request: HttpRequest) -> HttpResponse:
    """POST /analytics/exports: a file of what the page shows. Whoever comes back here sees the page."""
    if request.method != "POST":
        return redirect("/analytics#exports")
    environment = cast(PageRequest, request).environment
    given = {name: list(values) for name, values in request.POST.lists() if name in KEPT}
    try:
        question = _question(given, environment)
        parameters = question.parameters(time.time_ns() // 1_000_000)
        format_ = "csv" if request.POST.get("format") == "csv" else "ndjson"
        export_services.start_export(
            environment,
            product="analytics",
            kind="events",
            format=format_,
            parameters={"filters": dict(parameters)},
        )
    except ApiError as error:
        return render(
            request, "analytics/refused.html", {"message": error.message}, status=error.status
        )
    return redirect(f"/analytics?{urlencode(given, doseq=True)}#exports")


@require_safe
@require("analytics")
def download(request: HttpRequest, export_id: str) -> HttpResponseBase:
    """GET /analytics/exports/{id}"""
    environment = cast(PageRequest, request).environment
    try:
        row = export_selectors.get_export(environment, "analytics", export_id)
    except NotFound as error:
        raise Http404 from error
    if row.state != "done":
        raise Http404
    file = default_storage.open(row.storage_name)
    return FileResponse(file, as_attachment=True, filename=row.file_name)


def _question(given: dict[str, list[str]], environment: Environment) -> Question:
    """Raises InvalidInput, which names the parameter."""
    chosen = filters.choice(given, "range", [key for key, _, _ in RANGES], "30d")
    default = environment.organization.time_zone or "UTC"
    steps = tuple(step for step in given.get("step", []) if step)[:STEPS]
    return Question(
        range=chosen,
        days=next(days for key, _, days in RANGES if key == chosen),
        zone=filters.time_zone(given, default),
        name=filters.text(given, "name", 200),
        user_id=filters.text(given, "userId", 255),
        key=filters.text(given, "property", 255),
        steps=steps,
        retention=filters.choice(given, "retention", PERIODS, "week"),
    )


def _report(environment: Environment, question: Question, now_ms: int) -> dict[str, Any]:
    parameters = question.parameters(now_ms)
    wanted, zone = filters.parse(parameters), ZoneInfo(question.zone)
    known = totals.names(environment, Filters(), limit=MOST_NAMES)
    keys = events.property_keys(
        environment, filters.parse({"name": parameters.get("name", [])}), limit=50
    )
    top = totals.top_events(environment, wanted, limit=15, unique="users")
    series = reports.timeseries(
        environment, {**parameters, "interval": [question.interval]}, now_ms=now_ms
    )
    chosen = question.key or (keys[0] if keys else "")
    steps = question.steps or tuple(row["name"] for row in top[:3])
    return {
        "empty": not known,
        "names": _offered(known[:OFFERED], question.name, *question.steps),
        "names_in_all": len(known),
        "keys": _offered(keys, question.key),
        "window": totals.window(environment, wanted),
        "top": _with_share(top),
        "series": {
            "x": [_seconds(bucket["start"]) for bucket in series],
            "series": [
                {"label": "Events", "values": [bucket["count"] for bucket in series]},
                {
                    "label": "Users",
                    "values": [bucket["uniqueUsers"] for bucket in series],
                    "colour": SECOND_COLOUR,
                },
            ],
        },
        "buckets": [
            {**bucket, "local": _local(bucket["start"], zone, "%Y-%m-%d %H:%M")}
            for bucket in series
        ],
        "property": chosen,
        "breakdown": _with_share(
            reports.breakdown(environment, {**parameters, "property": [chosen], "limit": ["12"]})
        )
        if chosen
        else [],
        "steps": [*steps, *[""] * (STEPS - len(steps))],
        "funnel": _funnel(environment, steps, parameters, now_ms) if steps else [],
        "retention": _retention(environment, question, now_ms),
        "sessions": [
            {**row, "length": _length(row["durationSeconds"])}
            for row in reports.sessions(environment, {**parameters, "limit": ["8"]})
        ],
    }


def _funnel(
    environment: Environment, steps: tuple[str, ...], parameters: Parameters, now_ms: int
) -> list[dict[str, Any]]:
    body = {"steps": [{"name": step} for step in steps]}
    found = reports.funnel(environment, body, {**parameters, "name": []}, now_ms=now_ms)
    return [
        {**row, "percent": round(row["conversion"] * 100), "took": _length(row["medianSeconds"])}
        for row in found
    ]


def _retention(environment: Environment, question: Question, now_ms: int) -> dict[str, Any]:
    """Rows of the matrix, each cell with how strong its colour is (0 to 10)."""
    periods = {"day": 10, "week": 6, "month": 6}[question.retention]
    zone = ZoneInfo(question.zone)
    rows = reports.retention(
        environment,
        {
            "interval": [question.retention],
            "periods": [str(periods)],
            "tz": [question.zone],
        },
        now_ms=now_ms,
    )
    for row in rows:
        for cell in row["periods"]:
            cell["heat"] = round(cell["rate"] * 10)
            cell["percent"] = round(cell["rate"] * 100)
        row["day"] = _local(row["start"], zone, "%-d %b %Y")
        row["blank"] = range(periods - len(row["periods"]))
    return {"rows": [row for row in rows if row["users"]], "periods": range(periods)}


def _live(environment: Environment, now_ms: int) -> dict[str, Any]:
    found = streams.snapshot(environment, now_ms)
    return {
        "count": found["count"],
        "chart": {
            "x": [_seconds(minute["start"]) for minute in found["minutes"]],
            "series": [
                {"label": "Events", "values": [minute["count"] for minute in found["minutes"]]}
            ],
        },
        "latest": [
            {"name": row["name"], "user": row.get("userId"), "timestamp": row["timestamp"]}
            for row in found["events"][:LATEST]
        ],
    }


def _length(seconds: float | None) -> str:
    """A length of time as a person says it."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"


def _with_share(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    most = max((row["count"] for row in rows), default=0)
    return [{**row, "share": round(100 * row["count"] / most)} for row in rows]


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def _local(instant: str, zone: ZoneInfo, spelling: str) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).strftime(spelling)


def _offered(known: list[str], *chosen: str) -> list[str]:
    """What a choice offers: what is known, and what is chosen although it is not."""
    return list(dict.fromkeys([*known, *filter(None, chosen)]))


def _days_ago(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days)

"""What an operator sees first in the admin: the navigation by product, and how the deployment is."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from pulse import products
from pulse.metrics.gauges import DatabaseGauges
from pulse.requestlog import selectors as requestlog
from pulse.site.pages.console import charts

SYMBOLS = {
    "Deployment": "dns",
    "Keys and requests": "key",
    "Webhooks": "webhook",
    "Operations": "monitor_heart",
}
KERNEL_GROUPS = {
    "tenancy": "Deployment",
    "site": "Deployment",
    "keys": "Keys and requests",
    "requestlog": "Keys and requests",
    "webhooks": "Webhooks",
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's sidebar: the kernel's screens by subject, then each product's own."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    titles = {config.label: config.title for config in products.installed()}
    for app in admin.site.get_app_list(request):
        label = str(app["app_label"])
        title = titles.get(label) or KERNEL_GROUPS.get(label, "Operations")
        groups[title] += [
            {
                "title": model["name"],
                "link": model["admin_url"],
                "icon": SYMBOLS.get(title, "table_rows"),
            }
            for model in app["models"]
            if model["admin_url"]
        ]
    order = [*SYMBOLS, *titles.values()]
    return [
        {
            "title": "",
            "items": [
                {"title": "Dashboard", "link": "/admin/", "icon": "dashboard"},
                {"title": "Console", "link": "/developers", "icon": "terminal"},
            ],
        },
        *(
            {"title": title, "collapsible": True, "separator": True, "items": groups[title]}
            for title in order
            if groups[title]
        ),
    ]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the admin's first page; each number is one query on an index."""
    now = datetime.now(UTC)
    since = now - timedelta(days=1)
    usage = charts.usage(
        requestlog.totals_by_span(since=since),
        since=since,
        until=now,
        step=timedelta(minutes=30),
    )
    percentiles = requestlog.duration_percentiles(since=since)
    titles = {config.product: config.title for config in products.installed()}
    disk = shutil.disk_usage(settings.DATA_DIR if settings.PULSE_EMBEDDED else "/")
    context |= {
        "cards": [
            ("Requests, 24 h", f"{usage.total:,}", ""),
            ("Refused", f"{usage.refused + usage.limited:,}", ""),
            ("Failed (5xx)", f"{usage.failed:,}", ""),
            ("Time, p95", *_milliseconds(percentiles)),
            ("Disk free", f"{disk.free / 2**30:,.1f} GiB", f"of {disk.total / 2**30:,.0f} GiB"),
        ],
        "chart": usage.chart,
        "total": usage.total,
        "by_product": {
            "headers": ["Product", "Requests", "Failed", "Mean time"],
            "rows": [
                [
                    titles.get(row["product"], row["product"]),
                    f"{row['sum_requests']:,}",
                    f"{row['sum_failed']:,}",
                    f"{row['sum_ms'] / max(1, row['sum_requests']):.0f} ms",
                ]
                for row in requestlog.totals_by_product(since=since)
            ],
        },
        "waiting": {"headers": ["Waiting work", "Now"], "rows": _gauges()},
    }
    return context


def _milliseconds(percentiles: dict[int, int]) -> tuple[str, str]:
    """What 95 % of requests stay under, and beside it the middle and the slowest hundredth."""
    if not percentiles:
        return "–", ""
    return f"{percentiles[95]:,} ms", f"p50 {percentiles[50]:,} ms, p99 {percentiles[99]:,} ms"


def _gauges() -> list[list[str]]:
    """Queue depths, lags and what products report, as the metrics have them."""
    rows = []
    for family in DatabaseGauges().collect():
        for sample in family.samples:
            labels = ", ".join(sample.labels.values())
            text = (
                f"{family.documentation.rstrip('.')} ({labels})"
                if labels
                else (family.documentation.rstrip("."))
            )
            rows.append([text, f"{sample.value:,.0f}"])
    return rows

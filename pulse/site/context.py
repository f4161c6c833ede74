"""What the page frame shows around every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pulse import products
from pulse.site import access

VERSION = metadata.version("pulse") if "pulse" in metadata.packages_distributions() else "0.1.0"
BUILD = (
    ("Console", "/developers", "key"),
    ("Documentation", "/docs", "book"),
    ("Events", "/ecosystem", "webhook"),
)
ACCOUNT_TABS = (
    ("Profile", "/account"),
    ("Password", "/accounts/password/change/"),
    ("Two-factor", "/accounts/2fa/"),
    ("Sessions", "/accounts/sessions/"),
)


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    path: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    items: list[Item] = field(default_factory=list)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, environments and version; nothing is queried until a template asks."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    environment = access.chosen_environment(request)
    return {
        "environments": access.environments(request),
        "environment": environment,
        "groups": _groups(request, signed_in=environment is not None),
        "account_tabs": [
            {"label": label, "path": path, "active": _inside(request.path, path, "/account")}
            for label, path in ACCOUNT_TABS
        ],
        "version": VERSION,
    }


def _groups(request: HttpRequest, *, signed_in: bool) -> list[Group]:
    groups = [Group("", [_item(request, "Start", "/", "home")])]
    levels = access.levels(request) if signed_in else {}
    pages = [
        _item(request, label, path, config.product)
        for config in products.installed()
        if access.reaches(levels.get(config.product, "none"), "view")
        for label, path in config.navigation
    ]
    if pages:
        groups.append(Group("Products", pages))
    groups.append(Group("Build", [_item(request, *row) for row in BUILD]))
    operate = [_item(request, "Settings", "/settings/people", "people")] if signed_in else []
    if getattr(getattr(request, "user", None), "is_staff", False):
        operate.append(_item(request, "Admin", "/admin/", "gear"))
    if operate:
        groups.append(Group("Operate", operate))
    return groups


def _item(request: HttpRequest, label: str, path: str, icon: str) -> Item:
    return Item(label, path, icon, _inside(request.path, path, "/"))


def _inside(current: str, path: str, exactly: str) -> bool:
    """Whether ``current`` is ``path`` or below it; below does not count for ``exactly``."""
    if current.rstrip("/") == path.rstrip("/"):
        return True
    return path != exactly and current.startswith(path.rstrip("/") + "/")
